"""Takes and gives money, gives fees up and writes them by hand. Each form counts once, however often it's sent."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts.rules import Permission
from circulation.errors import FeeRefused
from circulation.selectors.fees import get_fee
from circulation.services.fees import add_fee, refund, take_payment, use_credit, waive, write_off
from web.account.access import staff_only
from web.desk.answers import words
from web.desk.forms_money import CreditForm, FeeForm, PaymentForm, RefundForm, WaiverForm, WriteOffForm
from web.desk.patron_dialogs import dialog_of
from web.desk.patron_page import page, patron_or_404
from web.desk.tills import till_here
from web.ui.money import amount_text


@staff_only(Permission.TAKE_PAYMENTS, needs_branch=True)
@require_POST
def pay(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a payment and offer its receipt."""
    patron, form = patron_or_404(pk), PaymentForm(request.POST)
    if form.is_valid():
        try:
            receipt = take_payment(patron=patron, till=till_here(request), **form.cleaned_data, **_by(request))
        except FeeRefused as refused:
            return _refused(request, patron, form, refused, "payment")
        paid = amount_text(receipt.amount, receipt.currency)
        messages.success(request, gettext("%(amount)s is paid.") % {"amount": paid})
        return redirect(reverse("desk:patron", args=[pk]) + f"?receipt={receipt.number}#fees")
    return page(request, patron, status=422, dialog=dialog_of(request, patron, "payment", form=form))


@staff_only(Permission.WAIVE_FEES, needs_branch=True)
@require_POST
def waive_fee(request: HttpRequest, pk: int) -> HttpResponse:
    """Give up a fee or part of it, with the reason."""
    fee, form = _fee_or_404(pk), WaiverForm(request.POST)
    patron = patron_or_404(fee.patron_id)
    if form.is_valid():
        try:
            waive(fee=fee, **form.cleaned_data, **_by(request))
        except FeeRefused as refused:
            return _refused(request, patron, form, refused, f"waiver-{pk}")
        waived = amount_text(form.cleaned_data["amount"], request.tenant.currency)  # type: ignore[attr-defined]
        messages.success(request, gettext("%(amount)s is waived.") % {"amount": waived})
        return redirect(reverse("desk:patron", args=[patron.pk]) + "#fees")
    return page(request, patron, status=422, dialog=dialog_of(request, patron, f"waiver-{pk}", form=form))


@staff_only(Permission.TAKE_PAYMENTS, needs_branch=True)
@require_POST
def charge(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a fee by hand, for a damaged case for instance."""
    patron, form = patron_or_404(pk), FeeForm(request.POST)
    if form.is_valid():
        branch = request.staff.branch  # type: ignore[attr-defined]
        try:
            add_fee(patron=patron, branch=branch, **form.cleaned_data, **_by(request))
        except FeeRefused as refused:
            return _refused(request, patron, form, refused, "fee")
        messages.success(request, gettext("The fee is written."))
        return redirect(reverse("desk:patron", args=[pk]) + "#fees")
    return page(request, patron, status=422, dialog=dialog_of(request, patron, "fee", form=form))


@staff_only(Permission.WAIVE_FEES, needs_branch=True)
@require_POST
def write_off_fee(request: HttpRequest, pk: int) -> HttpResponse:
    """Write off a fee or part of it, with the reason."""
    fee, form = _fee_or_404(pk), WriteOffForm(request.POST)
    patron = patron_or_404(fee.patron_id)
    if form.is_valid():
        try:
            write_off(fee=fee, **form.cleaned_data, **_by(request))
        except FeeRefused as refused:
            return _refused(request, patron, form, refused, f"writeoff-{pk}")
        amount = amount_text(form.cleaned_data["amount"], request.tenant.currency)  # type: ignore[attr-defined]
        messages.success(request, gettext("%(amount)s is written off.") % {"amount": amount})
        return redirect("desk:patron_money", pk=patron.pk)
    return page(request, patron, status=422, dialog=dialog_of(request, patron, f"writeoff-{pk}", form=form))


@staff_only(Permission.TAKE_PAYMENTS, needs_branch=True)
@require_POST
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Book that money of a patron's credit was handed back."""
    patron, form = patron_or_404(pk), RefundForm(request.POST)
    if form.is_valid():
        try:
            refund(patron=patron, till=till_here(request), **form.cleaned_data, **_by(request))
        except FeeRefused as refused:
            return _refused(request, patron, form, refused, "refund")
        amount = amount_text(form.cleaned_data["amount"], request.tenant.currency)  # type: ignore[attr-defined]
        messages.success(request, gettext("%(amount)s is booked as paid back.") % {"amount": amount})
        return redirect("desk:patron_money", pk=pk)
    return page(request, patron, status=422, dialog=dialog_of(request, patron, "refund", form=form))


@staff_only(Permission.TAKE_PAYMENTS, needs_branch=True)
@require_POST
def pay_from_credit(request: HttpRequest, pk: int) -> HttpResponse:
    """Pay what a patron owes from her credit."""
    patron, form = patron_or_404(pk), CreditForm(request.POST)
    if form.is_valid():
        try:
            amount = use_credit(patron=patron, form_id=form.cleaned_data["form_id"], **_by(request))
        except FeeRefused as refused:
            return _refused(request, patron, form, refused, "credit")
        paid = amount_text(amount, request.tenant.currency)  # type: ignore[attr-defined]
        messages.success(request, gettext("%(amount)s is paid from the credit.") % {"amount": paid})
        return redirect("desk:patron_money", pk=pk)
    return page(request, patron, status=422, dialog=dialog_of(request, patron, "credit", form=form))


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"staff": request.staff.account, "now": timezone.now()}  # type: ignore[attr-defined]


def _fee_or_404(pk: int) -> Any:
    fee = get_fee(pk)
    if fee is None:
        raise Http404
    return fee


def _refused(request: HttpRequest, patron: Any, form: forms.Form, refused: FeeRefused, name: str) -> HttpResponse:
    for reason in words(request, refused):
        form.add_error(None, " ".join(filter(None, (reason.text, reason.next_step))))
    return page(request, patron, status=409, dialog=dialog_of(request, patron, name, form=form))
