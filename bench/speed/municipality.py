"""The generated municipality that everything is measured in, kept between runs, and out of service between them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from accounts.models import StaffAccount
from accounts.services.staff_accounts import add_account
from bench.speed.cpu import server
from bench.speed.figures import MeasurementBroke
from circulation.models import Loan
from holdings.models import Branch, Item
from patrons.models import Patron
from staffing.services import choose_branch
from tenants.choice import choose, choose_none
from tenants.models import Domain, Municipality
from tenants.services.suspend import resume, suspend

_SIZE = {"titles": 100_000, "items": 200_000, "patrons": 50_000, "loans": 60_000, "overdue": 10_000, "holds": 5_000}
_BETWEEN_RUNS = "Benchmark: in service only while it's measured"
_CLERKS = ("bench-1", "bench-2")


@dataclass(frozen=True)
class Clerk:
    """A member of staff with a password of this run."""

    username: str
    password: str


@contextmanager
def municipality_in_service(scale: float) -> Iterator[Municipality]:
    """Choose the generated municipality, made first if there's none.

    While beat is held no night begins: it would charge the overdue loans before they're measured, and compete for the
    processor. Between two runs the municipality is suspended, so that no night ever comes to it.
    """
    beat = server("beat").process
    beat.suspend()
    try:
        municipality = _find(scale) or _generate(scale)
        resume(municipality=municipality, actor=None, now=timezone.now())
        try:
            choose(municipality)
            yield municipality
        finally:
            choose_none()
            suspend(municipality=municipality, reason=_BETWEEN_RUNS, actor=None, now=timezone.now())
    finally:
        beat.resume()


def sizes() -> dict[str, int]:
    """Return how much the chosen municipality has of everything."""
    loans = Loan.objects.filter(returned_at__isnull=True)
    return {
        "titles": Item.objects.values("record").distinct().count(),
        "items": Item.objects.count(),
        "patrons": Patron.objects.count(),
        "open loans": loans.count(),
        "overdue": loans.filter(due_date__lt=timezone.localdate()).count(),
    }


def hire(branch: Branch) -> list[Clerk]:
    """Give the benchmark's two members of staff new passwords and this branch; return them."""
    clerks = []
    for username in _CLERKS:
        password = f"{username}-{timezone.now().timestamp()}"
        account = StaffAccount.objects.filter(username=username).first() or add_account(
            username=username,
            name=username.capitalize(),
            email=f"{username}@example.org",
            role=StaffAccount.Role.LIBRARIAN,
            actor=None,
        )
        account.set_password(password)
        account.save(update_fields=["password"])
        choose_branch(account=account, branch_id=branch.pk)
        clerks.append(Clerk(username, password))
    return clerks


def drop(municipality: Municipality) -> None:
    """Delete a municipality of the benchmark with everything in it."""
    choose_none()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(municipality.schema_name)))
        Domain.objects.filter(tenant=municipality).delete()
        Municipality.objects.filter(pk=municipality.pk).delete()


def left_on_loan(scale: float) -> list[str]:
    """Return the barcodes of items that a run lent and, being interrupted, didn't take back."""
    # The generated loans are the first ones that the municipality's table has.
    lent = Loan.objects.filter(returned_at__isnull=True, pk__gt=_wanted(scale)["loans"])
    return list(lent.values_list("item__barcode", flat=True))


def _wanted(scale: float) -> dict[str, int]:
    return {name: int(number * scale) for name, number in _SIZE.items()}


def _label(scale: float) -> str:
    return "bench" if scale == 1 else f"bench-{round(scale * 1000)}-thousandths"


def _find(scale: float) -> Municipality | None:
    """Return the municipality if it's whole; one that was interrupted while it was filled is deleted."""
    choose_none()
    domain = Domain.objects.select_related("tenant").filter(domain=f"{_label(scale)}.{settings.BASE_DOMAIN}").first()
    if domain is None:
        return None
    choose(domain.tenant)
    items, loans = Item.objects.count(), Loan.objects.count()
    choose_none()
    wanted = _wanted(scale)
    if items == wanted["items"] and loans >= wanted["loans"]:
        return domain.tenant
    drop(domain.tenant)
    return None


def _generate(scale: float) -> Municipality:
    label = _label(scale)
    call_command("generate_municipality", name=label.capitalize(), host=label, **_wanted(scale))
    choose_none()
    municipality = Municipality.objects.filter(domains__domain=f"{label}.{settings.BASE_DOMAIN}").first()
    if municipality is None:
        raise MeasurementBroke("The municipality wasn't made.")
    choose(municipality)
    with connection.cursor() as cursor:
        # Otherwise the first readers of the new rows pay for what autovacuum does later.
        cursor.execute("VACUUM (ANALYZE)")
    choose_none()
    return municipality
