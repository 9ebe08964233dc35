"""A large municipality's night as it is on any day: half a million open loans, and a night before this one was done."""

from datetime import date, timedelta

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from bench.speed.cpu import OwnClock
from bench.speed.figures import Figure, Figures, MeasurementBroke
from bench.speed.memory import PeakMemory
from bench.speed.nights import jobs_of_a_night
from bench.speed.quiet import settle
from bench.speed.setting import Setting
from circulation.models import Loan
from notices.models import Notice
from tenants.choice import choose, choose_none
from tenants.models import Domain, Municipality
from tenants.services.suspend import resume, suspend

_NAME, _HOST = "Large", "bench-large"
_SIZE = {
    "titles": 20_000,
    "items": 550_000,
    "patrons": 150_000,
    "loans": 500_000,
    "overdue": 50_000,
    "holds": 5_000,
}
_SECONDS, _MEGABYTES = 300.0, 500.0


def measure(setting: Setting) -> Figures:
    """Run a night on one worker; it's taken back, so that the next run finds it undone."""
    municipality = _find() or _generate(setting.scale)
    now = timezone.now()
    resume(municipality=municipality, actor=None, now=now)
    try:
        choose(municipality)
        # Yesterday's letters and fees are written for good: tonight has only what a night has.
        list(jobs_of_a_night(timezone.localdate() - timedelta(days=1)))
        settle()
        yield from night(timezone.localdate())
    finally:
        choose_none()
        suspend(municipality=municipality, reason="Benchmark", actor=None, now=now)
        choose(setting.municipality)


def night(today: date) -> Figures:
    """Measure the chosen municipality's night, inside a transaction that isn't committed."""
    open_loans = Loan.objects.filter(returned_at__isnull=True)
    late = open_loans.filter(due_date__lt=today).count()
    before = Notice.objects.count()
    with transaction.atomic(), PeakMemory() as memory:
        clock = OwnClock()
        parts = list(jobs_of_a_night(today, name="Large night"))
        spent = clock.read()
        made = Notice.objects.count() - before
        transaction.set_rollback(True)
    detail = f"{open_loans.count():,} open loans, {late:,} overdue, {made:,} notices made; {spent}"
    yield Figure(name="Large night", value=spent.wall, unit="s", goal=_SECONDS, bound="<", detail=detail)
    yield Figure(
        name="Large night: memory", value=memory.megabytes, unit="MB", goal=_MEGABYTES, bound="<", detail=str(memory)
    )
    yield from parts


def _find() -> Municipality | None:
    choose_none()
    domain = Domain.objects.select_related("tenant").filter(domain=f"{_HOST}.{settings.BASE_DOMAIN}").first()
    return domain.tenant if domain else None


def _generate(scale: float) -> Municipality:
    call_command("generate_municipality", name=_NAME, host=_HOST, **{k: int(v * scale) for k, v in _SIZE.items()})
    municipality = _find()
    if municipality is None:
        raise MeasurementBroke("The municipality wasn't made.")
    choose(municipality)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    choose_none()
    return municipality
