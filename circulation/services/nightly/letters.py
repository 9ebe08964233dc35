"""The night's messages about loans: one for each patron and kind, about all her loans that have come to that step."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from circulation.models import Fee, Loan
from circulation.selectors.loan_cases import LoanCase
from circulation.selectors.rule_books import RuleBook
from circulation.services.bills import loans_of
from circulation.services.fees.invoice import Claim
from common.money import ZERO
from notices.models import NoticeKind
from notices.services.outbox import NoticeRequest, invoice_context, make_notices
from patrons.models import Patron


@dataclass(frozen=True)
class Letter:
    """One message: a patron, its kind, the loans that it lists, and the channels that the rules name for it."""

    patron_id: int
    kind: str
    loans: tuple[LoanCase, ...]
    channels: tuple[str, ...] = ()

    def key(self, on: date) -> str:
        """Return what makes it the only one of its kind to this patron that night."""
        return f"{self.kind}:{self.patron_id}:{on.isoformat()}"


def letters_for(steps: Iterable[tuple[LoanCase, str]]) -> list[Letter]:
    """Merge loans and the kinds of message due for them into letters, the patrons in order."""
    return ladder_letters((loan, kind, ()) for loan, kind in steps)


def ladder_letters(steps: Iterable[tuple[LoanCase, str, tuple[str, ...]]]) -> list[Letter]:
    """Merge loans, the kinds of message due for them and the channels named for these into letters.

    One letter stays one, as a fee for several of its loans is one: it goes by the channels named for most of them.
    """
    merged: dict[tuple[int, str], list[tuple[LoanCase, tuple[str, ...]]]] = defaultdict(list)
    for loan, kind, channels in steps:
        merged[loan.patron_id, kind].append((loan, channels))
    letters = []
    for (patron_id, kind), lines in sorted(merged.items()):
        lines.sort(key=lambda line: (line[0].due_date, line[0].loan_id))
        # Among equals those of the loan that's due first.
        [(channels, _count)] = Counter(channels for _loan, channels in lines).most_common(1)
        letters.append(Letter(patron_id, kind, tuple(loan for loan, _channels in lines), channels))
    return letters


def write_letters(
    letters: Sequence[Letter], *, on: date, now: datetime, book: RuleBook, claims: Mapping[int, Claim] | None = None
) -> list[Letter]:
    """Put the letters into the outbox and return those that are new.

    :param claims: of the loans that are invoiced
    """
    patrons = Patron.objects.select_related("category").in_bulk([letter.patron_id for letter in letters])
    fees = _overdue_fees(patrons)
    made = make_notices(
        [
            _request(letter, patrons[letter.patron_id], _owed(letter, fees), claims or {}, on=on, book=book)
            for letter in letters
        ],
        now=now,
    )
    return [letter for letter in letters if letter.key(on) in made]


def _request(
    letter: Letter,
    patron: Patron,
    owed: Decimal,
    claims: Mapping[int, Claim],
    *,
    on: date,
    book: RuleBook,
) -> NoticeRequest:
    return NoticeRequest(
        patron=patron,
        branch=book.branches[_branch_of(letter.loans)],
        kind=letter.kind,
        key=letter.key(on),
        context=_context(letter, owed, claims, book, on),
        about=_about(letter),
        channels=letter.channels,
    )


def _about(letter: Letter) -> dict[str, Any]:
    loans = [loan.loan_id for loan in letter.loans]
    about = {"loans": loans, "due_dates": [loan.due_date.isoformat() for loan in letter.loans]}
    if letter.kind == NoticeKind.INVOICE:
        # Stays whole when what comes back is taken out of the list.
        return {**about, "invoiced": {"loans": loans}}
    return about


def _context(letter: Letter, owed: Decimal, claims: Mapping[int, Claim], book: RuleBook, on: date) -> dict[str, Any]:
    items = [
        {
            "title": loan.title,
            "barcode": loan.barcode,
            # What's overdue and called back is to be brought at once.
            "due_date": on if letter.kind == NoticeKind.RECALL else _due(loan, book),
            "price": claims[loan.loan_id].replacement if loan.loan_id in claims else ZERO,
        }
        for loan in letter.loans
    ]
    if letter.kind == NoticeKind.INVOICE:
        processing = sum((claims[loan.loan_id].processing for loan in letter.loans), ZERO)
        return invoice_context(items, processing=processing, fees=owed)
    return {"items": items, "fees": owed}


def _due(loan: LoanCase, book: RuleBook) -> date:
    """The day, or for a loan by the hour the moment by the clock of the branch that lent."""
    return loan.due_at.astimezone(ZoneInfo(book.branches[loan.branch_id].time_zone)) if loan.due_at else loan.due_date


def _branch_of(loans: Sequence[LoanCase]) -> int:
    """The branch that lent most of them writes the letter; among equals the one with the lowest number."""
    counted = Counter(loan.branch_id for loan in loans)
    return min(counted, key=lambda branch_id: (-counted[branch_id], branch_id))


def _overdue_fees(patron_ids: Iterable[int]) -> dict[int, list[Fee]]:
    owed: dict[int, list[Fee]] = defaultdict(list)
    fees = Fee.objects.filter(patron__in=list(patron_ids), kind=Fee.Kind.OVERDUE, balance__gt=0)
    for fee in fees.only("patron_id", "loan_id", "covers", "balance").order_by("pk"):
        owed[fee.patron_id].append(fee)
    return owed


def _owed(letter: Letter, fees: Mapping[int, Sequence[Fee]]) -> Decimal:
    """What's owed of the fees for the letter's loans: one fee for several of them counts once."""
    named = {loan.loan_id for loan in letter.loans}
    return sum((fee.balance for fee in fees.get(letter.patron_id, ()) if named & loans_of(fee)), ZERO)


def patrons_after(loans: Any, after: int | None, size: int) -> list[int]:
    """Return the patrons of the loans that fit, in the order of their numbers, from one patron on.

    :param loans: a query over open loans
    """
    if after is not None:
        loans = loans.filter(patron__gt=after)
    return list(loans.order_by("patron_id").values_list("patron_id", flat=True).distinct()[:size])


def open_loans() -> Any:
    """Return the loans that the night writes about: open, not said to be returned, and not of somebody who has died."""
    loans = Loan.objects.filter(returned_at__isnull=True, claim="")
    return loans.exclude(patron__left_reason=Patron.LeftReason.DECEASED)
