"""The desk over HTTP: check-out, renewal and check-in of the same items, so that the data stays; panel and page."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import islice

from django.conf import settings
from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils import timezone

from bench.speed import bare
from bench.speed.clients import Client, Request
from bench.speed.cpu import server
from bench.speed.figures import Figures, MeasurementBroke
from bench.speed.municipality import hire, left_on_loan
from bench.speed.quiet import settle
from bench.speed.setting import Setting
from circulation.models import Hold
from holdings.models import Branch, Item
from patrons.models import Card, Patron, PatronCategory

_ITEMS_A_PATRON = 5
_WARM_UP = 20
_CHECK_OUT_CPU, _CHECK_OUT_WALL = 10.0, 60.0
# "The same order" as a check-out.
_SAME_ORDER_CPU, _SAME_ORDER_WALL = 20.0, 120.0
_BOOK_TYPES = ("book", "comic")


def measure(setting: Setting) -> Figures:
    """Measure what a librarian does all day."""
    branch = Branch.objects.filter(kind=Branch.Kind.PUBLIC).order_by("position").first()
    if branch is None:
        raise MeasurementBroke("The municipality has no branch.")
    clients = waiting_clerks(setting, branch)
    loop = setting.loop(clients)
    for barcode in left_on_loan(setting.scale):
        clients[0].send(check_in(barcode))
    pairs = _pairs(branch, _WARM_UP + setting.requests)
    yield bare.measure(pairs, database=server("postgres"))
    soon = (timezone.localdate() + timedelta(days=3)).isoformat()

    def run(name: str, requests: Sequence[Request], cpu: float, wall: float) -> Figures:
        loop.warm_up(requests[:_WARM_UP])
        settle()
        result = loop.run(requests[_WARM_UP:])
        yield result.cpu_figure(name, cpu)
        yield result.wall_figure(name, wall, len(clients))

    same_order = (_SAME_ORDER_CPU, _SAME_ORDER_WALL)
    yield from run("Check-out", [check_out(*pair) for pair in pairs], _CHECK_OUT_CPU, _CHECK_OUT_WALL)
    yield from run("Check-in", [check_in(barcode) for barcode, _ in pairs], *same_order)
    # Lent for a shorter time, so that a renewal has something to add.
    loop.run([check_out(*pair, due=soon) for pair in pairs])
    yield from run("Renewal", [check_out(*pair, kinds=("notice",)) for pair in pairs], *same_order)
    loop.run([check_in(barcode) for barcode, _ in pairs])
    cards = [scan("desk:check_out_scan", card, "patron") for card in _cards(len(pairs))]
    yield from run("Patron panel", cards, *same_order)
    yield from run("Patron page", [page_of(patron) for patron in _borrowers(len(pairs))], *same_order)


def waiting_clerks(setting: Setting, branch: Branch) -> list[Client]:
    """Return the browsers of two members of staff who have logged in at the branch."""
    return [_logged_in(setting, clerk.username, clerk.password) for clerk in hire(branch)]


def _logged_in(setting: Setting, username: str, password: str) -> Client:
    client = setting.client()
    client.log_in(username, password)
    client.send(Request(_address("desk:check_out"), contains=b"scan-form"))
    return client


def _address(name: str, *args: object) -> str:
    return reverse(name, urlconf=settings.ROOT_URLCONF, args=args)


def scan(name: str, text: str, *kinds: str, **fields: str) -> Request:
    """Return a scan of the page with this name; its answer must be of one of the kinds."""
    form = {"scan": text, "scan_id": uuid.uuid4().hex, "scan_number": "1", **fields}
    return Request(_address(name), form=form, kinds=frozenset(kinds))


def check_out(barcode: str, patron: int, *, due: str = "", kinds: Sequence[str] = ("ok", "notice")) -> Request:
    """Return a scan that lends an item to a patron."""
    since = timezone.now().isoformat()
    return scan("desk:check_out_scan", barcode, *kinds, patron=str(patron), due=due, since=since, new_due="")


def check_in(barcode: str, *, kinds: Sequence[str] = ("ok",)) -> Request:
    """Return a scan that takes an item back."""
    return scan("desk:check_in_scan", barcode, *kinds, returned="", new_returned="")


def page_of(patron: int) -> Request:
    """Return the request of a patron's page."""
    return Request(_address("desk:patron", patron), contains=b"</html>")


def _pairs(branch: Branch, count: int) -> list[tuple[str, int]]:
    """Return items, each with the patron who borrows it: five to a patron."""
    patrons = patrons_who_may(-(-count // _ITEMS_A_PATRON))
    return [
        (barcode, patrons[place // _ITEMS_A_PATRON]) for place, barcode in enumerate(items_on_the_shelf(branch, count))
    ]


def items_on_the_shelf(branch: Branch, count: int) -> list[str]:
    """Return barcodes of books that stand on the branch's own shelves and that nobody waits for."""
    waited_for = Hold.objects.filter(state__in=Hold.ACTIVE).values("record")
    items = Item.objects.filter(
        status=Item.Status.AVAILABLE,
        home_branch=branch,
        current_branch=F("home_branch"),
        item_type__code__in=_BOOK_TYPES,
        item_type__is_lent=True,
    ).exclude(record__in=waited_for)
    return _enough(items.order_by("pk").values_list("barcode", flat=True), count, "items on the shelf")


def patrons_who_may(count: int) -> list[int]:
    """Return adults who may borrow some more, with a usual number of loans."""
    today = timezone.localdate()
    adults = Patron.objects.filter(
        category__kind=PatronCategory.Kind.ADULT, left_at__isnull=True, expires_on__gt=today + timedelta(days=60)
    )
    open_loans = Count("loans", filter=Q(loans__returned_at__isnull=True))
    late = Count("loans", filter=Q(loans__returned_at__isnull=True, loans__due_date__lt=today))
    free = adults.filter(fees__isnull=True, blocks__isnull=True, cards__is_active=True)
    free = free.annotate(open_loans=open_loans, late=late).filter(late=0, open_loans__range=(1, 3))
    return _enough(free.order_by("pk").values_list("pk", flat=True), count, "patrons")


def _cards(count: int) -> list[str]:
    cards = Card.objects.filter(is_active=True, patron__left_at__isnull=True)
    return _enough(cards.order_by("pk").values_list("number", flat=True), count, "cards")


def _borrowers(count: int) -> list[int]:
    borrowers = Patron.objects.filter(loans__returned_at__isnull=True).order_by("pk").distinct()
    return _enough(borrowers.values_list("pk", flat=True), count, "borrowers")


def _enough(rows: Iterable, count: int, what: str) -> list:
    found = list(islice(rows, count))
    if len(found) < count:
        raise MeasurementBroke(f"The municipality has {len(found)} {what}, {count} are needed: try fewer --requests.")
    return found
