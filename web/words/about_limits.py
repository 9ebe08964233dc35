"""What staff read of limits on loans, of high demand and of what stops renewals."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, ngettext

from circulation.errors import Code
from web.ui.due import stored_day
from web.ui.money import amount_text
from web.words.messages import channel_names

Facts = Mapping[str, Any]
Told = tuple[str, str, str]


def _branch_limit(facts: Facts) -> Told:
    text = gettext("Has %(loans)s of %(limit)s loans from this library.")
    return text % _counts(facts), "", gettext("Return something first.")


def _on_site_limit(facts: Facts) -> Told:
    text = gettext("Has %(loans)s of %(limit)s loans for use in the library.")
    return text % _counts(facts), "", gettext("Take one of them back first.")


def _age_too_high(facts: Facts) -> Told:
    text = gettext("For patrons of at most %(max_age)s years.") % {"max_age": facts["max_age"]}
    return text, gettext("This patron is %(age)s.") % {"age": facts["age"]}, ""


def _lost_limit(facts: Facts) -> Told:
    count = int(facts["lost"])
    return (
        ngettext("Has %(count)d item that counts as lost.", "Has %(count)d items that count as lost.", count)
        % {"count": count},
        gettext("The limit is %(limit)s.") % {"limit": facts["limit"]},
        gettext("Settle what's lost on the patron's page."),
    )


def _family_debt(facts: Facts) -> Told:
    return (
        gettext("The family owes %(owed)s.") % {"owed": _money(facts, "owed")},
        gettext("Lending stops at %(limit)s.") % {"limit": _money(facts, "limit")},
        gettext("Take a payment on the page of whoever owes it."),
    )


def _short_for_demand(facts: Facts) -> Told:
    count = int(facts["count"])
    text = ngettext("Shorter, because %(count)d other waits.", "Shorter, because %(count)d others wait.", count)
    day = stored_day(facts["due_date"])
    return text % {"count": count}, gettext("Without them it would be due %(day)s.") % {"day": day}, ""


def _overdue_stops_renewal(facts: Facts) -> Told:
    count = int(facts["overdue"])
    text = ngettext("Has %(count)d overdue loan.", "Has %(count)d overdue loans.", count) % {"count": count}
    return text, gettext("Nothing is renewed meanwhile."), gettext("Return what's overdue first.")


def _counts(facts: Facts) -> dict[str, Any]:
    return {"loans": facts["loans"], "limit": facts["limit"]}


def _money(facts: Facts, name: str) -> str:
    return amount_text(Decimal(facts[name]), facts["currency"])


LIMIT_TEXTS: dict[str, Callable[[Facts], Told]] = {
    Code.BRANCH_LIMIT_REACHED: _branch_limit,
    Code.ON_SITE_LIMIT_REACHED: _on_site_limit,
    Code.AGE_TOO_HIGH: _age_too_high,
    Code.LOST_LIMIT: _lost_limit,
    Code.FAMILY_DEBT_LIMIT: _family_debt,
    Code.SHORT_FOR_DEMAND: _short_for_demand,
    Code.OVERDUE_STOPS_RENEWAL: _overdue_stops_renewal,
    Code.ON_SITE_LOAN: lambda facts: (gettext("For use in the library only, so it isn't renewed."), "", ""),
    Code.RULE_GAP: lambda facts: (
        gettext("Then nothing would say this: %(names)s.") % {"names": ", ".join(facts.get("labels", ()))},
        "",
        gettext("Set it for a wider circle first."),
    ),
    Code.RULE_CONTRADICTION: lambda facts: (
        gettext("These can't both be: %(names)s.") % {"names": ", ".join(facts.get("labels", ()))},
        "",
        gettext("Change this first: %(names)s.") % {"names": ", ".join(facts["other_labels"])}
        if facts.get("other_labels")
        else gettext("Change the other one first."),
    ),
    Code.CHANNEL_NOT_IN_USE: lambda facts: (
        gettext("Not in use here: %(channels)s.") % {"channels": channel_names(facts.get("channels", ()))},
        "",
        gettext("Choose another channel, or take it into use under “How messages go out”."),
    ),
    Code.DAYS_WRONG: lambda facts: (
        gettext("The last day can't come before the first, nor more than a year after it."),
        "",
        "",
    ),
    Code.NOTHING_TO_CLOSE: lambda facts: (gettext("It's closed on all of these days already."), "", ""),
    Code.NOT_AUTOMATIC: lambda facts: (gettext("It isn't renewed by itself."), "", ""),
}
