"""The facts that a desk action is decided by, however many, in one statement.

Each fact is a part of SQL; an action names those that it needs. They're read after the item and the patron are locked,
in a statement of its own, so that it sees what the action before has committed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from string import Template
from typing import Any

from circulation.rules.check_out import HoldFacts
from circulation.rules.hold_requests import Supply
from circulation.rules.holds import ItemToFill, Waiting
from circulation.rules.loan_limits import LoanCounts, WiderType
from circulation.rules.patron_stops import BlockFacts, PatronFacts
from circulation.selectors.hold_sql import for_volume, queued
from circulation.selectors.rule_books import CALENDAR_VERSION_SQL, VERSION_SQL, RuleBook
from common.prepared_statements import one_row
from patrons.models import Patron

_HOLD = """json_build_array(h.id, h.patron_id, h.state, h.pickup_branch_id, h.item_id, h.trapped_item_id,
    h.shelf_number, h.record_id, h.volume, h.edition_ids, h."group",
    h.number)"""
_ACTIVE = "h.state IN ('QUEUED', 'IN_TRANSIT', 'READY')"
_QUEUED = queued("%(record)s::bigint")
_FOR_VOLUME = for_volume("(SELECT i.volume FROM holdings_item i WHERE i.id = %(item)s)")
# Another volume, or another issue of a periodical, isn't the same thing twice.
_OF_VOLUME = """lower(trim(i.volume)) = (SELECT lower(trim(this.volume)) FROM holdings_item this
        WHERE this.id = %(item)s)"""
_WAITING = """json_build_array(h.id, h.patron_id, h.pickup_branch_id, h.item_id, p.category_id, p.home_branch_id,
            h.volume, p.municipality_code)"""
_QUEUE_ORDER = "h.priority DESC, coalesce(h.queued_at, h.requested_at), h.id"
_ITEM_TO_FILL = """json_build_array(i.id, i.item_type_id, i.home_branch_id, i.current_branch_id, i.volume,
            i.fills_own_branch_only, i.acquired_on)"""

# A loan by the hour is late at once, one by the day when its day is over. Without a moment, the day decides for both.
_LATE = "(l.due_date < %(today)s OR l.due_at < %(now)s::timestamptz)"

# Parameters: item, record, records (any editions that would do), patron, branch, today, now, zone, scan.
_PARTS = {
    "version": VERSION_SQL,
    "calendar_version": CALENDAR_VERSION_SQL,
    "scan": """(SELECT json_build_array(a.id, a.action, a.facts) FROM accounts_auditentry a
        WHERE a.scan_id = %(scan)s)""",
    "loan": """(SELECT json_build_array(l.id, l.patron_id, l.due_date, greatest(l.loaned_at, l.renewed_at),
            l.due_at AT TIME ZONE b.time_zone)
        FROM circulation_loan l JOIN holdings_branch b ON b.id = l.lending_branch_id
        WHERE l.item_id = %(item)s AND l.returned_at IS NULL)""",
    "transit": """(SELECT json_build_array(t.id, t.from_branch_id, t.to_branch_id, t.purpose, t.hold_id)
        FROM circulation_transit t
        WHERE t.item_id = %(item)s AND t.received_at IS NULL AND t.cancelled_at IS NULL)""",
    # Where the item's collection is at present.
    "rotation": """(SELECT s.branch_id FROM circulation_rotatingitem r
        JOIN circulation_rotationstop s ON s.collection_id = r.collection_id
         AND s.sent_at IS NOT NULL AND s.left_at IS NULL
        WHERE r.item_id = %(item)s)""",
    # How many items are kept in this one, and the barcode of the one in which it's kept.
    "bundle": """(SELECT json_build_array((SELECT count(*) FROM holdings_item c WHERE c.bundle_id = i.id), b.barcode)
        FROM holdings_item i LEFT JOIN holdings_item b ON b.id = i.bundle_id WHERE i.id = %(item)s)""",
    "same_title": """(SELECT count(*) FROM circulation_loan l JOIN holdings_item i ON i.id = l.item_id
        WHERE l.patron_id = %(patron)s AND l.returned_at IS NULL AND i.record_id = %(record)s
          AND i.id <> %(item)s AND $of_volume)""",
    # Those too of which only the number is remembered.
    "claims": """((SELECT count(*) FROM circulation_loan l WHERE l.patron_id = %(patron)s AND l.claim <> '')
        + coalesce((SELECT p.forgotten_claims FROM patrons_patron p WHERE p.id = %(patron)s), 0))""",
    "trapped": """(SELECT $hold FROM circulation_hold h
        WHERE h.trapped_item_id = %(item)s AND h.state IN ('IN_TRANSIT', 'READY'))""",
    "patron_holds": """(SELECT json_agg($hold) FROM circulation_hold h
        WHERE h.patron_id = %(patron)s AND $active)""",
    # Whether any loan was called back for one of them.
    "recalled_for_her": """(SELECT EXISTS (SELECT FROM circulation_hold h
        JOIN circulation_loan l ON l.recalled_for_id = h.id AND l.returned_at IS NULL
        WHERE h.patron_id = %(patron)s AND $active))""",
    "waiting": """(SELECT count(*) FROM circulation_hold h
        WHERE $queued AND h.patron_id <> %(patron)s AND (h.item_id IS NULL OR h.item_id = %(item)s) AND $for_volume)""",
    "others_queue": """(SELECT json_agg($waiting ORDER BY $queue_order)
        FROM circulation_hold h JOIN patrons_patron p ON p.id = h.patron_id
        WHERE $queued AND h.patron_id <> %(patron)s AND (h.item_id IS NULL OR h.item_id = %(item)s)
          AND $for_volume)""",
    "on_shelf": """(SELECT json_agg($item_to_fill ORDER BY i.id) FROM holdings_item i
        WHERE i.record_id = %(record)s AND i.status = 'AVAILABLE' AND NOT i.is_damaged AND i.bundle_id IS NULL)""",
    "holds_today": """(SELECT count(*) FROM circulation_hold h
        WHERE h.patron_id = %(patron)s AND h.state <> 'CANCELLED'
          AND (h.requested_at AT TIME ZONE %(zone)s::text)::date = %(today)s)""",
    "holds_of_type": """(SELECT json_agg(json_build_array(c.type, c.holds)) FROM (
            SELECT t.item_type_id AS type, count(*) AS holds FROM circulation_hold h
              JOIN LATERAL (SELECT DISTINCT i.item_type_id FROM holdings_item i
                             WHERE i.record_id = h.record_id AND (h.item_id IS NULL OR i.id = h.item_id)) t ON true
             WHERE h.patron_id = %(patron)s AND $active GROUP BY t.item_type_id) c)""",
    # By the branch whose rules they follow, their type, and whether they're for use in the library only.
    "loans": """(SELECT json_agg(json_build_array(c.branch, c.type, c.on_site, c.loans, c.overdue, c.lost)) FROM (
            SELECT coalesce(l.rules_branch_id, l.lending_branch_id) AS branch, i.item_type_id AS type,
                   l.is_on_site AS on_site, count(*) AS loans, count(*) FILTER (WHERE $late) AS overdue,
                   count(*) FILTER (WHERE i.status = 'LOST') AS lost
              FROM circulation_loan l JOIN holdings_item i ON i.id = l.item_id
             WHERE l.patron_id = %(patron)s AND l.returned_at IS NULL
             GROUP BY 1, 2, 3) c)""",
    "overdue": """(SELECT count(*) FROM circulation_loan l
        WHERE l.patron_id = %(patron)s AND l.returned_at IS NULL AND $late)""",
    "lost": """(SELECT count(*) FROM circulation_loan l JOIN holdings_item i ON i.id = l.item_id
        WHERE l.patron_id = %(patron)s AND l.returned_at IS NULL AND i.status = 'LOST')""",
    # Hers, her children's, her guardians' and their other children's.
    "family_owed": """(SELECT coalesce(sum(f.balance), 0) FROM circulation_fee f
        WHERE f.balance > 0 AND f.patron_id IN (
            SELECT %(patron)s::bigint
            UNION SELECT g.child_id FROM patrons_guardianship g WHERE g.guardian_id = %(patron)s
            UNION SELECT g.guardian_id FROM patrons_guardianship g WHERE g.child_id = %(patron)s
            UNION SELECT s.child_id FROM patrons_guardianship g JOIN patrons_guardianship s
                ON s.guardian_id = g.guardian_id WHERE g.child_id = %(patron)s))""",
    # The items of the title that can be lent, the one at hand among them.
    "lendable": """(SELECT count(*) FROM holdings_item i
        WHERE i.record_id = %(record)s AND NOT i.is_damaged AND i.bundle_id IS NULL
          AND i.status NOT IN ('REFERENCE_ONLY', 'ON_ORDER', 'IN_PROCESS', 'MISSING', 'LOST', 'WITHDRAWN'))""",
    # What she owes on her card, less the credit that she has.
    "owed": """(SELECT greatest(0, coalesce(sum(f.balance), 0)) FROM (
            SELECT f.balance FROM circulation_fee f WHERE f.patron_id = %(patron)s AND f.balance > 0
             UNION ALL
            SELECT f.balance FROM circulation_fee f WHERE f.patron_id = %(patron)s AND f.kind = 'CREDIT') f)""",
    "blocks": """(SELECT json_agg(json_build_array(b.id, b.reason, b.until, b.item_type_id) ORDER BY b.id)
        FROM patrons_block b
        WHERE b.patron_id = %(patron)s AND b.lifted_at IS NULL AND (b.until IS NULL OR b.until >= %(today)s))""",
    "cards": """(SELECT json_build_array(count(*), count(*) FILTER (WHERE c.is_active)) FROM patrons_card c
        WHERE c.patron_id = %(patron)s)""",
    # The number of the newest card that works.
    "card": """(SELECT c.number::text FROM patrons_card c WHERE c.patron_id = %(patron)s AND c.is_active
        ORDER BY c.issued_at DESC, c.id DESC LIMIT 1)""",
    # How many guardians and how many wards she has.
    "family": """(SELECT json_build_array(count(*) FILTER (WHERE g.child_id = %(patron)s),
            count(*) FILTER (WHERE g.guardian_id = %(patron)s)) FROM patrons_guardianship g
        WHERE g.child_id = %(patron)s OR g.guardian_id = %(patron)s)""",
    "notes": """(SELECT json_agg(json_build_array(n.id, n.text, n.pops_up, n.written_by, n.written_at, n.read_at)
            ORDER BY n.pops_up DESC, n.id DESC)
        FROM patrons_patronnote n
        WHERE n.patron_id = %(patron)s AND n.ended_at IS NULL AND (n.until IS NULL OR n.until >= %(today)s))""",
    "owed_on_loan": """(SELECT coalesce(sum(f.balance), 0) FROM circulation_fee f
        JOIN circulation_loan l ON l.id = f.loan_id
        WHERE l.item_id = %(item)s AND l.returned_at IS NULL AND f.balance > 0)""",
    "open_loan_of_record": """(SELECT l.id FROM circulation_loan l JOIN holdings_item i ON i.id = l.item_id
        WHERE l.patron_id = %(patron)s AND l.returned_at IS NULL AND i.record_id = %(record)s
          AND (%(item)s::bigint IS NULL OR i.id = %(item)s) LIMIT 1)""",
    "supplies": """(SELECT json_agg(json_build_array($item_to_fill, i.status = 'AVAILABLE') ORDER BY i.id)
        FROM holdings_item i
        WHERE i.record_id = ANY(%(records)s::bigint[]) AND NOT i.is_damaged AND i.bundle_id IS NULL
          AND i.status NOT IN ('REFERENCE_ONLY', 'MISSING', 'LOST', 'WITHDRAWN')
          AND (%(item)s::bigint IS NULL OR i.id = %(item)s))""",
    "queue": """(SELECT json_agg($waiting ORDER BY $queue_order)
        FROM circulation_hold h JOIN patrons_patron p ON p.id = h.patron_id
        WHERE $queued AND (h.item_id IS NULL OR h.item_id = %(item)s))""",
}


@dataclass(frozen=True)
class ScanFacts:
    """What an earlier action under the same scan id did."""

    entry_id: int
    action: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class LoanFacts:
    """The open loan of the item at hand.

    :ivar touched_at: when it was made, or renewed for the last time
    :ivar due_at: when a loan by the hour ends, by the clock of the branch that lent
    """

    loan_id: int
    patron_id: int
    due_date: date
    touched_at: datetime
    due_at: datetime | None = None

    @property
    def due(self) -> date:
        """When it's due: the moment of a loan by the hour, the day of another."""
        return self.due_at or self.due_date


