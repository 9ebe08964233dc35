"""The night's forgetting: who had what leaves no trace once it's settled and the municipality's period is over.

`docs/privacy.md` lists what's kept how long.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Count, Exists, F, Func, JSONField, OuterRef, Q, QuerySet, Value

from circulation.models import Fee, Hold, Loan, Transit
from circulation.services.letter_stops import stops_of_letter
from circulation.services.nightly.batches import work_through
from holdings.models import Item
from notices.models import Notice, NoticeKind
from patrons.models import Block, Guardianship, Patron, PatronCategory
from patrons.rules.settings import PatronSettings, read_settings
from patrons.services.forgetting import FORGOTTEN, forget_person
from tenants.selectors import current_municipality

BATCH = 500
# What an audit entry tells of whose loan it was, or by way of a hold or a fee that's hers. What was done to which item,
# where and by whom of the staff stays.
_TRACES = (
    *("patron_id", "card", "loan_ids", "never_had"),
    *("hold", "holds", "hold_id"),
    *("fee_id", "hold_fee_id", "found_claims", "claimed_fees"),
)
_BILLS = (NoticeKind.INVOICE, NoticeKind.INVOICE_REMINDER, NoticeKind.DEBT_COLLECTION)
# Not institutions and classes: they're no persons, and go on without a day.
_PEOPLE = (PatronCategory.Kind.ADULT, PatronCategory.Kind.CHILD, PatronCategory.Kind.STAFF)
_OPEN = Loan.objects.filter(returned_at__isnull=True)


def forget_traces(*, on: date, now: datetime, counts: Counter[str]) -> None:
    """Forget past loans, then what else tells of them, then people who left long ago.

    Counts `loans`, `entries`, `fees`, `holds`, `keys`, `stops`, `messages` and `people`.

    :raises circulation.services.nightly.batches.SomeFailed: if something could not be forgotten
    """
    settings = read_settings(current_municipality().settings)
    before = now - timedelta(days=settings.trace_days)
    _each("loans", _past_loans(before), _forget_loans, counts)
    _in_sql("entries", _TELLING, _TELL_NO_MORE, {"traces": list(_TRACES), "before": before}, counts)
    _each("fees", _settled_fees(before), _forget_fees, counts)
    _each("holds", _ended_holds(before), _forget_holds, counts)
    _in_sql("keys", _KEYS, _NO_KEYS, {"before": before}, counts)
    _each("stops", _ended_stops(before, on - timedelta(days=settings.trace_days)), _forget_stops, counts)
    _each("messages", _told_messages(before, on), _forget_messages, counts)
    _each("people", _gone_people(on, now, settings), lambda keys: _forget_people(keys, on, now, settings), counts)


def _past_loans(before: datetime) -> QuerySet[Loan]:
    owing = Fee.objects.filter(loan=OuterRef("pk"), balance__gt=0)
    over = Loan.objects.filter(Q(patron__keeps_history=False) & ~Exists(owing), returned_at__isnull=False)
    # What she said of an item that nobody finds may be asked about for a while; then only how often she said it stays.
    return over.filter(Q(claim="") | Q(returned_at__lt=before))


def _forget_loans(loan_ids: Sequence[int]) -> int:
    loans = Loan.objects.filter(pk__in=loan_ids, patron__isnull=False)
    said = loans.exclude(claim="").order_by("patron").values_list("patron").annotate(Count("pk"))
    for patron_id, claims in said:
        Patron.objects.filter(pk=patron_id).update(forgotten_claims=F("forgotten_claims") + claims)
    return loans.update(patron=None)


def _settled_fees(before: datetime) -> QuerySet[Fee]:
    # Money is kept as long as the accounts must be; what it was for, only as long as somebody may ask.
    told = ~Q(description="") | Q(loan__isnull=False) | ~Q(covers=[])
    lately = Fee.objects.filter(pk=OuterRef("pk"), entries__at__gte=before)
    settled = Fee.objects.filter(told, balance=0, created_at__lt=before, patron__keeps_history=False)
    # What was paid for a lost item is given back when it's found, and that may be after years.
    gone = (Item.Status.LOST, Item.Status.MISSING, Item.Status.WITHDRAWN)
    still_lost = Q(kind=Fee.Kind.REPLACEMENT, closed_at__isnull=True, loan__item__status__in=gone)
    over = Q(loan__isnull=True) | Q(loan__returned_at__isnull=False)
    return settled.filter(over).exclude(still_lost).exclude(Exists(lately))


def _forget_fees(fee_ids: Sequence[int]) -> int:
    return Fee.objects.filter(pk__in=fee_ids).update(description="", loan=None, covers=[])


def _ended_holds(before: datetime) -> QuerySet[Hold]:
    return Hold.objects.exclude(state__in=Hold.ACTIVE).filter(ended_at__lt=before)


def _forget_holds(hold_ids: Sequence[int]) -> int:
    Transit.objects.filter(hold__in=hold_ids).update(hold=None)
    return Hold.objects.filter(pk__in=hold_ids).delete()[0]


def _ended_stops(before: datetime, before_day: date) -> QuerySet[Block]:
    # What set them is a loan, or a letter about some; what staff set themselves is theirs to keep.
    by_itself = Q(cause__startswith="late:") | Q(cause__startswith="letter:")
    return Block.objects.filter(by_itself, Q(lifted_at__lt=before) | Q(until__lt=before_day))


def _forget_stops(block_ids: Sequence[int]) -> int:
    return Block.objects.filter(pk__in=block_ids).delete()[0]


def _told_messages(before: datetime, on: date) -> QuerySet[Notice]:
    # What's on loan or owed still may be asked about, and its letters are part of the case; so is what was billed while
    # anything is owed, and a letter that stops a patron, for it says what lifts the stop. Who always has something on
    # loan is told of other things in between, and these are forgotten.
    open_loans = _OPEN.filter(patron=OuterRef("patron"))
    owing = Fee.objects.filter(patron=OuterRef("patron"), balance__gt=0)
    liable = Fee.objects.filter(liable=OuterRef("patron"), balance__gt=0)
    waiting = Hold.objects.filter(patron=OuterRef("patron"), state__in=Hold.ACTIVE)
    return (
        Notice.objects.filter(created_at__lt=before)
        .exclude(state__in=[Notice.State.QUEUED, Notice.State.SENDING])
        .exclude(Q(kind__in=_BILLS) & (Exists(owing) | Exists(liable)))
        # Its key keeps a membership's end from being announced again.
        .exclude(kind=NoticeKind.MEMBERSHIP_ENDS, about__ends_on__gte=on.isoformat())
        .exclude(Exists(_named("pk", open_loans)))
        .exclude(Exists(_named("loan", owing)))
        .exclude(Exists(owing.filter(_COVERS_A_NAMED_LOAN)))
        .exclude(Exists(stops_of_letter(OuterRef("key")).filter(patron=OuterRef("patron"))))
        .exclude(Exists(waiting.annotate(json_id=_as_json("pk")).filter(json_id=OuterRef("about__hold"))))
    )


def _named(number: str, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of the rows whose loan the outer message names."""
    return rows.annotate(json_id=_as_json(number)).filter(json_id__contained_by=OuterRef("about__loans"))


