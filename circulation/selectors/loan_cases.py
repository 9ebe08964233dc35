"""What fees and notices need to know of loans, read in one query for many of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Case, Subquery, When
from django.db.models.functions import Coalesce, TruncDate

from circulation.models import Loan
from circulation.rules.fee_groups import group_key
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
    """Return what a loan has in common with those that cost one fee with it; empty if it has a fee of its own."""
    return group_key(
        Grouping(loan.rules(book, on).value("fee_grouping") or Grouping.ITEM),
        due_date=loan.due_date,
        loaned_on=loan.loaned_on,
        renewed_on=loan.renewed_at.astimezone(ZoneInfo(book.branches[loan.branch_id].time_zone)).date()
        if loan.renewed_at
        else None,
    )


def claim_of(loan: LoanCase, *, on: date, book: RuleBook) -> OverdueClaim:
    """Return what's right to have charged for a loan by a day.

    :raises circulation.rules.resolution.RuleMissing: if no rule says what being late costs
    """
    return claims_of([loan], on=on, book=book)[loan.loan_id]


def claims_of(loans: Sequence[LoanCase], *, on: date, book: RuleBook) -> dict[int, OverdueClaim]:
    """Return what's right to have charged for each loan by a day, the calendars read in one query for all.

    Of somebody who has died, no day counts after the one on which the library heard of it.

    :raises circulation.rules.resolution.RuleMissing: if no rule says what being late costs
    """
    schemes = {loan.loan_id: scheme_of(loan.rules(book, on)) for loan in loans}
    counted = {loan.rules_branch_id for loan in loans if schemes[loan.loan_id].open_days_only}
    if counted:
        book.refresh_calendars(counted)
    return {
        loan.loan_id: _claim(
            loan,
            schemes[loan.loan_id],
            min(on, loan.died_on) if loan.died_on else on,
            book.known_calendar(loan.rules_branch_id) if loan.rules_branch_id in counted else None,
        )
        for loan in loans
    }


def _claim(loan: LoanCase, scheme: FeeScheme, on: date, calendar: Calendar | None) -> OverdueClaim:
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
    )
