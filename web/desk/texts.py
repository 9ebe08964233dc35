"""Refusals about patrons in the words of the desk, each beside the field that it's about."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext

from common.errors import Reason, Refused
from patrons import errors

_PROBLEMS: Mapping[str, Callable[[], str]] = {
    "LENGTH": lambda: gettext("It has another length than the municipality's numbers."),
    "PREFIX": lambda: gettext("It doesn't begin as the municipality's numbers do."),
    "CHARACTERS": lambda: gettext("It has characters that the municipality's numbers don't have."),
    "CHECK_DIGIT": lambda: gettext("The check digit is wrong: a digit was mistyped or misread."),
}
_TEXTS: Mapping[str, tuple[str, Callable[[Mapping[str, Any]], str]]] = {
    errors.CARD_TAKEN: ("card_number", lambda facts: gettext("Another patron has this card.")),
    errors.CARD_MALFORMED: ("card_number", lambda facts: barcode_problem(facts.get("problem", ""))),
    errors.NATIONAL_ID_TAKEN: ("national_id", lambda facts: gettext("Another patron has this number.")),
    errors.NATIONAL_ID_MALFORMED: ("national_id", lambda facts: gettext("This isn't a national identity number.")),
    errors.BIRTH_DATE_IN_FUTURE: ("birth_date", lambda facts: gettext("This day is still to come.")),
    errors.NAME_MISSING: ("given_name", lambda facts: gettext("A name is needed.")),
    errors.PIN_MALFORMED: ("pin", lambda facts: gettext("A PIN has four to eight digits.")),
    errors.GUARDIAN_IS_CHILD: ("guardian_card", lambda facts: gettext("A guardian must be an adult.")),
    errors.NOTE_EMPTY: ("text", lambda facts: gettext("Write something.")),
    errors.GUARDIAN_IS_HERSELF: ("guardian_card", lambda facts: gettext("Nobody is their own guardian.")),
    errors.HAS_LEFT: ("", lambda facts: gettext("This membership is over.")),
    errors.IS_TEMPORARY: ("", lambda facts: gettext("A temporary membership isn't renewed. Choose another category.")),
    errors.SAME_PATRON: ("", lambda facts: gettext("This is the same entry.")),
    errors.BOTH_HAVE_NATIONAL_ID: (
        "",
        lambda facts: gettext("Both have a national identity number, so they're two people, or one number is wrong."),
    ),
    errors.NOT_PERMITTED: ("", lambda facts: gettext("You may not do this. Ask a supervisor.")),
}


def barcode_problem(problem: str) -> str:
    """Say what's wrong with a number that doesn't fit the municipality's scheme."""
    return _PROBLEMS[problem]() if problem in _PROBLEMS else gettext("This isn't one of the municipality's numbers.")


def patron_problems(reasons: Iterable[Reason]) -> list[str]:
    """Return a sentence for each reason."""
    return [_told(reason)[1] for reason in reasons]


def add_to_form(form: forms.Form, refused: Refused) -> None:
    """Put each reason beside its field, or above the form when it has no such field."""
    for reason in refused.reasons:
        field, text = _told(reason)
        form.add_error(field if field in form.fields else None, text)


def _told(reason: Reason) -> tuple[str, str]:
    if reason.code not in _TEXTS:
        return "", gettext("It isn't possible: %(code)s.") % {"code": reason.code}
    field, tell = _TEXTS[reason.code]
    return field, tell(reason.facts)
