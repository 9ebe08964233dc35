"""The dialogs of a patron's page. Each is made when somebody asks for it, so that the page itself stays quick."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from accounts.rules import Permission
from circulation.selectors.fees import credit_of, get_fee, owed_by
from circulation.selectors.holds import get_hold, queued_holds_of
from holdings.selectors import item_types, pickup_branches
from tenants.selectors import current_municipality
from web.account.requests import DeskRequest
from web.desk.dialogs import Dialog
from web.desk.forms_money import CreditForm, FeeForm, PaymentForm, RefundForm, TakeBackForm, WaiverForm, WriteOffForm
from web.desk.forms_patrons import BlockForm, CardForm, MoveForm, PinForm
from web.desk.hold_forms import EitherForm, HoldChangeForm
from web.desk.patron_details_dialogs import DETAILS_DIALOGS
from web.desk.taken_back import taking_back_or_404


def dialog_of(request: DeskRequest, patron: Any, name: str, *, form: forms.Form | None = None) -> Dialog:
    """Return a dialog of a patron's page: `block`, `card`, `pin`, `payment`, `fee`, `waiver-FEE`, `takeback-ENTRY`,
    `either`, `move-HOLD` or `hold-HOLD`.

    :param form: one that was refused, which keeps what was written in it
    :raises Http404: if there's no such dialog, fee or hold of hers
    :raises PermissionDenied: if she may not do it
    """
    kind, _, number = name.partition("-")
    if kind not in _DIALOGS or (number and not (number.isascii() and number.isdecimal() and len(number) < 18)):
        raise Http404
    permission, make = _DIALOGS[kind]
    if not request.staff.may(permission):
        raise PermissionDenied(gettext("Your role doesn't include this. An administrator can change roles."))
    return make(patron, int(number or 0), form)


def _block(patron: Any, _number: int, form: forms.Form | None) -> Dialog:
    form = form or BlockForm(item_types=item_types(), today=timezone.localdate())
    url = reverse("desk:set_block", args=[patron.pk])
    return Dialog("block", gettext("Block this patron"), url, gettext("Set the block"), form)


def _card(patron: Any, _number: int, form: forms.Form | None) -> Dialog:
    url = reverse("desk:new_card", args=[patron.pk])
    return Dialog("card", gettext("New card"), url, gettext("Give the patron this card"), form or CardForm())


def _pin(patron: Any, _number: int, form: forms.Form | None) -> Dialog:
    url = reverse("desk:new_pin", args=[patron.pk])
    return Dialog("pin", gettext("New PIN"), url, gettext("Set the PIN"), form or PinForm())


def _payment(patron: Any, _number: int, form: forms.Form | None) -> Dialog:
    url = reverse("desk:pay", args=[patron.pk])
    form = form or PaymentForm(owed=owed_by(patron.pk))
    return Dialog("payment", gettext("Take a payment"), url, gettext("Take the payment"), form)


def _fee(patron: Any, _number: int, form: forms.Form | None) -> Dialog:
    url = reverse("desk:charge", args=[patron.pk])
    return Dialog("fee", gettext("Write a fee"), url, gettext("Write the fee"), form or FeeForm())


def _waiver(patron: Any, number: int, form: forms.Form | None) -> Dialog:
    fee = get_fee(number)
    if fee is None or patron.pk not in (fee.patron_id, fee.liable_id):
        raise Http404
    heading = gettext("Waive: %(name)s") % {"name": fee.description}
    form = form or WaiverForm(initial={"amount": fee.balance})
    return Dialog("waiver", heading, reverse("desk:waive", args=[fee.pk]), gettext("Waive"), form)


def _write_off(patron: Any, number: int, form: forms.Form | None) -> Dialog:
    fee = get_fee(number)
    if fee is None or patron.pk not in (fee.patron_id, fee.liable_id):
        raise Http404
    heading = gettext("Write off: %(name)s") % {"name": fee.description}
    form = form or WriteOffForm(initial={"amount": fee.balance})
    url = reverse("desk:write_off", args=[fee.pk])
    return Dialog("writeoff", heading, url, gettext("Write off"), form)


def _take_back(patron: Any, number: int, form: forms.Form | None) -> Dialog:
    taking = taking_back_or_404(patron, number, current_municipality().currency)
    url = reverse("desk:take_back", args=[patron.pk, number])
    return Dialog("takeback", taking.heading, url, taking.save, form or TakeBackForm())


def _refund(patron: Any, _number: int, form: forms.Form | None) -> Dialog:
    url = reverse("desk:refund", args=[patron.pk])
    form = form or RefundForm(initial={"amount": credit_of(patron.pk)})
    return Dialog("refund", gettext("Pay the credit back"), url, gettext("Book as paid back"), form)


def _credit(patron: Any, _number: int, form: forms.Form | None) -> Dialog:
    url = reverse("desk:use_credit", args=[patron.pk])
    return Dialog("credit", gettext("Pay from the credit"), url, gettext("Pay from the credit"), form or CreditForm())


def _move(patron: Any, number: int, form: forms.Form | None) -> Dialog:
    hold = get_hold(number)
    if hold is None or hold.patron_id != patron.pk:
        raise Http404
    heading = gettext("Pick up elsewhere: %(title)s") % {"title": hold.record.title}
    form = form or MoveForm(branches=pickup_branches(), initial={"pickup": hold.pickup_branch_id})
    return Dialog("move", heading, reverse("desk:move_hold", args=[hold.pk]), gettext("Move the hold"), form)


def _hold(patron: Any, number: int, form: forms.Form | None) -> Dialog:
    hold = get_hold(number)
    if hold is None or hold.patron_id != patron.pk:
        raise Http404
    heading = gettext("Hold on %(title)s") % {"title": hold.record.title}
    url = reverse("desk:change_hold", args=[hold.pk])
    return Dialog("hold", heading, url, gettext("Save"), form or HoldChangeForm(hold=hold))


def _either(patron: Any, _number: int, form: forms.Form | None) -> Dialog:
    form = form or EitherForm(holds=queued_holds_of(patron))
    url = reverse("desk:either_hold", args=[patron.pk])
    return Dialog("either", gettext("One of several is enough"), url, gettext("One of these is enough"), form)


_DIALOGS: Mapping[str, tuple[Permission, Callable[[Any, int, forms.Form | None], Dialog]]] = {
    "block": (Permission.EDIT_PATRONS, _block),
    "card": (Permission.EDIT_PATRONS, _card),
    "pin": (Permission.EDIT_PATRONS, _pin),
    "payment": (Permission.TAKE_PAYMENTS, _payment),
    "fee": (Permission.TAKE_PAYMENTS, _fee),
    "waiver": (Permission.WAIVE_FEES, _waiver),
    "hold": (Permission.CIRCULATE, _hold),
    "either": (Permission.CIRCULATE, _either),
    "writeoff": (Permission.WAIVE_FEES, _write_off),
    "takeback": (Permission.TAKE_PAYMENTS, _take_back),
    "refund": (Permission.TAKE_PAYMENTS, _refund),
    "credit": (Permission.TAKE_PAYMENTS, _credit),
    "move": (Permission.CIRCULATE, _move),
    **DETAILS_DIALOGS,
}
