"""What must hold in a municipality whatever was done at once in it, and whatever was cut off."""

from collections import Counter
from collections.abc import Iterable, Mapping

from django.db import connection

from accounts.models import AuditEntry
from bench.torture.driver import Outcome
from bench.torture.town import Town
from circulation.models import Hold
from circulation.selectors.holds import holds_of
from patrons.models import Patron

# Each finds the rows that break a promise; `%(loan)s`, `%(hold)s` and `%(entry)s` are the last rows before it began.
_BROKEN: Mapping[str, str] = {
    "an item has two open loans": """
        SELECT item_id FROM circulation_loan WHERE returned_at IS NULL GROUP BY item_id HAVING count(*) > 1""",
    "an item is lent and not lent": """
        SELECT i.id FROM holdings_item i LEFT JOIN circulation_loan l ON l.item_id = i.id AND l.returned_at IS NULL
        WHERE (l.id IS NOT NULL AND i.status NOT IN ('ON_LOAN', 'LOST')) OR (l.id IS NULL AND i.status = 'ON_LOAN')""",
    "an item travels and doesn't": """
        SELECT i.id FROM holdings_item i
        LEFT JOIN circulation_transit t ON t.item_id = i.id AND t.received_at IS NULL AND t.cancelled_at IS NULL
        WHERE (t.id IS NOT NULL) <> (i.status = 'IN_TRANSIT')""",
    "an item that's bound to a hold is elsewhere": """
        SELECT h.id FROM circulation_hold h JOIN holdings_item i ON i.id = h.trapped_item_id
        WHERE (h.state = 'READY' AND (i.status <> 'ON_HOLD_SHELF' OR i.current_branch_id <> h.pickup_branch_id))
           OR (h.state = 'IN_TRANSIT' AND i.status <> 'IN_TRANSIT')""",
    "an item is bound to two holds": """
        SELECT trapped_item_id FROM circulation_hold WHERE state IN ('READY', 'IN_TRANSIT')
        GROUP BY trapped_item_id HAVING count(*) > 1""",
    "a hold that waits is bound, or one that's bound isn't": """
        SELECT id FROM circulation_hold
        WHERE (state = 'QUEUED' AND (trapped_item_id IS NOT NULL OR ready_at IS NOT NULL))
           OR (state IN ('READY', 'IN_TRANSIT') AND trapped_item_id IS NULL)""",
    "a patron waits for one title twice": """
        SELECT patron_id FROM circulation_hold WHERE state IN ('QUEUED', 'READY', 'IN_TRANSIT') AND item_id IS NULL
        GROUP BY patron_id, record_id HAVING count(*) > 1""",
    "two holds have one number on the shelf": """
        SELECT shelf_number FROM circulation_hold WHERE state = 'READY' AND shelf_number IS NOT NULL
        GROUP BY pickup_branch_id, shelf_number HAVING count(*) > 1""",
    "a fee's balance isn't the sum of its entries": """
        SELECT f.id FROM circulation_fee f LEFT JOIN circulation_ledgerentry e ON e.fee_id = f.id
        GROUP BY f.id HAVING f.balance <> coalesce(sum(e.amount), 0) OR f.balance < 0""",
    "a loan wasn't written down once": """
        SELECT l.id FROM circulation_loan l LEFT JOIN accounts_auditentry e
            ON e.id > %(entry)s AND e.action = 'circulation.check_out' AND (e.facts->>'loan_id')::bigint = l.id
        WHERE l.id > %(loan)s GROUP BY l.id HAVING count(e.id) <> 1""",
    "a return wasn't written down once": """
        SELECT l.id FROM circulation_loan l LEFT JOIN accounts_auditentry e
            ON e.id > %(entry)s AND e.action = 'circulation.check_in' AND (e.facts->>'loan_id')::bigint = l.id
           AND NOT EXISTS (SELECT FROM accounts_auditentry u WHERE u.id > %(entry)s AND u.action = 'circulation.undo'
                           AND (u.facts->>'entry_id')::bigint = e.id)
        WHERE l.id > %(loan)s GROUP BY l.id
        HAVING count(e.id) <> (l.returned_at IS NOT NULL AND l.undone_at IS NULL)::int""",
    "a hold wasn't written down once": """
        SELECT h.id FROM circulation_hold h LEFT JOIN accounts_auditentry e
            ON e.id > %(entry)s AND e.action = 'circulation.place_hold' AND e.subject_type = 'circulation.hold'
           AND e.subject_id = h.id
        WHERE h.id > %(hold)s GROUP BY h.id HAVING count(e.id) <> 1""",
    "a hold was filled twice, or by nobody": """
        SELECT h.id FROM circulation_hold h LEFT JOIN accounts_auditentry e
            ON e.id > %(entry)s AND e.action = 'circulation.check_out' AND (e.facts->'filled'->>'id')::bigint = h.id
           AND NOT EXISTS (SELECT FROM accounts_auditentry u WHERE u.id > %(entry)s AND u.action = 'circulation.undo'
                           AND (u.facts->>'entry_id')::bigint = e.id)
        WHERE h.id > %(hold)s GROUP BY h.id HAVING count(e.id) <> (h.state = 'FILLED')::int""",
    "something was undone twice": """
        SELECT facts->>'entry_id' FROM accounts_auditentry WHERE id > %(entry)s AND action = 'circulation.undo'
        GROUP BY 1 HAVING count(*) > 1""",
    "a loan has two fees for one due date": """
        SELECT loan_id FROM circulation_fee
        WHERE kind = 'OVERDUE' AND loan_id IS NOT NULL  -- forgotten once it's paid and old
        GROUP BY loan_id, due_date HAVING count(*) > 1""",
    "a patron was told one thing about a loan twice": """
        SELECT n.kind, l.loan, d.day FROM notices_notice n,
            jsonb_array_elements_text(n.about->'loans') WITH ORDINALITY l (loan, place),
            jsonb_array_elements_text(n.about->'due_dates') WITH ORDINALITY d (day, place)
        WHERE l.place = d.place AND n.kind IN ('OVERDUE_1', 'OVERDUE_2', 'INVOICE')
        GROUP BY n.kind, l.loan, d.day HAVING count(*) > 1""",
}


