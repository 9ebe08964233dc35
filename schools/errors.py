"""Reasons of schools' own, beside those of circulation."""

from common.errors import Refused

NOT_IN_CLASS = "NOT_IN_CLASS"
NO_TEACHER = "NO_TEACHER"
CLASS_EXISTS = "CLASS_EXISTS"
NAME_MISSING = "NAME_MISSING"
NOTHING_TO_MOVE = "NOTHING_TO_MOVE"
CLASS_FROM_REGISTER = "CLASS_FROM_REGISTER"


class ClassRefused(Refused):
    """Nothing was lent or changed."""


NUMBER_MISSING = "NUMBER_MISSING"
NUMBER_TAKEN = "NUMBER_TAKEN"
BRANCH_IS_SCHOOL = "BRANCH_IS_SCHOOL"


class SchoolRefused(Refused):
    """Nothing of a school was changed."""


UPDATE_DECIDED = "UPDATE_DECIDED"
UPDATE_OVERTAKEN = "UPDATE_OVERTAKEN"
CLASS_UNANSWERED = "CLASS_UNANSWERED"
UPDATE_WAITING = "UPDATE_WAITING"
NOT_THE_LATEST = "NOT_THE_LATEST"


class RosterRefused(Refused):
    """What was read was neither taken over nor taken back."""
