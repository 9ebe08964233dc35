"""Reasons why something with a message or its text is refused."""

from common.errors import Refused

UNKNOWN_PLACEHOLDER = "UNKNOWN_PLACEHOLDER"
UNKNOWN_KIND = "UNKNOWN_KIND"
UNKNOWN_LANGUAGE = "UNKNOWN_LANGUAGE"
UNKNOWN_CHANNEL = "UNKNOWN_CHANNEL"
SUBJECT_MISSING = "SUBJECT_MISSING"
SUBJECT_TOO_LONG = "SUBJECT_TOO_LONG"
BODY_MISSING = "BODY_MISSING"
BODY_TOO_LONG = "BODY_TOO_LONG"
NOT_PERMITTED = "NOT_PERMITTED"
NOT_A_PROBLEM = "NOT_A_PROBLEM"
NO_ADDRESS = "NO_ADDRESS"
NO_GUARDIAN = "NO_GUARDIAN"
NO_SHORT_TEXT = "NO_SHORT_TEXT"
CHANNEL_NOT_IN_USE = "CHANNEL_NOT_IN_USE"
NOTHING_TO_PRINT = "NOTHING_TO_PRINT"
NOT_A_SENT_LETTER = "NOT_A_SENT_LETTER"
CHOICE_NOT_OFFERED = "CHOICE_NOT_OFFERED"
HOURS_INCOMPLETE = "HOURS_INCOMPLETE"
NO_CHANNEL = "NO_CHANNEL"
CHANNEL_IN_RULES = "CHANNEL_IN_RULES"
SENDER_MALFORMED = "SENDER_MALFORMED"
ADDRESS_MALFORMED = "ADDRESS_MALFORMED"
OUTSIDE_THE_SHEET = "OUTSIDE_THE_SHEET"

# Why a message hasn't gone out, as it's kept with it.
PROBLEMS = (
    "NO_ADDRESS NO_GUARDIAN ADDRESS_REFUSED MAIL_SERVER GATEWAY_CLOSED CONNECTION_LOST INTERRUPTED CAME_BACK "
    "OUTDATED SET_ASIDE"
).split()


class TemplateRefused(Refused):
    """A text of a message that can't be saved like this; each reason says what's wrong with it."""


class NoticeRefused(Refused):
    """A message that can't be sent again, set aside or marked as printed."""


class SettingsRefused(Refused):
    """Settings for messages that can't hold; each reason names its field in `facts["field"]`."""
