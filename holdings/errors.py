"""Reasons why branches, types and items can't be changed as wished."""

from common.errors import Refused

CODE_TAKEN = "CODE_TAKEN"
CODE_MALFORMED = "CODE_MALFORMED"
NAME_MISSING = "NAME_MISSING"
NEVER_OPEN = "NEVER_OPEN"
CLOSES_BEFORE_OPENS = "CLOSES_BEFORE_OPENS"
LAST_BRANCH = "LAST_BRANCH"


class BranchRefused(Refused):
    """A branch or its hours can't be as wished; nothing has changed."""


class ItemTypeRefused(Refused):
    """An item type can't be as wished; nothing has changed."""
