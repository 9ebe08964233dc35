"""What stands beside the work at the desk: a patron with her numbers, stops and ready holds, in three queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from circulation.models import Hold
from circulation.rules.patron_stops import BlockFacts, PatronFacts, patron_stops
from circulation.rules.reasons import RuleReader
from circulation.selectors.desk_facts import loan_counts, patron_facts, patron_holds, read_facts
from circulation.selectors.holds import holds_with_record
from circulation.selectors.rule_books import rule_book
from common.errors import Reason
from holdings.models import Branch, ItemType
from patrons.models import Patron
from patrons.selectors import read_patron

# What's read of a patron, by the names of `desk_facts`.
PANEL_FACTS = (
    "version",
    "loans",
    "owed",
    "blocks",
    "cards",
    "patron_holds",
    "family_owed",
    "notes",
    "card",
    "family",
)


@dataclass(frozen=True)
class NoteLine:
    """A note about a patron as the desk sees it.

    :ivar stands_out: whether somebody still has to read it today
    """

    note_id: int
    text: str
    stands_out: bool
    written_by: str
    written_on: date


@dataclass(frozen=True)
class PatronPanel:
    """A patron as the desk sees her all the time.

    :ivar patron: with her `category` and `home_branch` at hand
    :ivar loans: her open loans as the limit at this branch counts them
    :ivar max_loans: that limit, None if there's none
    :ivar all_loans: her open loans everywhere
    :ivar has_loans: whether she has any, for use in the library too
    :ivar stops_at: the debt above which nothing is lent, None if there's no such limit
    :ivar stops: every reason why she may not borrow, blocks first among them
    :ivar type_blocks: blocks for one item type only, each with the type; the others are among `stops`
    :ivar branch_id: from where she's seen
    :ivar ready: her holds that lie ready, those at this branch first, each with its `shelf_number`
    :ivar holds: all of her holds, ready or not
    :ivar notes: what colleagues have written about her, what stands out first
    :ivar card: the number of her newest card that works, or nothing
    :ivar guardians: how many she has; `wards` likewise
    :ivar stopped: what was asked about her for the stops, blocks among it
    :ivar rules_version: of the rule book that she was seen by
    """

    patron: Patron
    branch_id: int
    loans: int
    max_loans: int | None
    all_loans: int
    has_loans: bool
    overdue: int
    owed: Decimal
    stops_at: Decimal | None
    stops: tuple[Reason, ...]
    type_blocks: tuple[tuple[ItemType, BlockFacts], ...]
    ready: tuple[Hold, ...]
    holds: int
    notes: tuple[NoteLine, ...]
    card: str
    guardians: int
    wards: int
    stopped: PatronFacts
    rules_version: str

    @property
    def ready_here(self) -> tuple[Hold, ...]:
        """The holds that lie ready at this branch."""
        return tuple(hold for hold in self.ready if hold.pickup_branch_id == self.branch_id)


def patron_panel(
    *,
    patron_id: int,
    branch: Branch,
    now: datetime,
    patron: Patron | None = None,
    facts: Mapping[str, Any] | None = None,
) -> PatronPanel | None:
    """Return a patron as seen from a branch, or None if she isn't there.

    :param patron: her row, if it has just been read anyway
    :param facts: the `PANEL_FACTS` of her, if they're known
    """
    patron = patron or read_patron(patron_id)
    if patron is None:
        return None
    zone = ZoneInfo(branch.time_zone)
    today = now.astimezone(zone).date()
    facts = facts or read_facts(*PANEL_FACTS, patron=patron.pk, today=today, now=now)
    book = rule_book(facts["version"])
    patron.category, patron.home_branch = book.categories[patron.category_id], book.branches[patron.home_branch_id]
    # Where the item's home decides, this branch stands in for it.
    branch_id = book.choices.branch_of_loan(
        desk_id=branch.pk, item_home_id=branch.pk, patron_home_id=patron.home_branch_id
    )
    guardians, wards = facts["family"]
    rules = RuleReader(book.resolved_for(patron, branch_id=branch_id, item_type_id=None, on=today))
    loans, holds = loan_counts(facts, book, branch_id=branch_id), patron_holds(facts)
    stopped = patron_facts(patron, facts)
    return PatronPanel(
        patron=patron,
        branch_id=branch.pk,
        loans=loans.counted_by(rules.rules.origin("max_loans")),
        max_loans=rules.value("max_loans"),
        all_loans=loans.everywhere,
        has_loans=bool(loans.everywhere or loans.on_site),
        overdue=stopped.overdue,
        owed=stopped.owed,
        stops_at=rules.value("block_at_debt"),
        stops=tuple(patron_stops(stopped, rules, today=today)),
        type_blocks=tuple(
            (book.item_types[block.item_type_id], block)
            for block in stopped.blocks
            if block.item_type_id in book.item_types
        ),
        ready=_ready_holds(patron, branch) if any(hold.state == Hold.State.READY for hold in holds) else (),
        holds=len(holds),
        notes=tuple(_note(row, today, zone) for row in facts["notes"] or ()),
        card=facts["card"] or "",
        guardians=guardians,
        wards=wards,
        stopped=stopped,
        rules_version=facts["version"],
    )


def _note(row: list[Any], today: date, zone: ZoneInfo) -> NoteLine:
    note_id, text, pops_up, written_by, written_at, read_at = row
    read_today = bool(read_at) and _day(read_at, zone) >= today
    return NoteLine(note_id, text, pops_up and not read_today, written_by, _day(written_at, zone))


def _day(moment: str, zone: ZoneInfo) -> date:
    return datetime.fromisoformat(moment).astimezone(zone).date()


def _ready_holds(patron: Patron, branch: Branch) -> tuple[Hold, ...]:
    holds = holds_with_record().filter(patron=patron, state=Hold.State.READY).order_by("shelf_number")
    return tuple(sorted(holds, key=lambda hold: hold.pickup_branch_id != branch.pk))
