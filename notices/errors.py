"""Reasons why something with a message or its text is refused."""

from common.errors import Refused

UNKNOWN_PLACEHOLDER = "UNKNOWN_PLACEHOLDER"
UNKNOWN_KIND = "UNKNOWN_KIND"
UNKNOWN_LANGUAGE = "UNKNOWN_LANGUAGE"
SUBJECT_MISSING = "SUBJECT_MISSING"
SUBJECT_TOO_LONG = "SUBJECT_TOO_LONG"
BODY_MISSING = "BODY_MISSING"
BODY_TOO_LONG = "BODY_TOO_LONG"
NOT_PERMITTED = "NOT_PERMITTED"
NOT_A_PROBLEM = "NOT_A_PROBLEM"
NO_ADDRESS = "NO_ADDRESS"
NO_GUARDIAN = "NO_GUARDIAN"


class TemplateRefused(Refused):
    """A text of a message that can't be saved like this; each reason says what's wrong with it."""


class NoticeRefused(Refused):
    """A message that can't be sent again, set aside or marked as printed."""
