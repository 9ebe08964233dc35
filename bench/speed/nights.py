"""A night over many open loans: fees, reminders, invoices; all taken back, so that the next run finds it undone."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from bench.speed.cpu import OwnClock
from bench.speed.figures import Figure, Figures, MeasurementBroke
from bench.speed.memory import PeakMemory
from bench.speed.quiet import settle
from bench.speed.setting import Setting
from circulation.models import Loan
from circulation.rules.nights import Job
from circulation.services.nightly.night import run_job

_GOAL = 60.0


def measure(setting: Setting) -> Figures:
    """Run the jobs of a night in their order, as the worker does, inside a transaction that isn't committed."""
    settle()
    today = timezone.localdate()
    open_loans = Loan.objects.filter(returned_at__isnull=True)
    late = open_loans.filter(due_date__lt=today, notices_made=0, fees__isnull=True).count()
    if not late:
        raise MeasurementBroke("No overdue loan is left without its fee: make the data anew with --reset.")
    with transaction.atomic(), PeakMemory() as memory:
        whole = OwnClock()
        parts = list(jobs_of_a_night(today))
        spent = whole.read()
        transaction.set_rollback(True)
    detail = f"{open_loans.count():,} open loans, {late:,} overdue; {spent}; {memory}"
    yield Figure(name="Night", value=spent.wall, unit="s", goal=_GOAL, bound="<", detail=detail)
    yield from parts


def jobs_of_a_night(today: date, *, name: str = "Night") -> Figures:
    """Run the jobs of a night in their order, and tell what each did and took."""
    for job in Job:
        clock = OwnClock()
        counts = run_job(job=job, local_day=today, now=timezone.now(), by_hand=True)
        if counts is None:
            raise MeasurementBroke(f"{job.value} is running already.")
        did = ", ".join(f"{number:,} {what}" for what, number in counts.items() if number) or "nothing to do"
        spent = clock.read()
        yield Figure(name=f"{name}, {job.value}", value=spent.wall, unit="s", detail=f"{did}; {spent}")
