"""Renews what a child has on loan for its guardian, who sees the child's loans in the portal.

Rules and reasons are those of any renewal; who may ask for it is decided here. Each entry in the audit log that a
renewal leaves names the guardian.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from circulation.errors import Code, RenewalRefused
from circulation.models import Loan
from circulation.rules.reasons import blocking
from circulation.services.renew import renew_all, renew_loan
from circulation.services.results import RenewalAnswer, RenewResult
from common import audit
from patrons.models import Patron
from patrons.selectors.desk_page import ward_shown_to


@transaction.atomic
def renew_for_child(*, loan: Loan, guardian: Patron, now: datetime) -> RenewResult:
    """Renew a child's loan and return it with its new due date.

    :raises RenewalRefused: LOAN_UNKNOWN when the loan isn't of a child whose loans the guardian sees today, for she may
        not learn that it exists; otherwise every reason found. Nothing has changed
    """
    if loan.patron_id is None or not _sees(guardian, loan.patron_id, now):
        raise RenewalRefused([blocking(Code.LOAN_UNKNOWN)])
    with audit.along_with(guardian_id=guardian.pk):
        return renew_loan(loan=loan, staff=None, now=now)


def renew_all_for_child(*, child: Patron, guardian: Patron, now: datetime) -> list[RenewalAnswer]:
    """Renew every open loan of a child that can be, each in a transaction of its own, by due date.

    :raises RenewalRefused: PATRON_UNKNOWN when the guardian doesn't see the child's loans today
    """
    if not _sees(guardian, child.pk, now):
        raise RenewalRefused([blocking(Code.PATRON_UNKNOWN)])
    with audit.along_with(guardian_id=guardian.pk):
        return renew_all(patron=child, staff=None, now=now)


def _sees(guardian: Patron, child_id: int, now: datetime) -> bool:
    return ward_shown_to(guardian, child_id=child_id, day=timezone.localdate(now)) is not None
