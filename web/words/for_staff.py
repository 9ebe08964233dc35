"""Circulation's reasons in the words of the desk: what's the matter, what about it, and what she may do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext

from accounts.rules import Permission, roles_with
from circulation.errors import Code
from common.errors import Reason, Severity
from web.ui.due import stored_day
from web.ui.money import amount_text, with_one_stop
from web.words.about_items import ITEM_TEXTS
from web.words.about_limits import LIMIT_TEXTS
from web.words.about_money import MONEY_TEXTS
from web.words.about_outages import OUTAGE_TEXTS
from web.words.rule_rows import origin_text

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class ReasonText:
    """One reason as the desk reads it.

    :ivar leave: whether she may override it, a supervisor may, or nobody
    :ivar may_override: whether the person who reads it may
    """

    code: str
    text: str
    about: str = ""
    next_step: str = ""
    leave: str = ""
    may_override: bool = False
    kind: str = "stop"


def reason_texts(
    reasons: tuple[Reason, ...],
    *,
    permissions: frozenset[Any],
    currency: str,
    branches: Mapping[int, str] | None = None,
) -> list[ReasonText]:
    """Return each reason in words.

    :param permissions: what the reader's role may do
    :param branches: names of branches by their numbers, for reasons that name one
    """
    return [_in_words(reason, permissions, currency, branches or {}) for reason in reasons]


def _in_words(reason: Reason, permissions: frozenset[Any], currency: str, branches: Mapping[int, str]) -> ReasonText:
    facts = {
        **reason.facts,
        "currency": currency,
        "permissions": permissions,
        "branch": branches.get(reason.facts.get("branch_id") or reason.facts.get("to_branch_id") or 0, ""),
    }
    tell = _TEXTS.get(reason.code)
    text, about, next_step = tell(facts) if tell else (str(reason.code), "", "")
    if whose := origin_text(reason.facts.get("origin") or {}, branches):
        about = " ".join(filter(None, (about, f"{capfirst(whose)}.")))
    may_override = reason.severity == Severity.OVERRIDABLE and (
        not reason.permission or reason.permission in permissions
    )
    text, about, next_step = with_one_stop(text), with_one_stop(about), with_one_stop(next_step)
    kind = "notice" if reason.severity == Severity.NOTICE else "stop"
    return ReasonText(str(reason.code), text, about, next_step, _leave(reason, may_override), may_override, kind)


def _leave(reason: Reason, may_override: bool) -> str:
    if reason.severity == Severity.NOTICE:
        return ""
    if reason.severity == Severity.BLOCKING:
        return gettext("Can't be overridden")
    if may_override:
        return gettext("You may override")
    roles = roles_with(reason.permission)
    if roles == ("SUPERVISOR",):
        return gettext("Needs a supervisor")
    return gettext("May override: %(roles)s") % {"roles": ", ".join(str(role.label) for role in roles)}


def _day(facts: Facts, name: str) -> str:
    value = facts.get(name)
    return stored_day(value) if value else ""


def _money(facts: Facts, name: str) -> str:
    return amount_text(Decimal(facts[name]), facts["currency"])


Told = tuple[str, str, str]


def _item_unknown(facts: Facts) -> Told:
    if barcode := facts.get("barcode"):
        return (
            gettext("No item has the barcode %(barcode)s.") % {"barcode": barcode},
            "",
            gettext("Check the label, or look the title up in the catalogue."),
        )
    return gettext("This item isn't there any more."), "", ""


def _item_on_loan(facts: Facts) -> Told:
    due = _day(facts, "due_date")
    return (
        gettext("On loan to another patron."),
        gettext("Due %(day)s.") % {"day": due} if due else "",
        gettext("Check it in first, then check it out again."),
    )


def _item_on_hold(facts: Facts) -> Told:
    number = facts.get("shelf_number")
    return (
        gettext("On hold for another patron."),
        gettext("It belongs on the hold shelf, number %(number)03d.") % {"number": number} if number else "",
        gettext("Check it in to see where it belongs, and print the slip."),
    )


def _item_in_transit(facts: Facts) -> Told:
    about = gettext("On its way to %(branch)s.") % {"branch": facts["branch"]} if facts["branch"] else ""
    return gettext("On its way to another patron's hold."), about, gettext("Check it in to send it on.")


def _patron_blocked(facts: Facts) -> Told:
    until = _day(facts, "until")
    text = gettext("Blocked until %(day)s.") % {"day": until} if until else gettext("Blocked.")
    if Permission.LIFT_BLOCKS in facts["permissions"]:
        return text, str(facts.get("reason", "")), gettext("You can lift the block on the patron's page.")
    return text, str(facts.get("reason", "")), gettext("A supervisor can lift the block on the patron's page.")


def _debt(facts: Facts) -> Told:
    return (
        gettext("Owes %(owed)s.") % {"owed": _money(facts, "owed")},
        gettext("Lending stops at %(limit)s.") % {"limit": _money(facts, "limit")},
        gettext("Take a payment on the patron's page."),
    )


def _overdue_limit(facts: Facts) -> Told:
    count = int(facts["overdue"])
    return (
        ngettext("Has %(count)d overdue loan.", "Has %(count)d overdue loans.", count) % {"count": count},
        gettext("The limit is %(limit)s.") % {"limit": facts["limit"]},
        gettext("Return or renew what's overdue."),
    )


def _loan_limit(facts: Facts) -> Told:
    text = gettext("Has %(loans)s of %(limit)s loans.") % {"loans": facts["loans"], "limit": facts["limit"]}
    return text, "", gettext("Return something first.")


def _type_limit(facts: Facts) -> Told:
    values = {"loans": facts["loans"], "limit": facts["limit"], "type": facts.get("item_type", "")}
    return (
        gettext("Has %(loans)s of %(limit)s of the type “%(type)s”.") % values,
        "",
        gettext("Return one of them first."),
    )


def _age(facts: Facts) -> Told:
    text = gettext("For patrons from %(min_age)s years on.") % {"min_age": facts["min_age"]}
    return text, gettext("This patron is %(age)s.") % {"age": facts["age"]}, ""


def _waiting(facts: Facts) -> Told:
    count = int(facts.get("count", 1))
    text = ngettext("%(count)d patron waits for this title.", "%(count)d patrons wait for this title.", count)
    return text % {"count": count}, "", ""


def _somebody_waits(facts: Facts) -> Told:
    return (*_waiting(facts)[:2], gettext("It goes to the next in the queue when it's returned."))


def _renewals(facts: Facts) -> Told:
    values = {"renewals": facts["renewals"], "limit": facts["limit"]}
    return gettext("Renewed %(renewals)s of %(limit)s times.") % values, "", ""


def _holds(facts: Facts) -> Told:
    text = gettext("Has %(holds)s of %(limit)s holds.") % {"holds": facts["holds"], "limit": facts["limit"]}
    return text, "", gettext("Cancel a hold first.")


def _holds_today(facts: Facts) -> Told:
    text = gettext("Has placed %(holds)s of %(limit)s holds today.")
    return text % {"holds": facts["holds"], "limit": facts["limit"]}, "", ""


def _holds_of_type(facts: Facts) -> Told:
    text = gettext("Has %(holds)s of %(limit)s holds on items of this type.")
    return text % {"holds": facts["holds"], "limit": facts["limit"]}, "", gettext("Cancel a hold first.")


def _on_shelf(facts: Facts) -> Told:
    about = gettext("At %(branch)s.") % {"branch": facts["branch"]} if facts["branch"] else ""
    return gettext("It stands on the shelf, where it can be fetched."), about, ""


def _being_fetched(facts: Facts) -> Told:
    return gettext("Somebody is fetching it already."), str(facts.get("by", "")), ""


def _rule_missing(facts: Facts) -> Told:
    return (
        gettext("No rule says this: %(name)s.") % {"name": facts.get("label") or facts.get("name", "")},
        gettext("For this branch, patron category and item type."),
        gettext("An administrator can set it in the console, under circulation rules."),
    )


def _plain(text: Callable[[], str], next_step: Callable[[], str] = lambda: "") -> Callable[[Facts], Told]:
    return lambda facts: (text(), "", next_step())


def _with_day(text: Callable[[], str], name: str, next_step: Callable[[], str] = lambda: "") -> Callable[[Facts], Told]:
    return lambda facts: (text() % {"day": _day(facts, name)}, "", next_step())


def _on_site() -> str:
    return gettext("Lend it for use in the library.")


def _another_day() -> str:
    return gettext("Choose another day.")


_TEXTS: dict[str, Callable[[Facts], Told]] = {
    **ITEM_TEXTS,
    **LIMIT_TEXTS,
    **MONEY_TEXTS,
    **OUTAGE_TEXTS,
    Code.ITEM_UNKNOWN: _item_unknown,
    Code.PATRON_UNKNOWN: _plain(lambda: gettext("This patron isn't there any more.")),
    Code.LOAN_UNKNOWN: _plain(lambda: gettext("This loan isn't there any more.")),
    Code.HOLD_UNKNOWN: _plain(lambda: gettext("This hold isn't there any more.")),
    Code.RECORD_UNKNOWN: _plain(lambda: gettext("This title isn't there any more.")),
    Code.ALREADY_ON_LOAN_TO_PATRON: _with_day(lambda: gettext("Had this on loan already, due %(day)s."), "due_date"),
    Code.ITEM_ON_LOAN: _item_on_loan,
    Code.ITEM_ON_HOLD: _item_on_hold,
    Code.ITEM_IN_TRANSIT: _item_in_transit,
    Code.ITEM_REFERENCE_ONLY: _plain(lambda: gettext("For use in the library only."), _on_site),
    Code.ITEM_NOT_LENT: _plain(lambda: gettext("This kind of item isn't lent."), _on_site),
    Code.ITEM_ON_ORDER: _plain(
        lambda: gettext("On order: the library hasn't received it yet."),
        lambda: gettext("Check it in to put it into use."),
    ),
    Code.ITEM_IN_PROCESS: _plain(
        lambda: gettext("Being made ready for lending."), lambda: gettext("Check it in to put it into use.")
    ),
    Code.ITEM_MISSING: _plain(lambda: gettext("Marked as missing."), lambda: gettext("Check it in: it's found.")),
    Code.ITEM_LOST: _plain(lambda: gettext("Marked as lost."), lambda: gettext("Check it in: it's found.")),
    Code.ITEM_WITHDRAWN: _plain(
        lambda: gettext("Withdrawn from the collection."), lambda: gettext("Keep it here, for it isn't lent any more.")
    ),
    Code.HOLDS_WAITING: _waiting,
    Code.PATRON_BLOCKED: _patron_blocked,
    Code.PATRON_EXPIRED: lambda facts: (
        gettext("The card expired on %(day)s.") % {"day": _day(facts, "expired_on")},
        "",
        gettext("Renew the membership on the patron's page, under cards and family."),
    ),
    Code.PATRON_LEFT: _plain(
        lambda: gettext("This patron has left the library."),
        lambda: gettext("The patron's page says why; “Is a patron again” stands there."),
    ),
    Code.CARD_ENDED: _plain(
        lambda: gettext("This card has been replaced or reported lost."),
        lambda: gettext("Ask for the newest card, or give a new one."),
    ),
    Code.DEBT_LIMIT: _debt,
    Code.OVERDUE_LIMIT: _overdue_limit,
    Code.LOAN_LIMIT_REACHED: _loan_limit,
    Code.TYPE_LIMIT_REACHED: _type_limit,
    Code.AGE_TOO_LOW: _age,
    Code.AGE_UNKNOWN: lambda facts: (
        gettext("For patrons from %(min_age)s years on; the birth date isn't known.") % {"min_age": facts["min_age"]},
        "",
        "",
    ),
    Code.HAS_OVERDUE: lambda facts: (
        ngettext("Has %(count)d overdue loan.", "Has %(count)d overdue loans.", int(facts["overdue"]))
        % {"count": int(facts["overdue"])},
        "",
        "",
    ),
    Code.OWES: lambda facts: (gettext("Owes %(owed)s.") % {"owed": _money(facts, "owed")}, "", ""),
    Code.HOLD_READY_HERE: lambda facts: (
        ngettext("%(count)d hold is ready here.", "%(count)d holds are ready here.", int(facts["count"]))
        % {"count": int(facts["count"])},
        "",
        "",
    ),
    Code.RULE_MISSING: _rule_missing,
    Code.BRANCH_CLOSED_FOR_BUSINESS: _plain(
        lambda: gettext("This branch is closed for good."), lambda: gettext("Choose the branch that you work at.")
    ),
    Code.CALENDAR_NEVER_OPEN: _plain(
        lambda: gettext("The branch has no opening days, so no due date can be found."),
        lambda: gettext("An administrator can enter opening hours in the console."),
    ),
    Code.DUE_DATE_PAST: _with_day(lambda: gettext("The due date %(day)s has passed."), "due_date", _another_day),
    Code.DUE_BEFORE_CARD_ENDS: _with_day(lambda: gettext("Shorter, because the card ends on %(day)s."), "expires_on"),
    Code.NOT_ON_LOAN: _plain(lambda: gettext("It wasn't on loan.")),
    Code.ITEM_WAS_LOST: _plain(lambda: gettext("It was marked as lost, and is found.")),
    Code.ITEM_WAS_MISSING: _plain(lambda: gettext("It was marked as missing, and is found.")),
    Code.ITEM_WAS_ON_ORDER: _plain(lambda: gettext("It was on order, and is in use now.")),
    Code.ITEM_WAS_IN_PROCESS: _plain(lambda: gettext("It was being made ready, and is in use now.")),
    Code.RETURN_DAY_AHEAD: _with_day(lambda: gettext("%(day)s is still to come."), "back_dated_to", _another_day),
    Code.RETURN_BEFORE_LOAN: _with_day(lambda: gettext("It was lent later, on %(day)s."), "loaned_on", _another_day),
    Code.LOAN_ENDED: _plain(lambda: gettext("The loan has ended already.")),
    Code.SOMEBODY_WAITS: _somebody_waits,
    Code.RENEWAL_LIMIT_REACHED: _renewals,
    Code.TOO_EARLY: _with_day(lambda: gettext("Can be renewed from %(day)s on."), "from_day"),
    Code.NOT_LATER: _plain(lambda: gettext("A renewal wouldn't move the due date.")),
    Code.ALREADY_HOLDS: _plain(
        lambda: gettext("Has a hold on this already."), lambda: gettext("Change it on the patron's page.")
    ),
    Code.HAS_IT_ON_LOAN: _plain(
        lambda: gettext("Has this on loan."), lambda: gettext("Renew it on the patron's page.")
    ),
    Code.HOLD_LIMIT_REACHED: _holds,
    Code.HOLDS_NOT_ALLOWED: _plain(lambda: gettext("Holds aren't possible on this kind of item.")),
    Code.PICKUP_NOT_ALLOWED: _plain(
        lambda: gettext("This branch isn't a place for pick-up."), lambda: gettext("Choose another branch.")
    ),
    Code.NO_ITEMS: _plain(lambda: gettext("The municipality has no item that could fill the hold.")),
    Code.HOLD_ENDED: _plain(lambda: gettext("The hold has ended already.")),
    Code.HOLD_ON_ITS_WAY: _plain(
        lambda: gettext("The item is ready or on its way, so the pick-up branch can't be changed.")
    ),
    Code.HOLD_DAY_LIMIT_REACHED: _holds_today,
    Code.HOLD_TYPE_LIMIT_REACHED: _holds_of_type,
    Code.HOLDS_FOR_OTHERS: _plain(lambda: gettext("Only patrons of the item's own branches may hold it.")),
    Code.VOLUME_UNKNOWN: lambda facts: (
        gettext("There's no item of the volume or issue “%(volume)s”.") % {"volume": facts.get("volume", "")},
        "",
        gettext("Choose one that the municipality has."),
    ),
    Code.ON_SHELF: _on_shelf,
    Code.NOT_PARALLEL: _plain(
        lambda: gettext("Only holds of one patron that wait in a queue can stand for each other."),
        lambda: gettext("Choose at least two of them."),
    ),
    Code.BEING_FETCHED: _being_fetched,
    Code.NOT_TO_FETCH: _plain(lambda: gettext("It isn't to be fetched any more.")),
    Code.LOAN_RECALLED: _with_day(lambda: gettext("Called back by the library, due %(day)s."), "due_date"),
    Code.RECALLED_ALREADY: _with_day(lambda: gettext("Called back already, due %(day)s."), "due_date"),
    Code.NOT_RECALLED: _plain(lambda: gettext("It isn't called back any more.")),
    Code.RECALL_NOT_ALLOWED: _plain(
        lambda: gettext("The rules don't let this loan be called back."),
        lambda: gettext("An administrator can allow it in the console, under circulation rules."),
    ),
    Code.RECALL_NOT_EARLIER: _with_day(
        lambda: gettext("It's due on %(day)s, and calling it back wouldn't bring it any earlier."), "due_date"
    ),
    Code.DAY_PAST: _with_day(lambda: gettext("%(day)s has passed."), "day", _another_day),
    Code.TEXT_MISSING: _plain(lambda: gettext("Write what it's for.")),
    Code.KIND_UNKNOWN: _plain(lambda: gettext("Choose what kind of fee it is.")),
    Code.NOTHING_TO_REVERSE: _plain(lambda: gettext("There's no such charge.")),
    Code.PREVIEW_OUTDATED: _plain(
        lambda: gettext("Something has changed since this was shown."), lambda: gettext("Look at the new figures.")
    ),
    Code.NOTHING_TO_HAND_OVER: _plain(lambda: gettext("Nothing is to be handed over.")),
    Code.CLAIM_ENDED: _plain(lambda: gettext("The claim has been paid or recalled already.")),
    Code.NOT_PERMITTED: _plain(lambda: gettext("You may not do this."), lambda: gettext("Ask a supervisor.")),
    Code.JOB_UNKNOWN: _plain(lambda: gettext("There's no such job.")),
    Code.NOT_IN_SERVICE: _plain(lambda: gettext("The municipality is not in service.")),
    Code.NOT_UNDOABLE: _plain(lambda: gettext("This can't be undone.")),
    Code.UNDONE_ALREADY: _plain(lambda: gettext("It has been undone already.")),
    Code.GROUP_GONE: _plain(lambda: gettext("The branch group isn't there any more.")),
    Code.CHANGED_SINCE: _plain(lambda: gettext("Something else has happened to it since, so it can't be undone.")),
    Code.FEE_PAID_SINCE: _plain(lambda: gettext("Its fee has been paid since, so it can't be undone.")),
    Code.SCAN_ID_TAKEN: _plain(
        lambda: gettext("This scan was used for something else."), lambda: gettext("Scan it again.")
    ),
    Code.OVERRIDE_NOT_ALLOWED: _plain(lambda: gettext("You may not override all of these reasons.")),
    Code.OVERRIDE_REASON_MISSING: _plain(lambda: gettext("Write why you override.")),
}
