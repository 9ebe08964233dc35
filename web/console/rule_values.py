"""Rule values as people write and read them: days, amounts, ladders of fees and of letters."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from circulation.rules.changed_rules import ValueChange
from circulation.rules.value_kinds import Kind, ValueProblem
from circulation.rules.values import REGISTER, InvalidValues, ValueSpec
from web.ui.days import short_day
from web.ui.money import amount_text
from web.words.messages import NOTICE_KINDS, channel_names

# "8: 60,00 / 30,00", and "1m: …" for the day one month after the due date.
_FEE_STEP = re.compile(r"^\s*(\d{1,4})\s*(m?)\s*[:;]\s*(\d+(?:[.,]\d{1,2})?)\s*/\s*(\d+(?:[.,]\d{1,2})?)\s*$")
# "OVERDUE_1: 3", and "OVERDUE_1: 3 SMS, PATRON" for a step with channels of its own.
_NOTICE_STEP = re.compile(r"^\s*(\w+)\s*[:;]\s*(\d{1,4})(?:[\s,;]+(\w.*?))?\s*$")
# How many turns of one value a preview tells.
_MOST_TURNS = 4


def value_text(spec: ValueSpec, value: Any, *, currency: str = "") -> str:
    """Return a value in words.

    :param currency: without one, amounts stand as plain numbers
    """
    if value is None:
        return str(spec.null_means) or gettext("none")
    tell = _TEXTS.get(spec.kind)
    return tell(spec, value, currency) if tell else str(value)


def cell_text(spec: ValueSpec, value: Any, *, currency: str = "") -> str:
    """Return a value as short as a cell of the matrix wants it."""
    if value and spec.kind is Kind.FEE_STEPS:
        lowest, highest = (_amount(step["adult"], currency) for step in (value[0], value[-1]))
        return (
            lowest
            if lowest == highest
            else gettext("%(lowest)s to %(highest)s")
            % {
                "lowest": lowest,
                "highest": highest,
            }
        )
    if value and spec.kind is Kind.NOTICE_STEPS:
        return ngettext("%(count)d letter", "%(count)d letters", len(value)) % {"count": len(value)}
    return value_text(spec, value, currency=currency)


def _amount(value: Any, currency: str) -> str:
    return amount_text(Decimal(value), currency) if currency else str(value)


def _fee_steps_text(_spec: ValueSpec, steps: Any, currency: str) -> str:
    lines = [
        gettext("from day %(day)s: %(adult)s, children %(child)s")
        % {
            "day": _beginning(step),
            "adult": _amount(step["adult"], currency),
            "child": _amount(step["child"], currency),
        }
        for step in steps
    ]
    return "; ".join(lines)


def _beginning(step: Mapping[str, Any]) -> str:
    """The day late on which a step begins, or the months after the due date as the form has them: 1m."""
    return f"{step['from_month']}m" if "from_month" in step else str(step["from_day"])


def _notice_steps_text(_spec: ValueSpec, steps: Any, _currency: str) -> str:
    return "; ".join(_notice_step_text(step) for step in steps)


def _notice_step_text(step: Mapping[str, Any]) -> str:
    text = gettext("%(letter)s on day %(day)s") % {
        "letter": NOTICE_KINDS.get(step["kind"], step["kind"]),
        "day": step["day"],
    }
    return f"{text} ({channel_names(step['channels'])})" if step.get("channels") else text


def _days_text(_spec: ValueSpec, value: Any, _currency: str) -> str:
    return ngettext("%(count)d day", "%(count)d days", value) % {"count": value}


_TEXTS: dict[Kind, Callable[[ValueSpec, Any, str], str]] = {
    Kind.DAYS: _days_text,
    Kind.BOOL: lambda _spec, value, _currency: gettext("yes") if value else gettext("no"),
    Kind.CHOICE: lambda spec, value, _currency: str((spec.choices or {}).get(value, value)),
    Kind.DATE: lambda _spec, value, _currency: short_day(
        value if isinstance(value, date) else date.fromisoformat(value)
    ),
    Kind.DATES: lambda _spec, days, _currency: ", ".join(short_day(day) for day in days),
    Kind.YEAR_DAY: lambda _spec, value, _currency: date_format(date.fromisoformat(f"2001-{value}"), "MONTH_DAY_FORMAT"),
    Kind.MONEY: lambda _spec, value, currency: _amount(value, currency),
    Kind.FEE_STEPS: _fee_steps_text,
    Kind.NOTICE_STEPS: _notice_steps_text,
    Kind.CHANNELS: lambda _spec, channels, _currency: channel_names(channels),
}


def form_text(spec: ValueSpec, value: Any) -> str:
    """Return a value as it stands in the form's field."""
    if value is None:
        return ""
    if spec.kind is Kind.FEE_STEPS:
        return "\n".join(f"{_beginning(step)}: {step['adult']} / {step['child']}" for step in value)
    if spec.kind is Kind.NOTICE_STEPS:
        return "\n".join(
            f"{step['kind']}: {step['day']} {', '.join(step.get('channels', ()))}".rstrip() for step in value
        )
    if spec.kind is Kind.CHANNELS:
        return ", ".join(value)
    if spec.kind is Kind.DATES:
        return "\n".join(day.isoformat() for day in value)
    if spec.kind is Kind.BOOL:
        return "yes" if value else "no"
    return str(value)


