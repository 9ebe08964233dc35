"""Circulation's reasons in the words of the portal: what it means for her, plainly, and nothing about anybody else."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, ngettext

from circulation.errors import Code
from common.errors import Reason
from web.ui.due import stored_day_long
from web.ui.money import amount_text, with_one_stop

Facts = Mapping[str, Any]


def patron_texts(
    reasons: tuple[Reason, ...], *, currency: str, owed: Decimal | None = None, child: str = ""
) -> list[str]:
    """Return a sentence for each reason, without two that say the same.

    :param owed: what she owes today, where the page says it: the reason knows last night's amount only
    :param child: whom it's about, where a guardian reads it
    """
    today: dict[str, str] = {"child": child} if owed is None else {"child": child, "owed": str(owed)}
    texts = [_sentence(Reason(reason.code, facts={**reason.facts, **today}), currency) for reason in reasons]
    return list(dict.fromkeys(text for text in texts if text))


def _sentence(reason: Reason, currency: str) -> str:
    tell = (_OF_A_CHILD if reason.facts.get("child") else _SENTENCES).get(reason.code, _SENTENCES.get(reason.code))
    if tell is None:
        return gettext("It isn't possible here. Ask the library.")
    return with_one_stop(tell({**reason.facts, "currency": currency}))


def _day(facts: Facts, name: str) -> str:
    value = facts.get(name)
    return stored_day_long(value) if value else ""


def _waits(facts: Facts) -> str:
    count = int(facts.get("count", 1))
    return ngettext("%(count)d other waits for it.", "%(count)d others wait for it.", count) % {"count": count}


def _blocked(facts: Facts) -> str:
    return ". ".join((gettext("You can't borrow right now"), _why_blocked(facts)))


def _why_blocked(facts: Facts) -> str:
    values = {"day": _day(facts, "until"), "reason": facts.get("reason", "")}
    if values["day"]:
        return gettext("%(reason)s, until %(day)s. Ask at the library if this is wrong.") % values
    return gettext("%(reason)s. Ask at the library if this is wrong.") % values


def _debt(facts: Facts) -> str:
    values = {name: amount_text(Decimal(facts[name]), facts["currency"]) for name in ("owed", "limit")}
    return gettext("You owe %(owed)s. Above %(limit)s nothing can be borrowed.") % values


def _loans(facts: Facts) -> str:
    values = {"loans": facts.get("loans", ""), "limit": facts.get("limit", "")}
    return gettext("You have %(loans)s of %(limit)s loans.") % values


def _child_blocked(facts: Facts) -> str:
    return ". ".join((gettext("%(child)s can't borrow right now") % facts, _why_blocked(facts)))


def _child_s_debt(facts: Facts) -> str:
    values = {name: amount_text(Decimal(facts[name]), facts["currency"]) for name in ("owed", "limit")}
    text = gettext("%(owed)s is owed on %(child)s's card. Above %(limit)s nothing can be borrowed.")
    return text % {"child": facts["child"], **values}


def _child_overdue(facts: Facts) -> str:
    return gettext("%(child)s has overdue loans. They must be returned first.") % facts


# What's said of herself on her own pages is said of the child on a guardian's.
_OF_A_CHILD: dict[str, Callable[[Facts], str]] = {
    Code.PATRON_BLOCKED: _child_blocked,
    Code.DEBT_LIMIT: _child_s_debt,
    Code.OVERDUE_LIMIT: _child_overdue,
    Code.OVERDUE_STOPS_RENEWAL: _child_overdue,
    Code.PATRON_EXPIRED: lambda facts: (
        gettext("%(child)s's card expired on %(day)s. The library renews it.")
        % {"child": facts["child"], "day": _day(facts, "expired_on")}
    ),
    Code.PATRON_LEFT: lambda facts: gettext("%(child)s's membership has ended. Ask the library.") % facts,
    Code.LOST_LIMIT: lambda facts: gettext("%(child)s has items that count as lost. Talk to the library.") % facts,
}

_SENTENCES: dict[str, Callable[[Facts], str]] = {
    Code.SOMEBODY_WAITS: _waits,
    Code.RENEWAL_LIMIT_REACHED: lambda facts: (
        gettext("It has been renewed as often as it can be: %(limit)s times.") % {"limit": facts.get("limit", "")}
    ),
    Code.TOO_EARLY: lambda facts: gettext("It can be renewed from %(day)s on.") % {"day": _day(facts, "from_day")},
    Code.NOT_LATER: lambda facts: gettext("Renewing it today wouldn't give you more time."),
    Code.LOAN_ENDED: lambda facts: gettext("It has been returned already."),
    Code.PATRON_BLOCKED: _blocked,
    Code.PATRON_EXPIRED: lambda facts: (
        gettext("Your card expired on %(day)s. The library renews it.") % {"day": _day(facts, "expired_on")}
    ),
    Code.DEBT_LIMIT: _debt,
    Code.OVERDUE_LIMIT: lambda facts: gettext("You have overdue loans. Return them first."),
    Code.ALREADY_HOLDS: lambda facts: gettext("You have a hold on this already."),
    Code.HAS_IT_ON_LOAN: lambda facts: gettext("You have this on loan."),
    Code.HOLD_LIMIT_REACHED: lambda facts: (
        gettext("You have %(holds)s of %(limit)s holds.")
        % {"holds": facts.get("holds", ""), "limit": facts.get("limit", "")}
    ),
    Code.HOLD_DAY_LIMIT_REACHED: lambda facts: gettext("You can't place more holds today. Try again tomorrow."),
    Code.HOLD_TYPE_LIMIT_REACHED: lambda facts: (
        gettext("You have %(holds)s of %(limit)s holds of this kind.")
        % {"holds": facts.get("holds", ""), "limit": facts.get("limit", "")}
    ),
    Code.HOLDS_FOR_OTHERS: lambda facts: gettext("Only patrons of the library that owns it can put it on hold."),
    Code.DAY_PAST: lambda facts: gettext("Choose a later day."),
    Code.VOLUME_UNKNOWN: lambda facts: gettext("The municipality doesn't have this volume or issue."),
    Code.ON_SHELF: lambda facts: gettext("It's on the shelf: you can fetch it there."),
    Code.NOT_PARALLEL: lambda facts: gettext("Choose at least two of your holds that are still in the queue."),
    Code.LOAN_RECALLED: lambda facts: (
        gettext("The library has called it back, so it can't be renewed. Return it by %(day)s.")
        % {"day": _day(facts, "due_date")}
    ),
    Code.HOLDS_NOT_ALLOWED: lambda facts: gettext("This can't be put on hold."),
    Code.PICKUP_NOT_ALLOWED: lambda facts: gettext("You can't pick up at this library. Choose another."),
    Code.NO_ITEMS: lambda facts: gettext("The municipality has no item of it that is lent."),
    Code.HOLD_ENDED: lambda facts: gettext("The hold has ended already."),
    Code.HOLD_ON_ITS_WAY: lambda facts: gettext("It's ready or on its way, so it can't be moved any more."),
    Code.PATRON_LEFT: lambda facts: gettext("Your membership has ended. Ask the library."),
    Code.AGE_TOO_HIGH: lambda facts: (
        gettext("It's for patrons of at most %(max_age)s years.") % {"max_age": facts.get("max_age", "")}
    ),
    Code.OVERDUE_STOPS_RENEWAL: lambda facts: gettext("You have overdue loans. Return them first."),
    Code.ON_SITE_LOAN: lambda facts: gettext("It's for use in the library only."),
    Code.LOST_LIMIT: lambda facts: gettext("You have items that count as lost. Talk to the library."),
    Code.FAMILY_DEBT_LIMIT: lambda facts: gettext("Your family owes too much for now. Talk to the library."),
    Code.AGE_TOO_LOW: lambda facts: (
        gettext("It's for patrons from %(min_age)s years on.") % {"min_age": facts.get("min_age", "")}
    ),
    Code.AGE_UNKNOWN: lambda facts: (
        gettext("It's for patrons from %(min_age)s years on.") % {"min_age": facts.get("min_age", "")}
    ),
    Code.LOAN_LIMIT_REACHED: _loans,
    Code.BRANCH_LIMIT_REACHED: _loans,
    Code.TYPE_LIMIT_REACHED: lambda facts: (
        gettext("You have %(loans)s of %(limit)s loans of this kind.")
        % {"loans": facts.get("loans", ""), "limit": facts.get("limit", "")}
    ),
    Code.ITEM_ON_LOAN: lambda facts: gettext("On loan to another patron."),
    Code.ITEM_ON_HOLD: lambda facts: gettext("On hold for another patron."),
    Code.ITEM_IN_TRANSIT: lambda facts: gettext("On hold for another patron."),
    Code.ITEM_ON_ORDER: lambda facts: gettext("On order: the library hasn't received it yet."),
    Code.ITEM_IN_PROCESS: lambda facts: gettext("Being made ready for lending."),
    Code.ITEM_REFERENCE_ONLY: lambda facts: gettext("It's for use in the library only."),
    Code.ITEM_NOT_LENT: lambda facts: gettext("This kind of item isn't lent."),
    Code.ITEM_LOST: lambda facts: gettext("It counts as lost. Talk to the library."),
}