def broken(town: Town) -> list[str]:
    """Return every promise that's broken in the chosen municipality, with the keys of some rows that break it."""
    last = {"entry": town.last_entry, "loan": town.last_loan, "hold": town.last_hold}
    found = []
    with connection.cursor() as cursor:
        for promise, sql in _BROKEN.items():
            cursor.execute(sql, last)
            if rows := cursor.fetchmany(10):
                found.append(f"{promise}: {rows}")
    return found + list(_gaps(town))


def missing_entries(town: Town, outcome: Outcome) -> list[str]:
    """Return the kinds of audit entries of which there aren't as many as actions that were done."""
    kinds = {*outcome.done, *outcome.uncertain}
    written = Counter(
        AuditEntry.objects.filter(pk__gt=town.last_entry, action__in=kinds).values_list("action", flat=True)
    )
    return [
        f"{kind}: {written[kind]} written, {outcome.done[kind]} done, {outcome.uncertain[kind]} perhaps"
        for kind in sorted(kinds)
        if not outcome.done[kind] <= written[kind] <= outcome.done[kind] + outcome.uncertain[kind]
    ]


def _gaps(town: Town) -> Iterable[str]:
    """Yield queues in which somebody's place is missing or given twice, as those who wait are told it."""
    waiting = Hold.objects.filter(pk__gt=town.last_hold, state=Hold.State.QUEUED, suspended_until__isnull=True)
    now = max(waiting.values_list("requested_at", flat=True), default=None)
    if now is None:
        return
    places: dict[int, list[int]] = {}
    for patron in Patron.objects.filter(pk__in=waiting.values("patron")):
        for line in holds_of(patron, now=now):
            if line.position is not None:
                places.setdefault(line.hold.record_id, []).append(line.position)
    for record_id, told in places.items():
        if sorted(told) != list(range(1, len(told) + 1)):
            yield f"the queue of a title has gaps: {record_id}: {sorted(told)}"