def value_from_form(spec: ValueSpec, values: Mapping[str, str]) -> Any:
    """Return what a form says, in the JSON shape that rules are stored in; the rules check it further."""
    if values.get("none"):
        return None
    text = values.get("value", "").replace("\x00", "").strip()[:2000]
    if spec.kind is Kind.BOOL:
        return {"yes": True, "no": False}.get(text, text)
    if spec.kind is Kind.MONEY:
        return text.replace(",", ".").replace(" ", "")
    if spec.kind is Kind.DATES:
        return text.split()
    if spec.kind is Kind.FEE_STEPS:
        return [_fee_step(line) for line in text.splitlines() if line.strip()]
    if spec.kind is Kind.NOTICE_STEPS:
        return [_notice_step(line) for line in text.splitlines() if line.strip()]
    if spec.kind is Kind.CHANNELS:
        return _channels(text)
    return text


def turned_values(changed: Mapping[str, Sequence[ValueChange]], *, currency: str) -> list[dict[str, str]]:
    """Return in words what would become of values, in the register's order; of many turns of one the first few."""
    return [
        {"label": str(spec.label), "turns": _turns_text(spec, changed[name], currency)}
        for name, spec in REGISTER.items()
        if name in changed
    ]


def _turns_text(spec: ValueSpec, changes: Sequence[ValueChange], currency: str) -> str:
    def told(each: ValueChange, tell: Callable[..., str]) -> list[str]:
        sides = ((each.was_set, each.before), (each.is_set, each.after))
        return [tell(spec, value, currency=currency) if is_set else gettext("not set") for is_set, value in sides]

    turns = []
    for each in changes[:_MOST_TURNS]:
        before, after = told(each, cell_text)
        # Two ladders may be as long as one another, and read the same in short.
        turns.append(" → ".join(told(each, value_text) if before == after else (before, after)))
    return ", ".join([*turns, "…"] if len(changes) > _MOST_TURNS else turns)


def typed_value(values: Mapping[str, str], errors: Sequence[str]) -> dict[str, Any]:
    """Return the field of a value that wasn't saved: as it was typed, with what's wrong beside it."""
    return {"form_text": values.get("value", ""), "is_none": "none" in values, "errors": errors}


def value_problems(invalid: InvalidValues) -> list[str]:
    """Return why values can't be saved."""
    return [_problem_text(problem) for problem in invalid.problems]


def _problem_text(problem: ValueProblem) -> str:
    if "said" in problem.facts:
        return gettext("There's no “%(said)s”. Write one of these: %(choices)s.") % {
            "said": problem.facts["said"],
            "choices": ", ".join(problem.facts["choices"]),
        }
    texts = {
        "NOT_A_NUMBER": gettext("Write a whole number."),
        "TOO_LOW": gettext("At least %(minimum)s."),
        "TOO_HIGH": gettext("At most %(maximum)s."),
        "NOT_AN_AMOUNT": gettext("Write an amount such as 20.00."),
        "NOT_A_DATE": gettext("Write a date such as 2027-06-25."),
        "NOT_DATES": gettext("Write dates such as 2027-06-25, one on each line."),
        "NOT_A_YEAR_DAY": gettext("Write a month and a day that every year has, such as 06-25."),
        "NOT_A_CHOICE": gettext("Choose one of the choices."),
        "NOT_YES_OR_NO": gettext("Choose yes or no."),
        "NOT_STEPS": gettext("Write one step on each line, as the help says."),
        "STEPS_OVERLAP": gettext("The steps' days must rise from line to line."),
        "STEPS_FALL": gettext("A later step can't cost less than an earlier one."),
        "STEP_TWICE": gettext("Each kind of notice stands once."),
        "NO_SHORT_TEXT": gettext("A claim for money can't go by text message."),
        "NULL_NOT_ALLOWED": gettext("This needs a value."),
        "DIMENSION_NOT_ALLOWED": gettext("This can't be set for one patron category or item type alone."),
    }
    return texts.get(problem.code, problem.code) % dict(problem.facts)


def _fee_step(line: str) -> Any:
    match = _FEE_STEP.match(line)
    if not match:
        return line
    number, months, adult, child = match.groups()
    return {
        "from_month" if months else "from_day": int(number),
        "adult": adult.replace(",", "."),
        "child": child.replace(",", "."),
    }


def _notice_step(line: str) -> Any:
    match = _NOTICE_STEP.match(line)
    if not match:
        return line
    named = {"channels": _channels(match[3])} if match[3] else {}
    return {"kind": match[1].upper(), "day": int(match[2]), **named}


def _channels(text: str) -> list[str]:
    return text.upper().replace(",", " ").replace(";", " ").split()
