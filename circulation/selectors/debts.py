"""Reads what's to be handed over to the debtor system, and what has been."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import F, Q
from django.utils import timezone

from circulation.models import DebtBatch, DebtClaim, Fee
from circulation.selectors.liability import who_pays, with_guardians
from circulation.selectors.rule_books import RuleBook, rule_book
from common.money import ZERO
from patrons.models import Patron


@dataclass(frozen=True)
class Debt:
    """A fee that's ripe for the debtor system.

    :ivar liable_id: who's to pay; None for a child whose guardian nobody knows, who is never billed herself
    """

    fee: Fee
    liable_id: int | None

    @property
    def since(self) -> date:
        """The day since which it's owed."""
        return self.fee.due_date or timezone.localdate(self.fee.created_at)


@dataclass(frozen=True)
class HandOver:
    """What would be handed over on a day.

    :ivar debts: by who's liable, then oldest first
    :ivar without_guardian: debts of children that can't be handed over to anybody
    :ivar changed: claims of which something has happened that the debtor system doesn't know
    """

    debts: tuple[Debt, ...]
    without_guardian: tuple[Debt, ...]
    changed: tuple[DebtClaim, ...]

    @property
    def total(self) -> Decimal:
        """What's owed of the debts in all."""
        return sum((debt.fee.balance for debt in self.debts), ZERO)

    @property
    def people(self) -> int:
        """How many are liable for them."""
        return len({debt.liable_id for debt in self.debts})


def to_hand_over(on: date) -> HandOver:
    """Return what's ripe on a day by the rules: so many days late, and enough of it for each who's liable."""
    book = rule_book()
    ripe = [debt for debt in _unpaid(on) if _is_ripe(debt.fee, book, on)]
    billed = [debt for debt in ripe if debt.liable_id is not None]
    enough = _with_enough(billed, book, on)
    return HandOver(
        debts=tuple(sorted(enough, key=lambda debt: (debt.liable_id or 0, debt.fee.pk))),
        without_guardian=tuple(debt for debt in ripe if debt.liable_id is None),
        changed=tuple(untold_claims()),
    )


def without_national_id(found: HandOver) -> list[Patron]:
    """Return whose lines a batch would have without a national identity number, by name."""
    named = {debt.liable_id for debt in found.debts if debt.liable_id} | {claim.liable_id for claim in found.changed}
    unnumbered = Patron.objects.filter(pk__in=named, national_id_encrypted=None)
    return list(unnumbered.order_by("family_name", "given_name", "pk"))


def untold_claims() -> Iterable[DebtClaim]:
    """Return the claims of which the debtor system doesn't know the newest, the oldest first."""
    return DebtClaim.objects.exclude(told=F("outstanding")).select_related("fee", "liable").order_by("pk")


def batches() -> list[DebtBatch]:
    """Return the newest batches with who made them."""
    return list(DebtBatch.objects.select_related("made_by")[:50])


def get_batch(pk: int) -> DebtBatch | None:
    """Return a batch, or None."""
    return DebtBatch.objects.select_related("made_by").filter(pk=pk).first()


def get_claim(pk: int) -> DebtClaim | None:
    """Return a claim with its fee and who's liable, or None."""
    return DebtClaim.objects.select_related("fee__patron", "liable", "batch").filter(pk=pk).first()


def claims(
    state: str = "", *, number: str = "", before: int | None = None, batch: int | None = None
) -> list[DebtClaim]:
    """Return the newest claims.

    :param state: only those in this state; empty for all
    :param number: only the one with this number, ours or the debtor system's; empty for all
    :param before: only those with a lower number, for the next page
    """
    found = DebtClaim.objects.select_related("fee__patron", "liable").order_by("-pk")
    if state:
        found = found.filter(state=state)
    if number:
        ours = Q(pk=int(number)) if number.isascii() and number.isdecimal() and len(number) < 18 else Q()
        found = found.filter(ours | Q(reference__iexact=number))
    if before is not None:
        found = found.filter(pk__lt=before)
    if batch is not None:
        found = found.filter(batch=batch)
    return list(found[:100])


def claim_states() -> list[tuple[str, str]]:
    """Return the states that a claim can be in, each with its word."""
    return [(state.value, str(state.label)) for state in DebtClaim.State]


def _unpaid(on: date) -> Iterable[Debt]:
    """Every unpaid fee that's neither handed over nor kept back, with who's liable; not one said to be returned."""
    unpaid = (
        with_guardians(Fee.objects.all())
        .filter(Q(loan__isnull=True) | Q(loan__claim=""), balance__gt=0)
        .exclude(claims__state__in=DebtClaim.OPEN)
        .exclude(pk__in=DebtClaim.objects.exclude(kept_back="").values("fee"))
        .select_related("loan__item")
        .order_by("pk")
    )
    for fee in unpaid.filter(Q(due_date__lt=on) | Q(due_date__isnull=True)).iterator(chunk_size=1000):
        yield Debt(fee, who_pays(fee))


def _is_ripe(fee: Fee, book: RuleBook, on: date) -> bool:
    days = _value(fee, "hand_over_days", book, on)
    if days is None or fee.branch_id not in book.branches:
        return False
    since = fee.due_date
    if since is None:
        since = fee.created_at.astimezone(ZoneInfo(book.branches[fee.branch_id].time_zone)).date()
    return (on - since).days >= days


def _with_enough(debts: Iterable[Debt], book: RuleBook, on: date) -> list[Debt]:
    """Leave out those who owe less than the rules hand over."""
    by_person: dict[int | None, list[Debt]] = defaultdict(list)
    for debt in debts:
        by_person[debt.liable_id].append(debt)
    enough = []
    for owed in by_person.values():
        least = _value(owed[0].fee, "hand_over_minimum", book, on) or ZERO
        if sum((debt.fee.balance for debt in owed), ZERO) >= least:
            enough += owed
    return enough


def _value(fee: Fee, name: str, book: RuleBook, on: date) -> Decimal | int | None:
    rules = book.resolved_for(fee.patron, branch_id=fee.branch_id, item_type_id=None, on=on)
    return rules.value(name)