# One fee for several loans names them in its lines.
_COVERS_A_NAMED_LOAN = Func(
    F("covers"),
    Value("$[*].loan ? (@ == $named[*])"),
    Func(Value("named"), OuterRef("about__loans"), function="jsonb_build_object", output_field=JSONField()),
    function="jsonb_path_exists",
    output_field=BooleanField(),
)


def _as_json(number: str) -> Func:
    return Func(F(number), function="to_jsonb", output_field=JSONField())


def _forget_messages(notice_ids: Sequence[int]) -> int:
    return Notice.objects.filter(pk__in=notice_ids).delete()[0]


def _gone_people(on: date, now: datetime, settings: PatronSettings) -> QuerySet[Patron]:
    temporary = Q(left_reason=Patron.LeftReason.OVER, left_at__lt=now - timedelta(days=settings.trace_days))
    gone = temporary | Q(left_at__lt=now - timedelta(days=settings.left_days))
    # Who doesn't come back to renew is gone as well, though nobody has noted it; not while anything of hers is under
    # way, nor as long as she stands behind a child that's still a member.
    run_out = Q(
        ~Exists(Hold.objects.filter(patron=OuterRef("pk"), state__in=Hold.ACTIVE)),
        ~Exists(Loan.objects.filter(patron=OuterRef("pk")).exclude(claim="")),
        ~Exists(Guardianship.objects.filter(guardian=OuterRef("pk"), child__left_at__isnull=True)),
        left_at__isnull=True,
        expires_on__lt=on - timedelta(days=settings.left_days),
        category__kind__in=_PEOPLE,
    )
    settled = ~Exists(_OPEN.filter(patron=OuterRef("pk"))) & ~Exists(
        Fee.objects.filter(Q(patron=OuterRef("pk")) | Q(liable=OuterRef("pk")), ~Q(balance=0))
    )
    return Patron.objects.filter((gone | run_out) & settled).exclude(given_name=FORGOTTEN)


