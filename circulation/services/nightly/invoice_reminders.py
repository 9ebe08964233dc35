"""The night's reminders of invoices: of what has been invoiced and is still owed when the rules' days are over."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from circulation.models import DebtClaim, Fee
from circulation.rules.resolution import Resolved
from circulation.selectors.rule_books import RuleBook, rule_book
from circulation.services.bills import bill, by_card, loans_claimed_for, loans_of, owed_fees
from circulation.services.nightly.batches import work_through
from notices.models import Notice, NoticeKind
from notices.services.outbox import NoticeRequest, make_notices
from notices.services.writing import COPY
from patrons.models import Patron
from tenants.selectors import current_municipality

BATCH = 200
# Nights that stood still are made up for. What was invoiced long before a rule asked for reminders is left alone: else
# the night after such a rule is made would bring up the debts of years.
_MOST_MISSED = 30


def remind_of_invoices(days: Sequence[int], *, on: date, now: datetime, counts: Counter[str]) -> None:
    """Remind patrons of invoices of which something is owed so many days after they went out, once for each invoice.

    What's handed over to the debtor system has had its own letter. Counts `letters`.

    :param days: that any rule says; none for nobody to be reminded
    :raises circulation.services.nightly.batches.SomeFailed: if some letters could not be written
    """
    if not days:
        return
    zone = ZoneInfo(current_municipality().time_zone)
    invoices = list(_unpaid_invoices(days, on=on, zone=zone).values_list("pk", flat=True))

    def next_keys(after: int | None) -> Sequence[int]:
        first = 0 if after is None else bisect_right(invoices, after)
        return invoices[first : first + BATCH]

    def work(notice_ids: Sequence[int]) -> Counter[str]:
        sent = Notice.objects.filter(pk__in=notice_ids).select_related("patron__category", "branch").order_by("pk")
        book = rule_book()
        due = [invoice for invoice in sent if _is_due(invoice, book, on=on, zone=zone)]
        return Counter(letters=len(make_notices(_reminders(due, book, on=on), now=now)))

    work_through(next_keys, work, counts)


def _unpaid_invoices(days: Sequence[int], *, on: date, zone: ZoneInfo) -> QuerySet[Notice]:
    """Return the invoices that may be due for their reminder by any rule, in the order of their numbers."""
    oldest = datetime.combine(on - timedelta(days=max(days) + _MOST_MISSED), datetime.min.time(), zone)
    newest = datetime.combine(on - timedelta(days=min(days) - 1), datetime.min.time(), zone)
    owing = Fee.objects.filter(patron=OuterRef("patron"), balance__gt=0)
    sent = Notice.objects.filter(kind=NoticeKind.INVOICE, state=Notice.State.SENT, sent_at__gte=oldest)
    living = sent.filter(Exists(owing), sent_at__lt=newest).exclude(patron__left_reason=Patron.LeftReason.DECEASED)
    # A second guardian's copy isn't a second invoice: the reminder goes to both again.
    return living.exclude(key__contains=COPY).order_by("pk")


def _is_due(invoice: Notice, book: RuleBook, *, on: date, zone: ZoneInfo) -> bool:
    days = _rules(invoice, book, on).value("invoice_reminder_days")
    if days is None or invoice.sent_at is None:
        return False
    return 0 <= (on - invoice.sent_at.astimezone(zone).date()).days - days <= _MOST_MISSED


def _rules(invoice: Notice, book: RuleBook, on: date) -> Resolved:
    return book.resolved_for(invoice.patron, branch_id=invoice.branch_id, item_type_id=None, on=on)


def _channels(invoice: Notice, book: RuleBook, on: date) -> tuple[str, ...]:
    return tuple(_rules(invoice, book, on).value("invoice_reminder_channels") or ())


def _reminders(invoices: Iterable[Notice], book: RuleBook, *, on: date) -> list[NoticeRequest]:
    by_patron: dict[int, list[Notice]] = defaultdict(list)
    for invoice in invoices:
        by_patron[invoice.patron_id].append(invoice)
    owed: dict[int, list[Fee]] = defaultdict(list)
    # While a patron says that she has given an item back, nobody reminds her of it.
    fees = owed_fees().filter(Q(loan__isnull=True) | Q(loan__claim=""), patron__in=by_patron)
    for fee in fees.exclude(claims__state__in=DebtClaim.OPEN):
        owed[fee.patron_id].append(fee)
    return [
        bill(
            NoticeKind.INVOICE_REMINDER,
            patron,
            billed,
            key=f"INVOICE_REMINDER:{invoice.pk}:{patron.pk}",
            channels=_channels(invoice, book, on),
        )
        for patron_id, sent in by_patron.items()
        for invoice in sent
        for patron, billed in by_card(_of_invoice(invoice, owed[patron_id]), on=on).items()
    ]


def _of_invoice(invoice: Notice, fees: Iterable[Fee]) -> list[Fee]:
    billed = loans_claimed_for(invoice)
    return [fee for fee in fees if billed & loans_of(fee)]
