"""What fees and notices need to know of loans, read in one query for many of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Case, Subquery, When
from django.db.models.functions import Coalesce, TruncDate

from circulation.models import Loan
from circulation.rules.fee_groups import again_key, group_key
from circulation.rules.fee_schemes import FeeScheme, claim_on, scheme_of
from circulation.rules.fees import OverdueClaim, ladder_of
from circulation.rules.payment_order import is_liable
from circulation.rules.resolution import Resolved
from circulation.rules.values import Grouping
from circulation.selectors.liability import first_guardian
from circulation.selectors.rule_books import RuleBook
from holdings.rules.calendars import Calendar
from patrons.models import Patron, PatronCategory
from tenants.selectors import current_municipality


@dataclass(frozen=True, slots=True)
class LoanCase:
    """A loan with what its fee and its letters depend on.

    :ivar rules_branch_id: by whose rules and calendar it was made, most often the branch that lent
    :ivar birth_date: the patron's, on which the ladder depends
    :ivar due_at: when a loan by the hour ends
    :ivar guardian_id: the first of her guardians, who is liable while she's a child
    :ivar died_on: the day on which she was registered as deceased, from which on being late costs nothing more
    """

    loan_id: int
    patron_id: int
    branch_id: int
    rules_branch_id: int
    loaned_on: date
    renewed_at: datetime | None
    due_date: date
    notices_made: int
    item_id: int
    item_type_id: int
    barcode: str
    price: Decimal
    title: str
    category_id: int
    category_kind: str
    municipality_code: str
    birth_date: date | None
    guardian_id: int | None = None
    due_at: datetime | None = None
    died_on: date | None = None

    def is_late(self, on: date, at: datetime, book: RuleBook) -> bool:
        """Return whether its day is over, or its hour where any rule counts the hours of loans by the hour."""
        return is_late(self.due_date, self.due_at, on=on, at=at, book=book)

    def has_died(self, on: date) -> bool:
        """Return whether the patron was registered as deceased by a day."""
        return self.died_on is not None and self.died_on <= on

    @property
    def is_child_category(self) -> bool:
        """Whether the patron's category is for children."""
        return self.category_kind == PatronCategory.Kind.CHILD

    def rules(self, book: RuleBook, on: date | None = None) -> Resolved:
        """Return the values that hold for the loan: those of the branch by whose rules it was made.

        :param on: the local day, today's if it isn't given
        """
        return book.resolved(
            branch_id=self.rules_branch_id,
            category_id=self.category_id,
            item_type_id=self.item_type_id,
            residence=book.choices.residence_of(self.municipality_code),
            on=on,
        )


def case_of(loan: Loan, patron: Patron, *, category_kind: str) -> LoanCase:
    """Return the case of a loan whose item, title and patron are at hand, without a query."""
    return LoanCase(
        loan_id=loan.pk,
        patron_id=patron.pk,
        branch_id=loan.lending_branch_id,
        rules_branch_id=loan.rules_branch_id or loan.lending_branch_id,
        loaned_on=loan.loaned_on,
        renewed_at=loan.renewed_at,
        due_date=loan.due_date,
        notices_made=loan.notices_made,
        item_id=loan.item_id,
        item_type_id=loan.item.item_type_id,
        barcode=loan.item.barcode,
        price=loan.item.price,
        title=loan.item.record.title,
        category_id=patron.category_id,
        category_kind=category_kind,
        municipality_code=patron.municipality_code,
        birth_date=patron.birth_date,
        due_at=loan.due_at,
        died_on=_day_of_death(patron),
    )


def loan_cases(loan_ids: Iterable[int]) -> list[LoanCase]:
    """Return the cases of the loans that have a patron, in the order of their numbers."""
    day_of_death = TruncDate("patron__left_at", tzinfo=_zone())
    rows = (
        Loan.objects.filter(pk__in=list(loan_ids), patron__isnull=False)
        .order_by("pk")
        .values_list(
            "pk",
            "patron_id",
            "lending_branch_id",
            Coalesce("rules_branch_id", "lending_branch_id"),
            "loaned_on",
            "renewed_at",
            "due_date",
            "notices_made",
            "item_id",
            "item__item_type_id",
            "item__barcode",
            "item__price",
            "item__record__title",
            "patron__category_id",
            "patron__category__kind",
            "patron__municipality_code",
            "patron__birth_date",
            Subquery(first_guardian("patron")),
            "due_at",
            Case(When(patron__left_reason=Patron.LeftReason.DECEASED, then=day_of_death)),
        )
    )
    return [LoanCase(*row) for row in rows]


def _day_of_death(patron: Patron) -> date | None:
    if patron.left_at is None or patron.left_reason != Patron.LeftReason.DECEASED:
        return None
    return patron.left_at.astimezone(_zone()).date()


def _zone() -> ZoneInfo:
    return ZoneInfo(current_municipality().time_zone)