@dataclass(frozen=True)
class BundleFacts:
    """What's kept in the item at hand, and what it's kept in.

    :ivar contents: how many items are in it
    :ivar barcode: of the item in which it's kept itself, None if in none
    """

    contents: int
    barcode: str | None


@dataclass(frozen=True)
class TransitFacts:
    """The open transit of the item at hand."""

    transit_id: int
    from_branch_id: int
    to_branch_id: int
    purpose: str
    hold_id: int | None


def read_facts(*names: str, **parameters: Any) -> dict[str, Any]:
    """Return the named facts, read in one statement."""
    return dict(zip(names, one_row(_statement(names), {"now": None} | parameters) or (), strict=True))


def with_loan(facts: Mapping[str, Any], *, branch_id: int, item_type_id: int, on_site: bool) -> dict[str, Any]:
    """Return the facts as they are after one more loan, which isn't late, by this branch's rules; needs `loans`."""
    return {**facts, "loans": [*(facts["loans"] or ()), [branch_id, item_type_id, on_site, 1, 0, 0]]}


def scan_facts(facts: Mapping[str, Any]) -> ScanFacts | None:
    """Return the earlier action with this scan id, or None."""
    return ScanFacts(*facts["scan"]) if facts["scan"] else None


def open_loan(facts: Mapping[str, Any]) -> LoanFacts | None:
    """Return the item's open loan, or None."""
    if not facts["loan"]:
        return None
    loan_id, patron_id, due_date, touched_at, due_at = facts["loan"]
    return LoanFacts(
        loan_id,
        patron_id,
        date.fromisoformat(due_date),
        datetime.fromisoformat(touched_at),
        datetime.fromisoformat(due_at) if due_at else None,
    )


