"""What my page and the family's say of renewals: whether and why not beforehand, and what has come of it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.utils.translation import gettext, ngettext

from circulation.errors import Code
from common.money import ZERO
from web.titles.covers import cover_address
from web.titles.names import cover_kind
from web.ui.due import due_long
from web.ui.money import amount_text, with_one_stop
from web.ui.requests import PageRequest
from web.words.for_patrons import patron_texts


def loan_line(line: Any, currency: str, owed: Decimal, *, child: str = "") -> dict[str, Any]:
    """Return a loan with why it can't be renewed; that it's too early isn't told beside what stands against it.

    :param owed: what its patron owes today
    :param child: whose it is, where a guardian reads it
    """
    early = tuple(reason for reason in line.reasons if reason.code == Code.TOO_EARLY)
    # A loan of today gets no more time today, and that's over by the day from which it can be renewed.
    passing = (Code.TOO_EARLY, Code.NOT_LATER) if early else ()
    against = tuple(reason for reason in line.reasons if reason.code not in passing)
    record = line.loan.item.record
    return {
        "loan": line.loan,
        "record": record,
        "cover": cover_kind(record.material_type, record.audience),
        "picture": cover_address(record.isbns),
        "can_renew": line.can_renew,
        "until": line.renewed_until,
        "why_not": " ".join(patron_texts(against, currency=currency, owed=owed, child=child)),
        "not_yet": " ".join(patron_texts(early, currency=currency)),
    }


def tell_renewed(request: PageRequest, title: str, result: Any, *, child: str = "") -> None:
    """Say until when a loan runs now.

    :param child: whose it is, where a guardian reads it
    """
    values = {"title": title, "day": due_long(result.loan), "child": child}
    text = gettext("%(child)s has %(title)s until %(day)s.") if child else gettext("%(title)s is yours until %(day)s.")
    messages.success(request, text % values)
    _tell_fee(request, [result], child)


def tell_answers(request: PageRequest, answers: Sequence[Any], *, child: str = "") -> None:
    """Say how many loans were renewed, and of each of the others why it wasn't.

    :param child: whose they are, where a guardian reads it
    """
    done = [answer.result for answer in answers if answer.result]
    if done:
        text = ngettext("%(count)d loan has been renewed.", "%(count)d loans have been renewed.", len(done))
        messages.success(request, text % {"count": len(done)})
        _tell_fee(request, done, child)
    for answer in answers:
        if answer.refused:
            messages.warning(request, refusal_text(request, answer.loan.item.record.title, answer.refused, child=child))


def refusal_text(request: PageRequest, title: str, refused: Any, *, child: str = "") -> str:
    """Return why something wasn't done with a title.

    :param child: whose loan or hold it is, where a guardian reads it
    """
    sentences = patron_texts(refused.reasons, currency=request.tenant.currency, child=child)
    return f"{title}: {' '.join(sentences)}"


def _tell_fee(request: PageRequest, results: Sequence[Any], child: str) -> None:
    """Say what the overdue loans that were renewed have cost."""
    cost = sum((result.fee.balance for result in results if result.fee), ZERO)
    if cost:
        amount = amount_text(cost, request.tenant.currency)
        late = (
            gettext("It was late: the fee is %(amount)s.")
            if child
            else gettext("You were late: the fee is %(amount)s.")
        )
        messages.warning(request, with_one_stop(late % {"amount": amount}))
