"""Reasons of schools' own, beside those of circulation."""

from common.errors import Refused

NOT_IN_CLASS = "NOT_IN_CLASS"
NO_TEACHER = "NO_TEACHER"
CLASS_EXISTS = "CLASS_EXISTS"
NAME_MISSING = "NAME_MISSING"


class ClassRefused(Refused):
    """Nothing was lent or changed."""