def open_transit(facts: Mapping[str, Any]) -> TransitFacts | None:
    """Return the item's open transit, or None."""
    return TransitFacts(*facts["transit"]) if facts["transit"] else None


def bundle_of(facts: Mapping[str, Any]) -> BundleFacts:
    """Return what's kept in the item, and what it's kept in."""
    return BundleFacts(*facts["bundle"])


def trapped_hold(facts: Mapping[str, Any]) -> HoldFacts | None:
    """Return the hold for which the item lies ready or travels, or None."""
    return HoldFacts(*facts["trapped"]) if facts["trapped"] else None


def patron_holds(facts: Mapping[str, Any]) -> tuple[HoldFacts, ...]:
    """Return the patron's holds that aren't over, on whatever title."""
    return tuple(HoldFacts(*hold) for hold in facts["patron_holds"] or ())


def queue_of(facts: Mapping[str, Any], name: str = "queue") -> tuple[Waiting, ...]:
    """Return the holds in the queue in their order; needs `queue`, or the other fact that's named."""
    return tuple(Waiting(*waiting) for waiting in facts[name] or ())


def items_on_shelf(facts: Mapping[str, Any]) -> tuple[ItemToFill, ...]:
    """Return the title's items that stand on shelves; needs `on_shelf`."""
    return tuple(_item_to_fill(item) for item in facts["on_shelf"] or ())


