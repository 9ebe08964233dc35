"""Takes and gives money, gives fees up and writes them by hand. Each form counts once, however often it's sent."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts.rules import Permission
from circulation.errors import Code, FeeRefused
from circulation.selectors.fees import get_fee
from circulation.services.fees import add_fee, refund, take_payment, use_credit, waive, write_off
from web.account.access import staff_only
from web.account.requests import DeskRequest
from web.desk.answers import say_with_undo, words
from web.desk.forms_money import CreditForm, FeeForm, PaymentForm, RefundForm, TakeBackForm, WaiverForm, WriteOffForm
from web.desk.patron_dialogs import dialog_of
from web.desk.patron_page import page, patron_or_404
from web.desk.taken_back import taking_back_or_404
from web.desk.tills import till_here
from web.ui.money import amount_text
from web.words.for_staff import ReasonText


@staff_only(Permission.TAKE_PAYMENTS, needs_branch=True)
@require_POST
def pay(request: DeskRequest, pk: int) -> HttpResponse:
    """Take a payment and offer its receipt."""
    patron = patron_or_404(pk)

    def act(**values: Any) -> tuple[str, str]:
        receipt = take_payment(patron=patron, till=till_here(request), **values)
        said = gettext("%(amount)s is paid.") % {"amount": amount_text(receipt.amount, receipt.currency)}
        return said, reverse("desk:patron", args=[pk]) + f"?receipt={receipt.number}#fees"

    return _book(request, patron, "payment", PaymentForm(request.POST), act)


@staff_only(Permission.WAIVE_FEES, needs_branch=True)
@require_POST
def waive_fee(request: DeskRequest, pk: int) -> HttpResponse:
    """Give up a fee or part of it, with the reason."""
    fee = _fee_or_404(pk)
    patron = patron_or_404(fee.patron_id)

    def act(**values: Any) -> tuple[str, str]:
        waive(fee=fee, **values)
        said = gettext("%(amount)s is waived.") % {"amount": _amount(request, values["amount"])}
        return said, _page_of(request, patron)

    return _book(request, patron, f"waiver-{pk}", WaiverForm(request.POST), act, undo=(pk, "circulation.waive_fee"))


@staff_only(Permission.TAKE_PAYMENTS, needs_branch=True)
@require_POST
def charge(request: DeskRequest, pk: int) -> HttpResponse:
    """Write a fee by hand, for a damaged case for instance."""
    patron = patron_or_404(pk)

    def act(**values: Any) -> tuple[str, str]:
        add_fee(patron=patron, branch=request.staff.branch, **values)
        return gettext("The fee is written."), reverse("desk:patron", args=[pk]) + "#fees"

    return _book(request, patron, "fee", FeeForm(request.POST), act)


@staff_only(Permission.WAIVE_FEES, needs_branch=True)
@require_POST
def write_off_fee(request: DeskRequest, pk: int) -> HttpResponse:
    """Write off a fee or part of it, with the reason."""
    fee = _fee_or_404(pk)
    patron = patron_or_404(fee.patron_id)

    def act(**values: Any) -> tuple[str, str]:
        write_off(fee=fee, **values)
        said = gettext("%(amount)s is written off.") % {"amount": _amount(request, values["amount"])}
        return said, _page_of(request, patron)

    form, undo = WriteOffForm(request.POST), (pk, "circulation.write_off_fee")
    return _book(request, patron, f"writeoff-{pk}", form, act, undo=undo)


@staff_only(Permission.TAKE_PAYMENTS, needs_branch=True)
@require_POST
def give_back(request: DeskRequest, pk: int) -> HttpResponse:
    """Book that money of a patron's credit was handed back."""
    patron = patron_or_404(pk)

    def act(**values: Any) -> tuple[str, str]:
        refund(patron=patron, till=till_here(request), **values)
        said = gettext("%(amount)s is booked as paid back.") % {"amount": _amount(request, values["amount"])}
        return said, reverse("desk:patron_money", args=[pk])

    return _book(request, patron, "refund", RefundForm(request.POST), act)


@staff_only(Permission.TAKE_PAYMENTS, needs_branch=True)
@require_POST
def take_back(request: DeskRequest, pk: int, entry: int) -> HttpResponse:
    """Take back what was booked by mistake, with the reason: a whole payment, a refund, a fee written by hand."""
    patron = patron_or_404(pk)
    taking = taking_back_or_404(patron, entry, request.tenant.currency)

    def act(**values: Any) -> tuple[str, str]:
        amount = taking.act(till=till_here(request), **values)
        return taking.said % {"amount": _amount(request, amount)}, reverse("desk:patron_money", args=[pk])

    return _book(request, patron, f"takeback-{entry}", TakeBackForm(request.POST), act)


@staff_only(Permission.TAKE_PAYMENTS, needs_branch=True)
@require_POST
def pay_from_credit(request: DeskRequest, pk: int) -> HttpResponse:
    """Pay what a patron owes from her credit."""
    patron = patron_or_404(pk)

    def act(**values: Any) -> tuple[str, str]:
        said = gettext("%(amount)s is paid from the credit.") % {
            "amount": _amount(request, use_credit(patron=patron, **values))
        }
        return said, reverse("desk:patron_money", args=[pk])

    return _book(request, patron, "credit", CreditForm(request.POST), act)


def _book(
    request: DeskRequest,
    patron: Any,
    name: str,
    form: forms.Form,
    act: Callable[..., tuple[str, str]],
    undo: tuple[int, str] | None = None,
) -> HttpResponse:
    """Do what a form asks for, or show its dialog again with what was typed and what's wrong.

    :param act: takes the form's values with who and when; returns what to say and where to go
    :param undo: the fee to which something is done that can be taken back, and the action's name
    """
    status = 422
    if form.is_valid():
        try:
            said, address = act(**form.cleaned_data, staff=request.staff.account, now=timezone.now())
        except FeeRefused as refused:
            status = 409
            for reason in words(request, refused):
                form.add_error(None, " ".join(filter(None, (reason.text, _next_step(form, reason)))))
        else:
            if undo is None:
                messages.success(request, said)
            else:
                say_with_undo(request, said, ("circulation.fee", undo[0]), undo[1])
            return redirect(address)
    return page(request, patron, status=status, dialog=dialog_of(request, patron, name, form=form))


def _page_of(request: DeskRequest, patron: Any) -> str:
    """Return the page where a fee's button was pressed: all of the patron's money, or her own page."""
    money = reverse("desk:patron_money", args=[patron.pk])
    if urlsplit(request.headers.get("Referer", "")).path == money:
        return money
    return reverse("desk:patron", args=[patron.pk]) + "#fees"


def _next_step(form: forms.Form, reason: ReasonText) -> str:
    """Return what to do about a refusal; a form that can keep what's beyond the fees says so."""
    if reason.code == Code.MORE_THAN_OWED and "keep_rest" in form.fields:
        return gettext("Take less, or tick “%(choice)s”.") % {"choice": form.fields["keep_rest"].label}
    return reason.next_step


def _amount(request: DeskRequest, amount: Decimal) -> str:
    return amount_text(amount, request.tenant.currency)


def _fee_or_404(pk: int) -> Any:
    fee = get_fee(pk)
    if fee is None:
        raise Http404
    return fee
