"""Reasons why an action on a patron is refused."""

from common.errors import Refused

CARD_TAKEN = "CARD_TAKEN"
CARD_MALFORMED = "CARD_MALFORMED"
NATIONAL_ID_TAKEN = "NATIONAL_ID_TAKEN"
NATIONAL_ID_MALFORMED = "NATIONAL_ID_MALFORMED"
BIRTH_DATE_IN_FUTURE = "BIRTH_DATE_IN_FUTURE"
NAME_MISSING = "NAME_MISSING"
CODE_TAKEN = "CODE_TAKEN"
CODE_MALFORMED = "CODE_MALFORMED"
PIN_MALFORMED = "PIN_MALFORMED"
GUARDIAN_IS_CHILD = "GUARDIAN_IS_CHILD"
WRONG_CARD_OR_PIN = "WRONG_CARD_OR_PIN"
NOT_PERMITTED = "NOT_PERMITTED"


class PatronRefused(Refused):
    """A patron can't be added or changed in this way."""


class PatronLogInRefused(Refused):
    """Card or PIN are wrong, or the card has ended; which isn't told."""