def supplies_of(facts: Mapping[str, Any]) -> tuple[Supply, ...]:
    """Return the items that could fill a hold some day; needs `supplies`."""
    return tuple(Supply(_item_to_fill(item), is_on_shelf) for item, is_on_shelf in facts["supplies"] or ())


def patron_facts(patron: Patron, facts: Mapping[str, Any]) -> PatronFacts:
    """Return the patron as far as stops care; needs `blocks`, `cards`, `owed`, and `overdue` or `loans`.

    `lost` (unless there are `loans`) and `family_owed` are for what a stop may ask of lost items and of the family.
    """
    cards, working_cards = facts["cards"]
    return PatronFacts(
        patron_id=patron.pk,
        expires_on=patron.expires_on,
        has_left=patron.left_at is not None,
        has_card=cards > 0,
        has_working_card=working_cards > 0,
        blocks=tuple(
            BlockFacts(block_id, reason, date.fromisoformat(until) if until else None, item_type_id)
            for block_id, reason, until, item_type_id in facts["blocks"] or ()
        ),
        owed=Decimal(facts["owed"]),
        overdue=sum(row[4] for row in facts["loans"] or ()) if "loans" in facts else facts["overdue"],
        lost=sum(row[5] for row in facts["loans"] or ()) if "loans" in facts else facts.get("lost", 0),
        family_owed=Decimal(facts.get("family_owed", 0)),
    )


