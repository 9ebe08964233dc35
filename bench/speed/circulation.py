"""The desk with everything in play: 98 municipalities, holds that are filled and trapped, fees, a hundred loans."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from bench.speed.clients import Request
from bench.speed.desk import check_in, check_out, items_on_the_shelf, page_of, patrons_who_may, scan, waiting_clerks
from bench.speed.figures import Figures, MeasurementBroke
from bench.speed.members import provision_the_others
from bench.speed.quiet import settle
from bench.speed.setting import Setting
from circulation.models import Fee, Hold, LedgerEntry, Loan
from holdings.models import Branch, Item
from notices.models import Notice
from patrons.models import Card, Patron

_WARM_UP = 20
_MANY_LOANS = 100
_DESK_CPU, _PANEL_CPU = 15.0, 20.0
_OWED = Decimal("15.00")


def measure(setting: Setting) -> Figures:
    """Measure check-out, check-in that traps, and the panel and page of a patron with a hundred loans."""
    provision_the_others(setting)
    branch = Branch.objects.filter(kind=Branch.Kind.PUBLIC).order_by("position").first()
    if branch is None:
        raise MeasurementBroke("The municipality has no branch.")
    clients = waiting_clerks(setting, branch)
    loop = setting.loop(clients)
    count = _WARM_UP + setting.requests

    def run(name: str, requests: Sequence[Request], goal: float) -> Figures:
        loop.warm_up(requests[:_WARM_UP])
        settle()
        result = loop.run(requests[_WARM_UP:])
        yield result.cpu_figure(name, goal)
        yield result.wall_figure(name, None, len(clients))

    with _in_play(branch, count) as pairs:
        lent = [check_out(barcode, patron) for barcode, patron in pairs]
        yield from run("Check-out, holds and fees in play", lent, _DESK_CPU)
        back = [check_in(barcode, kinds=("hold", "transit")) for barcode, _ in pairs]
        yield from run("Check-in that traps a hold", back, _DESK_CPU)
    with _many_loans() as patron:
        card = Card.objects.filter(patron=patron, is_active=True).values_list("number", flat=True).first() or ""
        panel = [scan("desk:check_out_scan", card, "patron") for _ in range(count)]
        yield from run(f"Patron panel, {_MANY_LOANS} loans", panel, _PANEL_CPU)
        yield from run(f"Patron page, {_MANY_LOANS} loans", [page_of(patron.pk)] * count, _PANEL_CPU)


@contextmanager
def _in_play(branch: Branch, count: int) -> Iterator[list[tuple[str, int]]]:
    """Yield items with their borrowers: each owes something and waits for the title, and so does somebody after her."""
    barcodes, patrons = items_on_the_shelf(branch, count), patrons_who_may(2 * count)
    items = {item.barcode: item for item in Item.objects.filter(barcode__in=barcodes)}
    titles: dict[int, str] = {}
    for barcode in barcodes:
        # One item of a title, so that it's this one that the next in the queue gets.
        titles.setdefault(items[barcode].record_id, barcode)
    pairs = list(zip(titles.values(), patrons, strict=False))
    if len(pairs) <= _WARM_UP:
        raise MeasurementBroke(f"The municipality has {len(pairs)} titles on the shelf: try a larger --scale.")
    last = {model: _last(model) for model in (Hold, Fee, LedgerEntry, Notice)}
    now, today = timezone.now(), timezone.localdate()
    others = patrons[len(pairs) :]
    Hold.objects.bulk_create(
        Hold(
            record_id=items[barcode].record_id,
            patron_id=patron,
            pickup_branch=branch,
            requested_at=now - timedelta(hours=2 - place),
            interest_until=today + timedelta(days=90),
        )
        for (barcode, borrower), other in zip(pairs, others, strict=False)
        for place, patron in enumerate((borrower, other))
    )
    fees = Fee.objects.bulk_create(
        Fee(
            patron_id=borrower,
            kind=Fee.Kind.MANUAL,
            branch=branch,
            description="Benchmark",
            balance=_OWED,
            created_at=now,
        )
        for _, borrower in pairs
    )
    LedgerEntry.objects.bulk_create(
        LedgerEntry(fee=fee, kind=LedgerEntry.Kind.CHARGE, amount=_OWED, at=now) for fee in fees
    )
    try:
        yield pairs
    finally:
        Item.objects.filter(barcode__in=barcodes).update(status=Item.Status.AVAILABLE, current_branch=branch)
        for model in (Notice, LedgerEntry, Fee, Hold):
            model._default_manager.filter(pk__gt=last[model]).delete()


@contextmanager
def _many_loans() -> Iterator[Patron]:
    """Yield a patron who has so many loans for a while, some of them late."""
    loans = list(Loan.objects.filter(returned_at__isnull=True).order_by("pk")[:_MANY_LOANS])
    if len(loans) < _MANY_LOANS:
        raise MeasurementBroke(f"The municipality has {len(loans)} open loans, {_MANY_LOANS} are needed.")
    patron = Patron.objects.get(pk=patrons_who_may(1)[0])
    Loan.objects.filter(pk__in=[loan.pk for loan in loans]).update(patron=patron)
    try:
        yield patron
    finally:
        Loan.objects.bulk_update(loans, ["patron"])


def _last(model: type[Hold | Fee | LedgerEntry | Notice]) -> int:
    return model._default_manager.order_by("-pk").values_list("pk", flat=True).first() or 0
