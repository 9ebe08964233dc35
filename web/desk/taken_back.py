"""What of a patron's ledger can be taken back from its row: the dialog's words, and the service that does it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.utils.translation import gettext

from circulation.selectors.fees import get_entry, get_receipt, is_about, used_of_credit
from circulation.services.fees import take_back_fee, take_back_payment, take_back_refund, take_back_use_of_credit
from web.ui.money import amount_text


@dataclass(frozen=True)
class TakingBack:
    """Something that's to be taken back.

    :ivar save: the word on the dialog's button
    :ivar act: takes `reason`, `staff`, `now` and the `till` of the desk; returns how much it was
    :ivar said: with `amount` in it
    """

    heading: str
    save: str
    said: str
    act: Callable[..., Decimal]


def taking_back_or_404(patron: Any, number: int, currency: str) -> TakingBack:
    """Return what taking back an entry of a patron's ledger means.

    :raises Http404: if there's no such entry of hers, or it's none that can be taken back by itself
    """
    receipt = get_receipt(number)
    if receipt is not None and is_about(receipt, patron.pk):
        return _payment(receipt)
    entry = get_entry(number, patron_id=patron.pk)
    kind = (entry.key or "").partition(":")[0] if entry else ""
    if kind not in _KINDS:
        raise Http404
    return _KINDS[kind](entry, currency)


def _payment(receipt: Any) -> TakingBack:
    def act(**values: Any) -> Decimal:
        return take_back_payment(receipt=receipt, **values)

    amount = amount_text(receipt.amount, receipt.currency)
    heading = gettext("Take back the payment of %(amount)s") % {"amount": amount}
    return TakingBack(
        heading, gettext("Take the payment back"), gettext("The payment of %(amount)s is taken back."), act
    )


def _refund(entry: Any, currency: str) -> TakingBack:
    def act(**values: Any) -> Decimal:
        return take_back_refund(entry=entry, **values)

    heading = gettext("Take back the refund of %(amount)s") % {"amount": amount_text(entry.amount, currency)}
    return _other(heading, act)


def _use_of_credit(entry: Any, currency: str) -> TakingBack:
    def act(*, till: Any, **values: Any) -> Decimal:
        return take_back_use_of_credit(entry=entry, **values)

    amount = amount_text(used_of_credit(entry), currency)
    return _other(gettext("Take back the payment of %(amount)s") % {"amount": amount}, act)


def _fee(entry: Any, _currency: str) -> TakingBack:
    def act(*, till: Any, **values: Any) -> Decimal:
        return take_back_fee(fee=entry.fee, **values)

    return _other(gettext("Take back: %(name)s") % {"name": entry.fee.description}, act)


def _other(heading: str, act: Callable[..., Decimal]) -> TakingBack:
    return TakingBack(heading, gettext("Take back"), gettext("%(amount)s is taken back."), act)


# By what the key of its entry begins with.
_KINDS: Mapping[str, Callable[[Any, str], TakingBack]] = {
    "refund": _refund,
    "credit": _use_of_credit,
    "manual": _fee,
}