def liable_for(loan: LoanCase, *, on: date) -> int | None:
    """Return the guardian who is liable for a child's fees; None if it's the patron herself, or nobody is known."""
    pays_herself = is_liable(birth_date=loan.birth_date, is_child_category=loan.is_child_category, on=on)
    return None if pays_herself else loan.guardian_id


def group_of(loan: LoanCase, book: RuleBook, on: date) -> str:
    """Return what a loan has in common with those that cost one fee with it; empty if it has a fee of its own.

    Each loan by the hour whose hours cost has one, and another if it's late again after a renewal of the same day.
    """
    rules = loan.rules(book, on)
    renewed_on = loan.renewed_at.astimezone(zone_of(loan, book)).date() if loan.renewed_at else None
    if loan.due_at is not None and rules.value("fee_per_hour") is not None:
        return again_key(loan.loan_id, loan.due_at) if renewed_on == loan.due_date else ""
    return group_key(
        Grouping(rules.value("fee_grouping") or Grouping.ITEM),
        due_date=loan.due_date,
        loaned_on=loan.loaned_on,
        renewed_on=renewed_on,
    )


def zone_of(loan: LoanCase, book: RuleBook) -> ZoneInfo:
    """Return the time zone of the branch that lent."""
    return ZoneInfo(book.branches[loan.branch_id].time_zone)


def counts_hours(book: RuleBook) -> bool:
    """Return whether any rule says what the hours late of a loan by the hour cost, or how long they stop."""
    return any(book.rules.all_values(name) for name in ("fee_per_hour", "suspension_period_hours"))


def is_late(due_date: date, due_at: datetime | None, *, on: date, at: datetime, book: RuleBook) -> bool:
    """Return whether a loan is so late that it may cost: with its day over, or its hour where any rule counts hours.

    :param on: a day in the lending branch's time zone
    :param at: the moment for a loan by the hour, on that day
    """
    return due_date < on or (due_at is not None and due_at < at and counts_hours(book))


def late_until(branch_id: int, on: date, now: datetime, book: RuleBook) -> datetime:
    """Return until when hours late count on a day: of an earlier one nobody knows the hour, so until it began.

    :param branch_id: the lending branch, in whose time zone the day is
    """
    here = now.astimezone(ZoneInfo(book.branches[branch_id].time_zone))
    return here if on >= here.date() else datetime.combine(on, time(), here.tzinfo)


def hours_of(loan: LoanCase, at: datetime, book: RuleBook) -> tuple[datetime, datetime] | None:
    """Return when a loan by the hour ended and until when it's late, by the branch's clock; None for one by the day.

    Of somebody who has died, no hour counts after the day on which the library heard of it.
    """
    if loan.due_at is None:
        return None
    zone = zone_of(loan, book)
    until = at.astimezone(zone)
    if loan.died_on is not None:
        until = min(until, datetime.combine(loan.died_on + timedelta(days=1), time(), zone))
    return loan.due_at.astimezone(zone), until


def claim_of(loan: LoanCase, *, on: date, at: datetime, book: RuleBook) -> OverdueClaim:
    """Return what's right to have charged for a loan by a day, or by a moment of it if it's one by the hour.

    :raises circulation.rules.resolution.RuleMissing: if no rule says what being late costs
    """
    return claims_of([loan], on=on, at=at, book=book)[loan.loan_id]


def claims_of(loans: Sequence[LoanCase], *, on: date, at: datetime, book: RuleBook) -> dict[int, OverdueClaim]:
    """Return what's right to have charged for each loan by a day, the calendars read in one query for all.

    Of somebody who has died, no day counts after the one on which the library heard of it.

    :param at: the moment up to which the hours of loans by the hour count, where they do
    :raises circulation.rules.resolution.RuleMissing: if no rule says what being late costs
    """
    schemes = {loan.loan_id: scheme_of(loan.rules(book, on)) for loan in loans}
    counted = {loan.rules_branch_id for loan in loans if schemes[loan.loan_id].asks_calendar}
    if counted:
        book.refresh_calendars(counted)
    return {
        loan.loan_id: _claim(
            loan,
            schemes[loan.loan_id],
            min(on, loan.died_on) if loan.died_on else on,
            hours_of(loan, at, book),
            book.known_calendar(loan.rules_branch_id) if loan.rules_branch_id in counted else None,
        )
        for loan in loans
    }


def _claim(
    loan: LoanCase,
    scheme: FeeScheme,
    on: date,
    hours: tuple[datetime, datetime] | None,
    calendar: Calendar | None,
) -> OverdueClaim:
    return claim_on(
        scheme,
        due_date=loan.due_date,
        on=on,
        ladder=ladder_of(
            birth_date=loan.birth_date,
            is_child_category=loan.is_child_category,
            due_date=loan.due_date,
            child_until_age=scheme.child_until_age,
        ),
        price=loan.price,
        calendar=calendar,
        hours=hours,
    )
