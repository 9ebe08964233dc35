"""What fees and notices need to know of loans, read in one query for many of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models.functions import Coalesce

from circulation.models import Loan
from circulation.rules.fees import OverdueClaim, days_late, fee_steps, ladder_of, overdue_claim
from circulation.rules.resolution import Resolved
from circulation.selectors.rule_books import RuleBook
from patrons.models import Patron, PatronCategory


@dataclass(frozen=True, slots=True)
class LoanCase:
    """A loan with what its fee and its letters depend on.

    :ivar rules_branch_id: by whose rules and calendar it was made, most often the branch that lent
    :ivar birth_date: the patron's, on which the ladder depends
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
    )


def loan_cases(loan_ids: Iterable[int]) -> list[LoanCase]:
    """Return the cases of the loans that have a patron, in the order of their numbers."""
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
        )
    )
    return [LoanCase(*row) for row in rows]


def claim_of(loan: LoanCase, *, on: date, book: RuleBook) -> OverdueClaim:
    """Return what's right to have charged for a loan by a day.

    :raises circulation.rules.resolution.RuleMissing: if no rule says what being late costs
    """
    resolved = loan.rules(book, on)
    return overdue_claim(
        steps=fee_steps(resolved.value("fee_steps")),
        late=days_late(loan.due_date, on),
        ladder=ladder_of(
            birth_date=loan.birth_date,
            is_child_category=loan.is_child_category,
            due_date=loan.due_date,
            child_until_age=resolved.value("child_until_age"),
        ),
        cap=resolved.value("fee_cap"),
    )
