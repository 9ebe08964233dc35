"""Items that a library may do without: by their use, the age of the title, and how many there are."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, Least, RowNumber

from catalogue.models import HoldingsSummary
from circulation.models import Loan
from circulation.selectors.item_lists import ItemFilter, items_like
from holdings.models import Item
from tenants.selectors import current_municipality

_Status = Item.Status
_A_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class WeedingRules:
    """What's proposed to be weeded; what's None asks for nothing.

    :ivar items: where they belong, what they are, since when nobody used them
    :ivar published_before: the title's year is before this one
    :ivar most_loans: lent so often at most since it was acquired, and `most_last_year` in the last 365 days
    :ivar copies_kept: so many of each title, or volume, stay in the municipality; the most used ones
    :ivar keeps_last_anywhere: nor is the last one of all municipalities proposed
    :ivar with_reference: what's for use in the library only too
    :ivar rooms_kept: nothing of these rooms: special collections
    """

    items: ItemFilter = field(default_factory=ItemFilter)
    published_before: int | None = None
    most_loans: int | None = None
    most_last_year: int | None = None
    copies_kept: int = 1
    keeps_last_anywhere: bool = True
    with_reference: bool = False
    rooms_kept: Collection[int] = ()


def weedable(rules: WeedingRules, *, today: date) -> QuerySet[Item]:
    """Return what stands on a shelf and may go by the rules, by shelf mark, with its use: a page is for the caller.

    Each has `times_lent`, `last_year`, `last_lent` and `copies`. What's kept in a bundle or travels with a rotating
    collection isn't among them. Of a title with several that fit, the least used come first into the list, and as many
    as are to be kept stay out of it: all of the list can be withdrawn at once.
    """
    statuses = [_Status.AVAILABLE, *([_Status.REFERENCE_ONLY] if rules.with_reference else [])]
    items = items_like(rules.items).filter(status__in=statuses, bundle__isnull=True, rotation__isnull=True)
    if rules.rooms_kept:
        items = items.exclude(location__in=rules.rooms_kept)
    if rules.published_before is not None:
        items = items.filter(record__year__lt=rules.published_before)
    items = items.annotate(
        times_lent=_loans(),
        last_year=_loans(since=today - _A_YEAR),
        last_lent=_last_lent(),
        copies=_copies(),
        elsewhere=_elsewhere(),
    )
    if rules.most_loans is not None:
        items = items.filter(times_lent__lte=rules.most_loans)
    if rules.most_last_year is not None:
        items = items.filter(last_year__lte=rules.most_last_year)
    by_use = [F("times_lent").asc(), F("last_lent").asc(nulls_first=True), F("pk").asc()]
    rank = Window(RowNumber(), partition_by=[F("record_id"), F("volume")], order_by=by_use)
    return items.annotate(may_go=_may_go(rules), rank=rank).filter(rank__lte=F("may_go"))


def _may_go(rules: WeedingRules) -> Any:
    of_title = F("copies") - Value(rules.copies_kept)
    if not rules.keeps_last_anywhere:
        return of_title
    return Case(
        When(Q(elsewhere=0), then=Least(of_title, F("copies") - Value(1))),
        default=of_title,
        output_field=IntegerField(),
    )


def _loans(since: date | None = None) -> Any:
    loans = Loan.objects.filter(item=OuterRef("pk"), undone_at__isnull=True).order_by()
    if since is not None:
        loans = loans.filter(loaned_on__gte=since)
    return _number(loans.values("item"), Count("pk"))


def _last_lent() -> Any:
    loans = Loan.objects.filter(item=OuterRef("pk"), undone_at__isnull=True).order_by()
    return Subquery(loans.values("item").annotate(last=Max("loaned_on")).values("last"))


def _copies() -> Any:
    others = Item.objects.filter(record=OuterRef("record"), volume=OuterRef("volume")).exclude(status__in=Item.NO_COPY)
    return _number(others.order_by().values("record"), Count("pk"))


def _elsewhere() -> Any:
    others = HoldingsSummary.objects.filter(record=OuterRef("record")).exclude(municipality=current_municipality().pk)
    # What isn't counted yet is there as far as anybody knows.
    return _number(others.order_by().values("record"), Sum(Coalesce("copies", "items")))


def _number(rows: Any, figure: Any) -> Any:
    return Coalesce(Subquery(rows.annotate(figure=figure).values("figure"), output_field=IntegerField()), 0)
