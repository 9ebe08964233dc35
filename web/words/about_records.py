"""What became of records and what stands against changing them, in words for cataloguers."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalogue.errors import Code
from catalogue.marc.problems import Problem, describe
from common.errors import Reason
from web.words.about_sources import TROUBLES

KINDS = {
    "IMPORT": pgettext_lazy("how a version came to be", "Imported"),
    "EDIT": pgettext_lazy("how a version came to be", "Edited"),
    "RESTORE": pgettext_lazy("how a version came to be", "Restored"),
    "MERGE": pgettext_lazy("how a version came to be", "Merged"),
    "UNMERGE": pgettext_lazy("how a version came to be", "Merge undone"),
    "DELETE": pgettext_lazy("how a version came to be", "Deleted"),
    "SHARE": pgettext_lazy("how a version came to be", "Shown to all"),
    "UNSHARE": pgettext_lazy("how a version came to be", "Shown to its library alone"),
    "KEEP": pgettext_lazy("how a version came to be", "Kept by itself"),
}
# The kind of the sign, and the word beside it.
SIGNS: dict[str, tuple[str, str | Promise]] = {
    "SAME": ("none", pgettext_lazy("what became of a field", "Same")),
    "ADDED": ("ok", pgettext_lazy("what became of a field", "Added")),
    "REMOVED": ("stop", pgettext_lazy("what became of a field", "Removed")),
    "CHANGED": ("notice", pgettext_lazy("what became of a field", "Changed")),
    "MOVED": ("wait", pgettext_lazy("what became of a field", "Moved")),
}
RECORD_ACTIONS = {
    "catalogue.add_record": _("Catalogued a record"),
    "catalogue.save_record": _("Changed a record"),
    "catalogue.delete_record": _("Deleted a record"),
    "catalogue.merge_records": _("Merged two records"),
    "catalogue.undo_merge": _("Undid a merge of records"),
    "catalogue.share_record": _("Showed a local record to all libraries"),
    "catalogue.unshare_record": _("Showed a local record to its library alone"),
    "catalogue.save_enrichment": _("Changed a record's local fields"),
    "catalogue.delete_enrichment": _("Took back a record's local fields"),
    "catalogue.take_out_of_work": _("Took a record out of a work"),
    "catalogue.join_work": _("Put a record to a work"),
    "catalogue.undo_work_correction": _("Took back a correction of a work"),
    "catalogue.set_library": _("Changed rights to records"),
    "catalogue.save_import_profile": _("Changed an import profile"),
    "catalogue.delete_import_profile": _("Deleted an import profile"),
    "catalogue.save_import_source": _("Changed an import source"),
    "catalogue.delete_import_source": _("Deleted an import source"),
    "catalogue.harvest": _("Fetched records from a source"),
    "catalogue.pause_import": _("Paused an import"),
    "catalogue.resume_import": _("Let an import go on"),
    "catalogue.undo_import": _("Undid an import"),
    "catalogue.answer_import": _("Answered an import's question"),
    "catalogue.add_authority": _("Added an authority"),
    "catalogue.save_authority": _("Changed an authority"),
    "catalogue.merge_authorities": _("Merged two authorities"),
    "catalogue.undo_authority_merge": _("Undid the merge of two authorities"),
    "catalogue.delete_authority": _("Deleted an authority"),
    "catalogue.import_authorities": _("Imported authorities"),
    "catalogue.carry_heading": _("Carried a new heading into the records"),
}
# Why a source of records gave none.
SOURCE_PROBLEMS: dict[str, str | Promise] = {trouble.value: text for trouble, text in TROUBLES.items()} | {
    "NO_OAI": _("What answers doesn't speak OAI-PMH."),
    "SOURCE_SAYS_NO": _("The source doesn't know this set or format."),
    "TOKEN_TOO_OLD": _("The source has forgotten where the harvest stopped, so it begins anew."),
    "NO_MARC": _("The source gives no MARC in this format."),
    "NO_FOLDER": _("There's no such folder."),
    "NOT_READABLE": _("The folder, or a file in it, can't be read."),
}
_TEXTS = {
    Code.STALE: _("Somebody has changed the record since you opened it. Look at the versions, then do it again."),
    Code.RECORD_GONE: _("The record has been deleted or merged into another."),
    Code.NO_SUCH_VERSION: _("There's no such version."),
    Code.NOT_A_TITLE: _("This doesn't describe a title."),
    Code.NO_TITLE: _("The record has no title."),
    Code.NO_NUMBER: _("The record has no number."),
    Code.NUMBER_CHANGED: _("A record keeps its number and agency."),
    Code.NUMBER_TAKEN: _("Another record has this number."),
    Code.MARKED_AS_DELETED: _("This version says that the record is deleted."),
    Code.PART_OF_ITSELF: _("A record can't be part of itself."),
    Code.HAS_ITEMS: _("Libraries have items of it."),
    Code.HAS_PARTS: _("Other records are parts of it."),
    Code.NO_OWNER: _("A new record needs an owner."),
    Code.OWNER_MUST_BE_EDITOR: _("The new owner must be your own library."),
    Code.NO_RIGHT_TO_COMMON: _("Your library doesn't take part in the common records."),
    Code.OWNER_SHARES_NOTHING: _("The library that owns the record keeps it to itself."),
    Code.NATIONAL_RECORD: _("No member owns this record; changing it takes the right to national records."),
    Code.OWNER_ONLY: _("Nobody but its owner may change this record."),
    Code.OTHERS_LOCAL_RECORD: _("It's another library's local record."),
    Code.SCHOOLS_ONLY: _("School libraries alone may change this record."),
    Code.COMMON_RECORD_STAYS: _("A library can't delete a common record. Merge it into another instead."),
    Code.SAME_RECORD: _("That's the same record."),
    Code.LEVELS_DIFFER: _("Common, school and local records can't be merged with each other."),
    Code.FORMER_NUMBER_IN_USE: _("A record that stands by itself has a number that this one says it took in."),
    Code.MERGED_AWAY: _("The record is part of another one by now, which has its number too."),
    Code.OTHERS_NUMBER: _("A local record has a number of your own library's."),
    Code.NOT_LOCAL: _("It's no local record."),
    Code.OTHERS_HAVE_ITEMS: _("These have or had items of it: %(names)s."),
    Code.OTHERS_HAVE_HOLDS: _("Patrons of these have or had holds on it: %(names)s."),
    Code.OTHERS_HAVE_FIELDS: _("Other libraries have local fields on it."),
    Code.TOOK_ANOTHER_IN: _("Another record that all libraries saw is part of it. Undo the merge first."),
    Code.NOT_MERGED: _("This merge has been undone already."),
    Code.FIELDS_ARE_COMMON: _("Only the common record has these fields: %(tags)s."),
    Code.PARENT_IS_COMMON: _("Only the common record says what the title is part of: %(tags)s."),
    Code.NOTHING_OF_ITS_OWN: _("There's no local field."),
    Code.ACTION_NOT_POSSIBLE: _("That can't be done in this case."),
    Code.NO_TAG: _("These aren't tags: %(tags)s."),
    Code.NO_NAME: _("It needs a name."),
    Code.NAME_TAKEN: _("Another profile has this name."),
    Code.ITEMS_NOT_READ: _("Where its items stand: line %(lines)s can't be read, or no subfield has the barcode."),
    Code.NO_ITEMS: _("It brings no items."),
    Code.NOTHING_TO_ENRICH: _("Name the tags that become local fields."),
    Code.POINTS_OUT_OF_RANGE: _("From 60 to 300 points."),
    Code.NO_SUCH_PROFILE: _("There's no such profile."),
    Code.PROFILE_IN_USE: _("A source is imported by this profile."),
    Code.NO_SUCH_SOURCE: _("There's no such source."),
    Code.BAD_ADDRESS: SOURCE_PROBLEMS["BAD_ADDRESS"],
    Code.BAD_FOLDER: _("This can't be a folder of ours. Write it as suppliers/books."),
    Code.NOT_NOW: _("The import has gone on meanwhile, so this can't be done now."),
    Code.NO_SUCH_QUESTION: _("This has been answered already."),
    Code.PERHAPS_DOUBLE: _("The catalogue may have this title already."),
    Code.NO_RIGHT_TO_AUTHORITIES: _("Only the consortium changes authorities."),
    Code.NO_SUCH_AUTHORITY: _("The authority has been merged into another."),
    Code.NO_HEADING: _("It has no heading."),
    Code.HEADING_TAKEN: _("Another authority of the vocabulary has this heading: %(heading)s"),
    Code.KIND_NOT_IN_VOCABULARY: _("The vocabulary has none of this kind."),
    Code.IN_RECORDS: _("Records have it. Merge it into another one instead."),
    Code.HEADINGS_UNREAD: _("The newest records are still being read for it. Try again in a minute."),
    Code.RECORDS_STILL_FOLLOW: _("Records still follow its last change. Try again when they all have."),
    Code.TOOK_OTHERS_IN: _("Another one was merged into it."),
    Code.KINDS_DIFFER: _("They're of different kinds or vocabularies."),
    Code.SAME_WORK_ALREADY: _("They're editions of one work already."),
    Code.ALONE_ALREADY: _("No other edition is with it."),
    Code.WORK_CHANGED: _("Somebody has changed this work since you opened it. Look at it, then do it again."),
    Code.NOTHING_TO_UNDO: _("This has been taken back already."),
    Code.NO_FIELD: _("These lines aren't fields: %(lines)s."),
}


def record_problems(reasons: Iterable[Reason]) -> list[str | Promise]:
    """Return the sentences for why a record wasn't changed."""
    return [_text(reason) for reason in reasons]


def _text(reason: Reason) -> str | Promise:
    if reason.code == Code.UNREADABLE:
        return describe(str(reason.facts.get("problem", Problem.NOT_MARC)))
    text = _TEXTS[Code(reason.code)]
    named = {
        name: ", ".join(map(str, reason.facts[name])) for name in ("tags", "lines", "names") if name in reason.facts
    }
    if "heading" in reason.facts:
        named["heading"] = str(reason.facts["heading"])
    return str(text) % named if named else text
