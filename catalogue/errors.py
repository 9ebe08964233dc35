"""Why a change of a record was refused, as codes; the sentences belong to the screens."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from common.errors import Reason, Refused


class Code(StrEnum):
    """What stands against a change of a record."""

    STALE = "STALE"
    RECORD_GONE = "RECORD_GONE"
    NO_SUCH_VERSION = "NO_SUCH_VERSION"
    # What's wrong with the bytes is the fact `problem`, one of `catalogue.marc.problems.Problem`.
    UNREADABLE = "UNREADABLE"
    NOT_A_TITLE = "NOT_A_TITLE"
    NO_TITLE = "NO_TITLE"
    NO_NUMBER = "NO_NUMBER"
    NUMBER_CHANGED = "NUMBER_CHANGED"
    NUMBER_TAKEN = "NUMBER_TAKEN"
    MARKED_AS_DELETED = "MARKED_AS_DELETED"
    PART_OF_ITSELF = "PART_OF_ITSELF"
    HAS_ITEMS = "HAS_ITEMS"
    HAS_PARTS = "HAS_PARTS"
    # Ownership and rights.
    NO_OWNER = "NO_OWNER"
    OWNER_MUST_BE_EDITOR = "OWNER_MUST_BE_EDITOR"
    NO_RIGHT_TO_COMMON = "NO_RIGHT_TO_COMMON"
    OWNER_SHARES_NOTHING = "OWNER_SHARES_NOTHING"
    NATIONAL_RECORD = "NATIONAL_RECORD"
    OWNER_ONLY = "OWNER_ONLY"
    OTHERS_LOCAL_RECORD = "OTHERS_LOCAL_RECORD"
    SCHOOLS_ONLY = "SCHOOLS_ONLY"
    COMMON_RECORD_STAYS = "COMMON_RECORD_STAYS"
    # The content's number belongs to another agency: the fact `agency`.
    OTHERS_NUMBER = "OTHERS_NUMBER"
    NOT_LOCAL = "NOT_LOCAL"
    # What stands against showing a local record to its library alone again: the fact `names`, of the libraries.
    OTHERS_HAVE_ITEMS = "OTHERS_HAVE_ITEMS"
    OTHERS_HAVE_HOLDS = "OTHERS_HAVE_HOLDS"
    OTHERS_HAVE_FIELDS = "OTHERS_HAVE_FIELDS"
    TOOK_ANOTHER_IN = "TOOK_ANOTHER_IN"
    # Merging.
    SAME_RECORD = "SAME_RECORD"
    LEVELS_DIFFER = "LEVELS_DIFFER"
    # Another record has the number that the content says it took in: the fact `numbers`.
    FORMER_NUMBER_IN_USE = "FORMER_NUMBER_IN_USE"
    MERGED_AWAY = "MERGED_AWAY"
    NOT_MERGED = "NOT_MERGED"
    # Enrichments. Tags that only the common record may have: the fact `tags`.
    FIELDS_ARE_COMMON = "FIELDS_ARE_COMMON"
    PARENT_IS_COMMON = "PARENT_IS_COMMON"
    NOTHING_OF_ITS_OWN = "NOTHING_OF_ITS_OWN"
    # Imports by a profile. An action that a setting can't have: the facts `setting` and `action`.
    ACTION_NOT_POSSIBLE = "ACTION_NOT_POSSIBLE"
    # What's no tag: the fact `tags`.
    NO_TAG = "NO_TAG"
    NO_NAME = "NO_NAME"
    # The fact `name`.
    NAME_TAKEN = "NAME_TAKEN"
    NOTHING_TO_ENRICH = "NOTHING_TO_ENRICH"
    # The lines that don't say how items are read: the fact `lines`, their numbers from 1.
    ITEMS_NOT_READ = "ITEMS_NOT_READ"
    # A record that comes without the field in which its items should stand.
    NO_ITEMS = "NO_ITEMS"
    # The facts `least` and `most`.
    POINTS_OUT_OF_RANGE = "POINTS_OUT_OF_RANGE"
    NO_SUCH_PROFILE = "NO_SUCH_PROFILE"
    PROFILE_IN_USE = "PROFILE_IN_USE"
    NO_SUCH_SOURCE = "NO_SUCH_SOURCE"
    # No address of a provider, as it's written.
    BAD_ADDRESS = "BAD_ADDRESS"
    # No folder below the municipality's own, as it's written.
    BAD_FOLDER = "BAD_FOLDER"
    # The import isn't in a state where that can be done: the fact `state`.
    NOT_NOW = "NOT_NOW"
    NO_SUCH_QUESTION = "NO_SUCH_QUESTION"
    # Entered by hand, and perhaps there already: the facts `record_ids`, and `key` to save it anyway.
    PERHAPS_DOUBLE = "PERHAPS_DOUBLE"
    # Authorities.
    NO_RIGHT_TO_AUTHORITIES = "NO_RIGHT_TO_AUTHORITIES"
    NO_SUCH_AUTHORITY = "NO_SUCH_AUTHORITY"
    NO_HEADING = "NO_HEADING"
    # Another one of the vocabulary has the heading: the fact `heading`.
    HEADING_TAKEN = "HEADING_TAKEN"
    KIND_NOT_IN_VOCABULARY = "KIND_NOT_IN_VOCABULARY"
    KINDS_DIFFER = "KINDS_DIFFER"
    IN_RECORDS = "IN_RECORDS"
    # What records have isn't known in whole: the newest ones are being read still.
    HEADINGS_UNREAD = "HEADINGS_UNREAD"
    # An earlier renaming or merge hasn't reached all of its records yet.
    RECORDS_STILL_FOLLOW = "RECORDS_STILL_FOLLOW"
    TOOK_OTHERS_IN = "TOOK_OTHERS_IN"
    # Works corrected by hand.
    SAME_WORK_ALREADY = "SAME_WORK_ALREADY"
    ALONE_ALREADY = "ALONE_ALREADY"
    WORK_CHANGED = "WORK_CHANGED"
    NOTHING_TO_UNDO = "NOTHING_TO_UNDO"
    # The lines that aren't fields: the fact `lines`, their numbers from 1.
    NO_FIELD = "NO_FIELD"


class RecordRefused(Refused):
    """A change of a record that was not made."""


class StaleRecord(RecordRefused):
    """The record has changed since the editor read it.

    :ivar version: the number that it has now
    :ivar changes: what others changed meanwhile, as `catalogue.rules.record_diff` says it
    """

    def __init__(self, reasons: Sequence[Reason], *, version: int, changes: Sequence[Any]) -> None:
        super().__init__(reasons)
        self.version = version
        self.changes = tuple(changes)
