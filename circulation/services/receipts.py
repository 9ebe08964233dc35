"""Sends the receipt of a visit by e-mail instead of printing it."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import StaffAccount
from circulation.models import Loan
from circulation.selectors.visits import loans_since, payments_since, takes_receipt
from common import audit
from holdings.models import Branch
from notices.models import NoticeKind
from notices.services.outbox import make_notice
from patrons.models import Patron


@transaction.atomic
def email_receipt(
    *, patron: Patron, branch: Branch, since: datetime, staff: StaffAccount | None, now: datetime
) -> bool:
    """Put into the outbox what a patron borrowed, renewed and paid in a visit, once however often it's asked for.

    :param patron: with her category
    :param since: when the visit began, which names it
    :param staff: None at a self-check machine
    :returns: whether the receipt is on its way; False when nothing was lent, or when e-mail doesn't reach her
    """
    loans = loans_since(patron, since=since) if takes_receipt(patron) else []
    if not loans:
        return False
    loan_ids = [loan.pk for loan in loans]
    is_new = make_notice(
        patron=patron,
        branch=branch,
        kind=NoticeKind.RECEIPT,
        key=f"{NoticeKind.RECEIPT}:{patron.pk}:{since.astimezone(UTC):%Y%m%dT%H%M%S%f}",
        context={"items": [_item(loan) for loan in loans], "payments": payments_since(patron, since=since)},
        about={"loans": loan_ids},
        now=now,
    )
    if is_new:
        audit.record(action="circulation.email_receipt", actor=staff, subject=patron, facts={"loan_ids": loan_ids})
    return True


def _item(loan: Loan) -> dict[str, Any]:
    zone = ZoneInfo(loan.lending_branch.time_zone)
    return {
        "title": loan.item.record.title,
        "barcode": loan.item.barcode,
        "due_date": loan.due_at.astimezone(zone) if loan.due_at else loan.due_date,
    }
