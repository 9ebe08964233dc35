"""What staff read of amounts, credit and tills."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from circulation.errors import Code
from web.ui.due import stored_day
from web.ui.money import amount_text

Facts = Mapping[str, Any]
Told = tuple[str, str, str]


def _money(facts: Facts, name: str) -> str:
    return amount_text(Decimal(facts[name]), facts["currency"])


def _plain(text: Callable[[], str], next_step: Callable[[], str] = str) -> Callable[[Facts], Told]:
    return lambda facts: (text(), "", next_step())


def _till_not_counted(facts: Facts) -> Told:
    text = gettext("This till has cash that isn't counted: %(amount)s, the last of it on %(day)s.")
    values = {"amount": _money(facts, "amount"), "day": stored_day(facts["day"])}
    return text % values, "", gettext("Count it for that day first.")


MONEY_TEXTS: Mapping[str, Callable[[Facts], Told]] = {
    Code.AMOUNT_NOT_VALID: _plain(
        lambda: gettext("This isn't an amount."), lambda: gettext("Write an amount above zero, for instance 20.00.")
    ),
    Code.MORE_THAN_OWED: lambda facts: (
        gettext("More than is owed: %(owed)s.") % {"owed": _money(facts, "owed")},
        "",
        "",
    ),
    Code.METHOD_UNKNOWN: _plain(lambda: gettext("Choose how it's paid.")),
    Code.NO_CREDIT: _plain(lambda: gettext("There's no credit to use, or nothing to pay.")),
    Code.MORE_THAN_CREDIT: lambda facts: (
        gettext("The credit is only %(credit)s.") % {"credit": _money(facts, "credit")},
        "",
        "",
    ),
    Code.TILL_NAME_TAKEN: _plain(lambda: gettext("Another till of this library has this name.")),
    Code.TILL_NOT_COUNTED: _till_not_counted,
    Code.TILL_NEEDED: _plain(lambda: gettext("The library needs a till."), lambda: gettext("Add another one first.")),
    Code.TILL_PUT_AWAY: _plain(
        lambda: gettext("This till is out of use."), lambda: gettext("Choose another one on the page of the cash-up.")
    ),
}
