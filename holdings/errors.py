"""Reasons why branches, types and items can't be changed as wished."""

from common.errors import Refused

CODE_TAKEN = "CODE_TAKEN"
CODE_MALFORMED = "CODE_MALFORMED"
NAME_MISSING = "NAME_MISSING"
NAME_TAKEN = "NAME_TAKEN"
GROUP_NOT_EMPTY = "GROUP_NOT_EMPTY"  # count: branches in it
GROUP_IN_RULES = "GROUP_IN_RULES"
GROUP_GONE = "GROUP_GONE"
ROOM_NOT_EMPTY = "ROOM_NOT_EMPTY"  # count: items that belong there
NEVER_OPEN = "NEVER_OPEN"
CLOSES_BEFORE_OPENS = "CLOSES_BEFORE_OPENS"
TYPE_IN_A_RING = "TYPE_IN_A_RING"
LAST_BRANCH = "LAST_BRANCH"
NO_SUCH_DAY = "NO_SUCH_DAY"  # day, month
BARCODE_MISSING = "BARCODE_MISSING"
# scheme: LENGTH, PREFIX, CHARACTERS or CHECK_DIGIT, as `common.barcodes` finds it
BARCODE_MALFORMED = "BARCODE_MALFORMED"
# record_id: whose item has it
BARCODE_TAKEN = "BARCODE_TAKEN"
RECORD_DELETED = "RECORD_DELETED"
LOCATION_ELSEWHERE = "LOCATION_ELSEWHERE"
LOCATION_GONE = "LOCATION_GONE"
PRICE_NOT_VALID = "PRICE_NOT_VALID"
# status: what circulation has made of it; it's changed by taking the item back
ITEM_IN_CIRCULATION = "ITEM_IN_CIRCULATION"
STATUS_NOT_FOR_STAFF = "STATUS_NOT_FOR_STAFF"
ITEM_GONE = "ITEM_GONE"
# Of items that come with a delivery: nothing here has the code that the file, or its profile, gives.
NO_SUCH_BRANCH = "NO_SUCH_BRANCH"
NO_SUCH_TYPE = "NO_SUCH_TYPE"
# It can't be taken back with its delivery.
ITEM_IN_USE = "ITEM_IN_USE"

ORDER_GONE = "ORDER_GONE"
SUPPLIER_MISSING = "SUPPLIER_MISSING"
ORDERED_FAR_AWAY = "ORDERED_FAR_AWAY"
EXPECTED_FAR_AWAY = "EXPECTED_FAR_AWAY"
EXPECTED_BEFORE_ORDERED = "EXPECTED_BEFORE_ORDERED"
NO_COPIES = "NO_COPIES"
TOO_MANY_COPIES = "TOO_MANY_COPIES"  # most
# All its copies were cancelled, so nothing says which title it's of.
ORDER_WITHOUT_TITLE = "ORDER_WITHOUT_TITLE"
NOTHING_ON_ORDER = "NOTHING_ON_ORDER"
# barcode
COPY_NOT_ON_ORDER = "COPY_NOT_ON_ORDER"
COPY_IN_USE = "COPY_IN_USE"  # barcode: a hold, or anything else, names that very copy


class BranchRefused(Refused):
    """A branch, its hours, its rooms or a group can't be as wished; nothing has changed."""


class ItemTypeRefused(Refused):
    """An item type can't be as wished; nothing has changed."""


class ItemRefused(Refused):
    """An item can't be added or changed as wished; nothing has changed."""


class OrderRefused(Refused):
    """An order can't be as wished; nothing has changed."""
