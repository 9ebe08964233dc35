"""Lets the night's work happen to loans that have become late in the weeks that were played."""

from datetime import datetime
from zoneinfo import ZoneInfo

from circulation.models import Loan
from circulation.services.fees.overdue import charge_overdue
from tenants.selectors import current_municipality


def let_nights_pass(*, until: datetime) -> None:
    """Bring the fees of everything late up to the step that the day has reached."""
    today = until.astimezone(ZoneInfo(current_municipality().time_zone)).date()
    for loan in Loan.objects.filter(returned_at__isnull=True, due_date__lt=today).order_by("pk"):
        charge_overdue(loan=loan, on=today, now=until, actor=None)
