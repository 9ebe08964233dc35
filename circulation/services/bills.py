"""Letters that claim what's owed of fees: which of them each lists, and on whose card it's written."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from circulation.models import Fee
from circulation.selectors.liability import who_pays, with_guardians
from circulation.services.fees.groups import covered_loans
from common.money import ZERO
from holdings.models import Branch
from notices.models import Notice
from notices.rules.recipients import is_minor
from notices.services.outbox import NoticeRequest
from patrons.models import Patron


def owed_fees() -> QuerySet[Fee]:
    """Return the query for fees of which something is owed, with what a letter needs of them; the oldest first."""
    owed = with_guardians(Fee.objects.filter(balance__gt=0)).order_by("pk")
    return owed.select_related("liable__category", "loan__item", "branch")


def loans_of(fee: Fee) -> set[int]:
    """Return the numbers of the loans that a fee is for: several where they cost one fee together."""
    return {*covered_loans(fee), *([fee.loan_id] if fee.loan_id else [])}


def loans_claimed_for(notice: Notice) -> set[int]:
    """Return the numbers of the loans that a letter claims money for.

    An invoice lists only what's still out when it's sent; what came back before costs its processing fee all the same.
    """
    return set(notice.about.get("invoiced", {}).get("loans", ())) or set(notice.about.get("loans", ()))


def by_card(fees: Iterable[Fee], *, on: date) -> dict[Patron, list[Fee]]:
    """Return the fees by whom their letter is about; the outbox writes a child's to the guardian.

    What somebody was charged who has come of age since is still her guardian's, who is written to about it herself; if
    nobody knows one, nobody is: the list of debts without a guardian shows it to staff.

    :param fees: as `owed_fees` reads them
    """
    owed = list(fees)
    payers = {fee.pk: who_pays(fee) for fee in owed}
    known = {fee.liable_id: fee.liable for fee in owed if fee.liable} | {fee.patron_id: fee.patron for fee in owed}
    unknown = {payer for payer in payers.values() if payer is not None} - set(known)
    if unknown:
        known |= Patron.objects.select_related("category").in_bulk(unknown)
    cards: dict[Patron, list[Fee]] = defaultdict(list)
    for fee in owed:
        card = fee.patron_id if is_minor(fee.patron, today=on) else payers[fee.pk]
        if card is not None:
            cards[known[card]].append(fee)
    return dict(cards)


def bill(kind: str, patron: Patron, fees: Sequence[Fee], *, key: str, channels: tuple[str, ...] = ()) -> NoticeRequest:
    """Return a letter about what's owed of fees.

    :param fees: of one card at least one, as `owed_fees` reads them
    :param key: makes it the only one
    :param channels: that the rules name for it
    """
    return NoticeRequest(
        patron=patron,
        branch=_branch_of(fees),
        kind=kind,
        key=key,
        context=bill_context(fees, patron.pk),
        about={"fees": [fee.pk for fee in fees], "loans": sorted(set().union(*map(loans_of, fees)))},
        channels=channels,
    )


def bill_context(fees: Sequence[Fee], patron_id: int) -> dict[str, Any]:
    """Return what a bill over fees says: its lines and their sum.

    :param fees: as `owed_fees` reads them
    :param patron_id: whom the bill is about
    """
    return {"items": _lines(fees, patron_id), "total": sum((fee.balance for fee in fees), ZERO)}


def _lines(fees: Sequence[Fee], patron_id: int) -> list[dict[str, Any]]:
    """One line for each loan with all that's owed for it, and one for each fee that belongs to none.

    What a grown child had on loan as a child isn't told the guardian who pays for it.
    """
    lines: dict[str, dict[str, Any]] = {}
    for fee in fees:
        line = lines.setdefault(
            f"loan:{fee.loan_id}" if fee.loan_id else f"fee:{fee.pk}",
            {
                "title": fee.description if fee.patron_id == patron_id else "",
                "barcode": fee.loan.item.barcode if fee.loan and fee.patron_id == patron_id else "",
                "due_date": fee.due_date or fee.created_at.astimezone(ZoneInfo(fee.branch.time_zone)).date(),
                "price": ZERO,
            },
        )
        line["price"] += fee.balance
    return list(lines.values())


def _branch_of(fees: Sequence[Fee]) -> Branch:
    """The branch that most of them are owed at writes the letter; among equals the one with the lowest number."""
    counted = Counter(fee.branch_id for fee in fees)
    return min((fee.branch for fee in fees), key=lambda branch: (-counted[branch.pk], branch.pk))