def loan_counts(
    facts: Mapping[str, Any], book: RuleBook, *, branch_id: int, item_type_ids: Collection[int] | None = None
) -> LoanCounts:
    """Return the patron's open loans as seen from a branch's rules: all of them, or those of some item types."""
    group = book.group_of(branch_id)
    rows = [row for row in facts["loans"] or () if item_type_ids is None or row[1] in item_type_ids]
    counts = [(of_branch_id, loans) for of_branch_id, _type, on_site, loans, *_late in rows if not on_site]
    return LoanCounts(
        everywhere=sum(loans for _, loans in counts),
        at_branch=sum(loans for of_branch_id, loans in counts if of_branch_id == branch_id),
        in_group=sum(loans for of_branch_id, loans in counts if of_branch_id in group),
        on_site=sum(loans for _branch, _type, on_site, loans, *_late in rows if on_site),
    )


def wider_types(
    facts: Mapping[str, Any], book: RuleBook, patron: Patron, *, branch_id: int, item_type_id: int, on: date
) -> list[WiderType]:
    """Return what an item's type is a kind of, the nearest first, each with the patron's loans of all its kinds."""
    return [
        WiderType(
            code=book.item_types[wider_id].code,
            loans=loan_counts(facts, book, branch_id=branch_id, item_type_ids=book.kinds_of(wider_id)),
            rules=book.resolved_for(patron, branch_id=branch_id, item_type_id=wider_id, on=on),
        )
        for wider_id in book.wider_types(item_type_id)
    ]


def _item_to_fill(row: list[Any]) -> ItemToFill:
    item_id, item_type_id, home_id, at_id, volume, own_only, acquired_on = row
    acquired = date.fromisoformat(acquired_on) if acquired_on else None
    return ItemToFill(item_id, item_type_id, home_id, at_id, volume, own_only, acquired)


@cache
def _statement(names: tuple[str, ...]) -> str:
    parts = Template(",\n".join(_PARTS[name] for name in names))
    return "SELECT " + parts.substitute(
        hold=_HOLD,
        active=_ACTIVE,
        queued=_QUEUED,
        for_volume=_FOR_VOLUME,
        of_volume=_OF_VOLUME,
        waiting=_WAITING,
        queue_order=_QUEUE_ORDER,
        item_to_fill=_ITEM_TO_FILL,
        late=_LATE,
    )
