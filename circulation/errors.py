"""Why circulation refuses, as codes with facts; the texts belong to the screens and protocols."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from common.errors import Refused

_LONGEST_REASON = 200


class Code(StrEnum):
    """Every reason and notice of circulation. The facts that come with each stand behind it; days are ISO dates."""

    # --- What was asked for is not there ---
    ITEM_UNKNOWN = "ITEM_UNKNOWN"
    PATRON_UNKNOWN = "PATRON_UNKNOWN"
    LOAN_UNKNOWN = "LOAN_UNKNOWN"
    HOLD_UNKNOWN = "HOLD_UNKNOWN"
    RECORD_UNKNOWN = "RECORD_UNKNOWN"
    # --- The item ---
    ALREADY_ON_LOAN_TO_PATRON = "ALREADY_ON_LOAN_TO_PATRON"  # loan_id, due_date: a check-out renews then
    ITEM_ON_LOAN = (
        "ITEM_ON_LOAN"  # due_date, with the hour for a loan by the hour; to another patron, whose name stays out of it
    )
    ITEM_ON_HOLD = "ITEM_ON_HOLD"  # hold_id, shelf_number: it lies ready, or travels, for another patron
    ITEM_IN_TRANSIT = "ITEM_IN_TRANSIT"  # hold_id, to_branch_id: on its way to another patron's hold
    ITEM_REFERENCE_ONLY = "ITEM_REFERENCE_ONLY"
    ITEM_NOT_LENT = "ITEM_NOT_LENT"  # item_type; its type or a rule says so. origin when it's a rule
    ITEM_IN_PROCESS = "ITEM_IN_PROCESS"
    ITEM_ON_ORDER = "ITEM_ON_ORDER"  # not received yet
    ITEM_MISSING = "ITEM_MISSING"
    ITEM_LOST = "ITEM_LOST"
    ITEM_WITHDRAWN = "ITEM_WITHDRAWN"
    ITEM_IN_BUNDLE = "ITEM_IN_BUNDLE"  # barcode: of the item that it's kept in and lent with
    ITEM_DAMAGED = "ITEM_DAMAGED"  # note; a notice
    COUNT_PARTS = "COUNT_PARTS"  # parts, missing, note; a notice: the desk counts what belongs to it
    COUNT_BUNDLE = "COUNT_BUNDLE"  # contents; a notice: so many items are kept in it
    HOLDS_WAITING = "HOLDS_WAITING"  # count; a notice: others wait for the title
    # --- The patron ---
    PATRON_BLOCKED = "PATRON_BLOCKED"  # block_id, reason, until (day or None), item_type_id; one for each block
    PATRON_EXPIRED = "PATRON_EXPIRED"  # expired_on
    PATRON_LEFT = "PATRON_LEFT"
    CARD_ENDED = "CARD_ENDED"
    DEBT_LIMIT = "DEBT_LIMIT"  # owed, limit (both text with two decimals), origin
    OVERDUE_LIMIT = "OVERDUE_LIMIT"  # overdue, limit, origin
    LOAN_LIMIT_REACHED = "LOAN_LIMIT_REACHED"  # loans, limit, origin
    TYPE_LIMIT_REACHED = "TYPE_LIMIT_REACHED"  # loans, limit, item_type, origin
    AGE_TOO_LOW = "AGE_TOO_LOW"  # age, min_age, origin
    AGE_TOO_HIGH = "AGE_TOO_HIGH"  # age, max_age, origin
    BRANCH_LIMIT_REACHED = "BRANCH_LIMIT_REACHED"  # loans, limit, origin: by the branch whose rules the loan follows
    ON_SITE_LIMIT_REACHED = "ON_SITE_LIMIT_REACHED"  # loans, limit, origin
    LOST_LIMIT = "LOST_LIMIT"  # lost, limit, origin
    FAMILY_DEBT_LIMIT = "FAMILY_DEBT_LIMIT"  # owed, limit (both text with two decimals), origin
    SHORT_FOR_DEMAND = "SHORT_FOR_DEMAND"  # count, due_date without it; a notice: others wait, so the loan is shorter
    AGE_UNKNOWN = "AGE_UNKNOWN"  # min_age; a notice
    HAS_OVERDUE = "HAS_OVERDUE"  # overdue; a notice
    OWES = "OWES"  # owed; a notice
    HAS_SAME_TITLE = "HAS_SAME_TITLE"  # count; a notice: has other items of the title on loan
    HAS_CLAIMS = "HAS_CLAIMS"  # claims, limit, origin; a notice: says often that items were returned or never had
    HOLD_READY_HERE = "HOLD_READY_HERE"  # count; a notice: holds of hers lie ready at this branch
    # --- Rules, branch, calendar ---
    RULE_MISSING = "RULE_MISSING"  # name, label: no row anywhere sets this value
    # names, labels, and the case: branch_id, category_id, item_type_id (None for any), residence
    RULE_GAP = "RULE_GAP"  # after the change nobody would say what's needed
    RULE_CONTRADICTION = "RULE_CONTRADICTION"  # after the change two values couldn't both be
    CHANNEL_NOT_IN_USE = "CHANNEL_NOT_IN_USE"  # channels: named by a rule, and the municipality doesn't use them
    BRANCH_CLOSED_FOR_BUSINESS = "BRANCH_CLOSED_FOR_BUSINESS"  # branch_id
    CALENDAR_NEVER_OPEN = "CALENDAR_NEVER_OPEN"  # branch_id
    DUE_DATE_PAST = "DUE_DATE_PAST"  # due_date
    DUE_BEFORE_CARD_ENDS = "DUE_BEFORE_CARD_ENDS"  # expires_on; a notice: the loan was shortened
    DAYS_WRONG = "DAYS_WRONG"  # first, last: the last comes before the first, or there are too many
    NOTHING_TO_CLOSE = "NOTHING_TO_CLOSE"  # the branches are closed on all of these days already
    # --- Check-in ---
    NOT_ON_LOAN = "NOT_ON_LOAN"  # a notice
    ITEM_WAS_LOST = "ITEM_WAS_LOST"  # a notice
    ITEM_WAS_MISSING = "ITEM_WAS_MISSING"  # a notice
    ITEM_WAS_ON_ORDER = "ITEM_WAS_ON_ORDER"  # a notice: it's received now
    ITEM_WAS_IN_PROCESS = "ITEM_WAS_IN_PROCESS"  # a notice
    CLAIM_SETTLED = "CLAIM_SETTLED"  # claim; a notice: what the patron said of it is settled by its being here
    LOST_CLAIM_ENDED = "LOST_CLAIM_ENDED"  # taken_back, credited; a notice: what was claimed for it is settled
    BELONGS_HERE_NOW = "BELONGS_HERE_NOW"  # branch_id: where it belonged before; a notice
    RETURN_NOT_HERE = "RETURN_NOT_HERE"  # branch_id: the item's home, origin
    RETURN_DAY_AHEAD = "RETURN_DAY_AHEAD"  # back_dated_to
    RETURN_BEFORE_LOAN = "RETURN_BEFORE_LOAN"  # back_dated_to, loaned_on
    # --- Renewal ---
    LOAN_ENDED = "LOAN_ENDED"
    SOMEBODY_WAITS = "SOMEBODY_WAITS"  # count; never overridable
    RENEWAL_LIMIT_REACHED = "RENEWAL_LIMIT_REACHED"  # renewals, limit, origin
    TOO_EARLY = "TOO_EARLY"  # from_day, origin
    ON_SITE_LOAN = "ON_SITE_LOAN"  # for use in the library only
    OVERDUE_STOPS_RENEWAL = "OVERDUE_STOPS_RENEWAL"  # overdue (how many), origin
    NOT_AUTOMATIC = "NOT_AUTOMATIC"  # answer: OFF, TOO_SOON, TOO_LATE or OWES_TOO_MUCH; only for renewals by night
    NOT_LATER = "NOT_LATER"  # due_date: a renewal would not move the due date
    LOAN_RECALLED = "LOAN_RECALLED"  # due_date: called back, so it can't be renewed
    # --- Calling a loan back ---
    RECALLED_ALREADY = "RECALLED_ALREADY"  # due_date
    NOT_RECALLED = "NOT_RECALLED"  # nothing to take back
    RECALL_NOT_ALLOWED = "RECALL_NOT_ALLOWED"  # no rule lets loans of this kind be called back
    RECALL_NOT_EARLIER = "RECALL_NOT_EARLIER"  # due_date: it's due before the guaranteed time is over
    # --- Holds ---
    ALREADY_HOLDS = "ALREADY_HOLDS"  # hold_id
    HAS_IT_ON_LOAN = "HAS_IT_ON_LOAN"  # loan_id
    HOLD_LIMIT_REACHED = "HOLD_LIMIT_REACHED"  # holds, limit, origin
    HOLDS_NOT_ALLOWED = "HOLDS_NOT_ALLOWED"  # origin
    PICKUP_NOT_ALLOWED = "PICKUP_NOT_ALLOWED"  # branch_id
    NO_ITEMS = "NO_ITEMS"  # record_id: nothing that could ever fill the hold
    HOLD_ENDED = "HOLD_ENDED"  # state
    HOLD_ON_ITS_WAY = "HOLD_ON_ITS_WAY"  # state: ready or in transit, so the pick-up branch stands
    HOLD_DAY_LIMIT_REACHED = "HOLD_DAY_LIMIT_REACHED"  # holds, limit, origin
    HOLD_TYPE_LIMIT_REACHED = "HOLD_TYPE_LIMIT_REACHED"  # holds, limit, origin
    HOLDS_FOR_OTHERS = "HOLDS_FOR_OTHERS"  # origin: not for patrons of her home branch
    VOLUME_UNKNOWN = "VOLUME_UNKNOWN"  # volume: no item has it
    ON_SHELF = "ON_SHELF"  # branch_id, items, origin: it stands on a shelf, and only what's out may be held
    NOT_PARALLEL = "NOT_PARALLEL"  # only holds in the queue of one patron can be parallel
    BEING_FETCHED = "BEING_FETCHED"  # by: somebody else is fetching the item
    NOT_TO_FETCH = "NOT_TO_FETCH"  # it isn't on the list any more
    DAY_PAST = "DAY_PAST"  # day
    SAME_BRANCH = "SAME_BRANCH"  # a way between two branches needs two
    NOT_SENT_ALREADY = "NOT_SENT_ALREADY"  # that way nothing of the kind is sent as it is
    # --- What becomes of items ---
    CLAIMED_ALREADY = "CLAIMED_ALREADY"  # claim
    NOT_CLAIMED = "NOT_CLAIMED"
    PARTS_TOO_MANY = "PARTS_TOO_MANY"  # parts: so many there are
    ITEM_NOT_ON_SHELF = "ITEM_NOT_ON_SHELF"  # status: only what stands on a shelf goes into a bundle
    BUNDLE_NESTED = "BUNDLE_NESTED"  # a bundle in a bundle, or an item in itself
    BUNDLE_NOT_EMPTY = "BUNDLE_NOT_EMPTY"  # contents
    NOT_IN_TRANSIT = "NOT_IN_TRANSIT"  # it isn't on its way anywhere
    BUNDLE_EMPTY = "BUNDLE_EMPTY"  # nothing is kept in it
    CHECK_IT_IN = "CHECK_IT_IN"  # status, branch_id: its home elsewhere; a notice at an inventory: it's out of place
    WRONG_SHELF = "WRONG_SHELF"  # mark, room: where it's to stand; a notice at an inventory
    # --- Many items at once ---
    NOTHING_TO_CHANGE = "NOTHING_TO_CHANGE"  # no item, or nothing that's to become of them
    LIST_TOO_LONG = "LIST_TOO_LONG"  # count, limit
    LAST_COPY = (
        "LAST_COPY"  # kept: so many of the title or volume are to stay; 0 when it's the last one of all libraries
    )
    NOT_NOW = "NOT_NOW"  # the change has been begun, or isn't done
    # --- Periodicals ---
    SUBSCRIPTION_GONE = "SUBSCRIPTION_GONE"
    SUBSCRIBED_ALREADY = "SUBSCRIBED_ALREADY"
    ROOM_ELSEWHERE = "ROOM_ELSEWHERE"  # the room is another branch's
    NUMBER_BEYOND_YEAR = "NUMBER_BEYOND_YEAR"  # the next issue's, in a year that hasn't so many
    SUBSCRIPTION_TOO_SHORT = "SUBSCRIPTION_TOO_SHORT"  # it ends before its first issue
    NOTHING_TO_CLAIM = "NOTHING_TO_CLAIM"
    ISSUES_CHANGED = "ISSUES_CHANGED"  # one has come since the list was shown, or its supplier is another
    ISSUE_MALFORMED = "ISSUE_MALFORMED"  # there's no year in it
    ISSUE_HERE = "ISSUE_HERE"  # it has arrived
    ISSUE_UNTOUCHED = "ISSUE_UNTOUCHED"  # it's still expected
    ISSUE_USED = "ISSUE_USED"  # barcode: of the item, which was lent, held or moved since
    # --- Collections that rotate ---
    ROTATION_UNKNOWN = "ROTATION_UNKNOWN"
    ROTATION_ENDED = "ROTATION_ENDED"
    ROTATION_NAME_TAKEN = "ROTATION_NAME_TAKEN"
    ROTATION_NO_STOP_LEFT = "ROTATION_NO_STOP_LEFT"
    ROTATION_STOP_PASSED = "ROTATION_STOP_PASSED"  # the collection is there, or was
    ROTATES_WITH_ANOTHER = "ROTATES_WITH_ANOTHER"  # collection: its name
    # --- Fees ---
    AMOUNT_NOT_VALID = "AMOUNT_NOT_VALID"  # an amount above zero with at most two decimals is wanted
    MORE_THAN_OWED = "MORE_THAN_OWED"  # owed: what's left to pay or waive
    METHOD_UNKNOWN = "METHOD_UNKNOWN"
    TEXT_MISSING = "TEXT_MISSING"  # why it's waived, or what the fee is for
    KIND_UNKNOWN = "KIND_UNKNOWN"  # not a fee that staff write by hand
    NOTHING_TO_REVERSE = "NOTHING_TO_REVERSE"  # no charge fits
    PREVIEW_OUTDATED = "PREVIEW_OUTDATED"  # something has changed since it was shown
    NOTHING_TO_HAND_OVER = "NOTHING_TO_HAND_OVER"
    CLAIM_ENDED = "CLAIM_ENDED"  # state: paid or recalled already
    NO_CREDIT = "NO_CREDIT"  # nothing to pay with, or nothing to be paid
    MORE_THAN_CREDIT = "MORE_THAN_CREDIT"  # credit: what there is
    TILL_NAME_TAKEN = "TILL_NAME_TAKEN"
    TILL_NOT_COUNTED = "TILL_NOT_COUNTED"  # amount, day: cash that has moved since it was counted, and when last
    TILL_NEEDED = "TILL_NEEDED"  # it's the branch's last one
    TILL_PUT_AWAY = "TILL_PUT_AWAY"
    NOT_PERMITTED = "NOT_PERMITTED"  # needed: the permission
    # --- Nightly jobs started by hand ---
    JOB_UNKNOWN = "JOB_UNKNOWN"
    NOT_IN_SERVICE = "NOT_IN_SERVICE"  # the municipality is suspended
    # --- Undo ---
    NOT_UNDOABLE = "NOT_UNDOABLE"  # action
    UNDONE_ALREADY = "UNDONE_ALREADY"
    GROUP_GONE = "GROUP_GONE"  # the branch group that a rule is for was removed meanwhile
    CHANGED_SINCE = "CHANGED_SINCE"  # something else has happened to the item, loan or hold since
    FEE_PAID_SINCE = "FEE_PAID_SINCE"  # fee_id
    # --- Scans recorded during an outage ---
    TIME_AHEAD = "TIME_AHEAD"  # said: the browser's time, which is still to come
    TIME_TOO_OLD = "TIME_TOO_OLD"  # said
    TIME_UNREADABLE = "TIME_UNREADABLE"  # said
    SCANNED_SINCE = "SCANNED_SINCE"  # seen_at: the item was scanned elsewhere after that
    CARD_UNKNOWN = "CARD_UNKNOWN"  # card
    NOT_HER_BRANCH = "NOT_HER_BRANCH"  # branch_id: it was recorded at a branch where she doesn't work
    NOTE_MISSING = "NOTE_MISSING"
    # --- Any desk action ---
    SCAN_ID_TAKEN = "SCAN_ID_TAKEN"  # the scan's id belongs to another action
    OVERRIDE_NOT_ALLOWED = "OVERRIDE_NOT_ALLOWED"  # codes: those that she may not override
    OVERRIDE_REASON_MISSING = "OVERRIDE_REASON_MISSING"


@dataclass(frozen=True, init=False)
class Override:
    """A person's decision to go on in spite of these reasons, and why."""

    codes: frozenset[str]
    reason: str

    def __init__(self, codes: Iterable[str], reason: str) -> None:
        object.__setattr__(self, "codes", frozenset(codes))
        # It goes into the audit log, which takes no control characters.
        text = "".join(character if character.isprintable() else " " for character in reason)
        object.__setattr__(self, "reason", text.strip()[:_LONGEST_REASON])


class CheckOutRefused(Refused):
    """The item was not lent."""


class CheckInRefused(Refused):
    """The item was not taken back."""


class RenewalRefused(Refused):
    """The loan was not renewed."""


class RecallRefused(Refused):
    """The loan was not called back."""


class HoldRefused(Refused):
    """The hold was not placed or changed."""


class FeeRefused(Refused):
    """The payment, waiver or fee was not booked."""


class ReportRefused(Refused):
    """What was said of an item was not noted."""


class BulkRefused(Refused):
    """The change of many items was not proposed, begun or undone."""


class PeriodicalRefused(Refused):
    """The subscription was not made, changed or ended, or nothing was noted of the issue."""


class RotationRefused(Refused):
    """The collection's plan or its items were not changed."""


class TransferLimitRefused(Refused):
    """The way between two branches was not closed to holds."""


class ClosingRefused(Refused):
    """The branches were not closed."""


class RuleRefused(Refused):
    """The rule was not changed."""


class JobRefused(Refused):
    """The job was not started."""


class SettlingRefused(Refused):
    """The recorded scan was not settled."""


class UndoRefused(Refused):
    """The action was not undone."""
