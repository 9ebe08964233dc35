"""Sets up tills and notes what was counted in them."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext

from accounts.models import StaffAccount
from accounts.rules import Permission
from circulation.errors import Code, FeeRefused
from circulation.models import Till, TillCount
from circulation.selectors.fees import form_key
from circulation.selectors.tills import cash_up, open_takings, tills_of
from circulation.services.fees.permissions import require
from common.audit import record
from common.errors import Reason
from common.money import ZERO, to_money
from holdings.models import Branch
from tenants.selectors import current_municipality

_LONGEST_NAME, _LONGEST_NOTE = 40, 200
_HIGHEST = Decimal("99999999.99")


def first_till(branch: Branch) -> Till:
    """Return the branch's first till; a branch that has none gets one, so that money always has a place."""
    known = tills_of(branch)
    if known:
        return known[0]
    with translation.override(current_municipality().language):
        name = gettext("Till 1")
    with transaction.atomic():
        till, made = Till.objects.update_or_create(branch=branch, name=name, defaults={"is_active": True})
        if made:
            record(action="circulation.add_till", actor=None, subject=till, facts={"name": name})
    return till


@transaction.atomic
def add_till(*, branch: Branch, name: str, staff: StaffAccount) -> Till:
    """Add a till to a branch; one that has the name already is taken into use again.

    :raises FeeRefused: NOT_PERMITTED or TEXT_MISSING
    """
    require(staff, Permission.WAIVE_FEES)
    name = " ".join(name.split())[:_LONGEST_NAME]
    if not name:
        raise FeeRefused([Reason(Code.TEXT_MISSING)])
    # Nobody gives another till this name at this moment.
    _locked(branch)
    till, _made = Till.objects.update_or_create(branch=branch, name=name, defaults={"is_active": True})
    record(action="circulation.add_till", actor=staff, subject=till, facts={"name": name})
    return till


@transaction.atomic
def rename_till(*, till: Till, name: str, staff: StaffAccount) -> Till:
    """Give a till another name; its reports have it, too.

    :raises FeeRefused: NOT_PERMITTED, TEXT_MISSING or TILL_NAME_TAKEN
    """
    require(staff, Permission.WAIVE_FEES)
    name = " ".join(name.split())[:_LONGEST_NAME]
    if not name:
        raise FeeRefused([Reason(Code.TEXT_MISSING)])
    tills = _locked(till.branch)
    if any(each.name == name and each.pk != till.pk for each in tills):
        raise FeeRefused([Reason(Code.TILL_NAME_TAKEN)])
    return _change(next(each for each in tills if each.pk == till.pk), staff, name=name)


@transaction.atomic
def put_till_away(*, till: Till, staff: StaffAccount) -> Till:
    """Take a till out of use: its reports stay. One that's out of use stays as it is.

    :raises FeeRefused: NOT_PERMITTED, TILL_NEEDED if it's the branch's last, or TILL_NOT_COUNTED with `amount` and
        `day` while it has cash that nobody has counted
    """
    require(staff, Permission.WAIVE_FEES)
    tills = _locked(till.branch)
    till = next(each for each in tills if each.pk == till.pk)
    if not till.is_active:
        return till
    reasons = []
    if not any(each.is_active and each.pk != till.pk for each in tills):
        reasons.append(Reason(Code.TILL_NEEDED))
    if takings := open_takings(till):
        facts = {"day": takings[0].isoformat(), "amount": str(takings[1])}
        reasons.append(Reason(Code.TILL_NOT_COUNTED, facts=facts))
    if reasons:
        raise FeeRefused(reasons)
    return _change(till, staff, is_active=False)


@transaction.atomic
def use_till_again(*, till: Till, staff: StaffAccount) -> Till:
    """Take a till into use again that was put away.

    :raises FeeRefused: NOT_PERMITTED
    """
    require(staff, Permission.WAIVE_FEES)
    return _change(next(each for each in _locked(till.branch) if each.pk == till.pk), staff, is_active=True)


def _locked(branch: Branch) -> list[Till]:
    """Lock a branch's tills, also against a payment that comes in at this moment: it holds the till's key."""
    return list(
        Till.objects.select_for_update(of=("self",)).filter(branch=branch).select_related("branch").order_by("pk")
    )


def _change(till: Till, staff: StaffAccount, **values: Any) -> Till:
    before = {name: getattr(till, name) for name in values}
    if before == values:
        return till
    for name, value in values.items():
        setattr(till, name, value)
    till.save(update_fields=list(values))
    facts = {**values, "before": before}
    record(action="circulation.change_till", actor=staff, subject=till, facts=facts)
    return till


def count_till(
    *, till: Till, day: date, counted: Decimal, note: str, staff: StaffAccount, now: datetime, form_id: str
) -> TillCount:
    """Note the cash that was counted in a till for a day, beside what the ledger says; counted again, the newest holds.

    :param form_id: the form's own id: sent twice, it counts once
    :raises FeeRefused: NOT_PERMITTED or AMOUNT_NOT_VALID
    """
    require(staff, Permission.TAKE_PAYMENTS)
    amount, form = _counted(counted), form_key(form_id)
    try:
        with transaction.atomic():
            count = TillCount.objects.create(
                till=till,
                day=day,
                expected=cash_up(till, day).cash,
                counted=amount,
                note=" ".join(note.split())[:_LONGEST_NOTE],
                counted_at=now,
                counted_by=staff,
                form_id=form,
            )
            facts = {"day": day.isoformat(), "expected": str(count.expected), "counted": str(amount)}
            record(action="circulation.count_till", actor=staff, subject=till, facts=facts)
            return count
    except IntegrityError:
        return TillCount.objects.get(form_id=form)


def _counted(amount: Decimal) -> Decimal:
    try:
        if amount.is_finite() and ZERO <= amount <= _HIGHEST and to_money(amount) == amount:
            return to_money(amount)
    except InvalidOperation:
        pass
    raise FeeRefused([Reason(Code.AMOUNT_NOT_VALID)])