def _forget_people(keys: Sequence[int], on: date, now: datetime, settings: PatronSettings) -> int:
    # Looked at once more with the rows locked: a desk may have renewed a membership or lent something meanwhile.
    locked = _gone_people(on, now, settings).select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    patron_ids = list(locked.values_list("pk", flat=True))
    Loan.objects.filter(patron__in=patron_ids).update(patron=None)
    # Nobody is a member any more of whom nothing is known.
    run_out = Patron.objects.filter(pk__in=patron_ids, left_at__isnull=True)
    run_out.update(left_at=now, left_reason=Patron.LeftReason.OVER)
    for patron_id in patron_ids:
        forget_person(patron_id)
    return len(patron_ids)


def _in_sql(name: str, find: str, forget: str, values: Mapping[str, Any], counts: Counter[str]) -> None:
    def next_keys(after: int | None) -> Sequence[int]:
        with connection.cursor() as cursor:
            cursor.execute(find, {**values, "after": after or 0, "size": BATCH})
            return [key for (key,) in cursor.fetchall()]

    def work(keys: Sequence[int]) -> Counter[str]:
        with connection.cursor() as cursor:
            cursor.execute(forget, {**values, "keys": list(keys)})
            return Counter({name: cursor.rowcount})

    work_through(next_keys, work, counts)


# Whose loan it was goes from the audit log, except where the loan is open or owed for.
_TELL_NO_MORE = "UPDATE accounts_auditentry SET facts = facts - %(traces)s::text[] WHERE id = ANY(%(keys)s)"
_TELLING = """
    SELECT a.id FROM accounts_auditentry a
     WHERE a.id > %(after)s AND a.at < %(before)s AND a.action LIKE 'circulation.%%' AND a.facts ?| %(traces)s::text[]
       AND NOT EXISTS (SELECT 1 FROM circulation_loan l
                        WHERE l.id = CASE WHEN jsonb_typeof(a.facts -> 'loan_id') = 'number'
                                          THEN (a.facts ->> 'loan_id')::bigint END
                          AND (l.returned_at IS NULL
                               OR EXISTS (SELECT 1 FROM circulation_fee f WHERE f.loan_id = l.id AND f.balance > 0)))
       AND NOT EXISTS (SELECT 1 FROM circulation_hold h
                        WHERE a.subject_type = 'circulation.hold' AND h.id = a.subject_id
                          AND h.state IN ('QUEUED', 'IN_TRANSIT', 'READY'))
     ORDER BY a.id LIMIT %(size)s"""
# The keys of a forgotten fee's entries name its loan or hold and kept it from being charged twice; that of a hold which
# still waits goes on doing so.
_NO_KEYS = "UPDATE circulation_ledgerentry SET key = NULL, rule = rule - 'hold_id' WHERE id = ANY(%(keys)s)"
_KEYS = """
    SELECT e.id FROM circulation_ledgerentry e JOIN circulation_fee f ON f.id = e.fee_id
     WHERE e.id > %(after)s AND e.at < %(before)s
       AND (e.key LIKE 'replacement:%%' OR e.key LIKE 'processing:%%' OR e.key LIKE 'hold:%%'
            OR e.key LIKE 'hold-undone:%%')
       AND f.description = '' AND f.loan_id IS NULL AND f.balance = 0
       AND NOT EXISTS (SELECT 1 FROM circulation_hold h
                        WHERE h.id = substring(e.key FROM '^hold(?:-undone)?:([0-9]+):')::bigint
                          AND h.state IN ('QUEUED', 'IN_TRANSIT', 'READY'))
     ORDER BY e.id LIMIT %(size)s"""


def _each(name: str, rows: QuerySet[Any], forget: Callable[[Sequence[int]], int], counts: Counter[str]) -> None:
    def next_keys(after: int | None) -> Sequence[int]:
        later = rows if after is None else rows.filter(pk__gt=after)
        return list(later.order_by("pk").values_list("pk", flat=True)[:BATCH])

    work_through(next_keys, lambda keys: Counter({name: forget(keys)}), counts)
