"""The night's care for holds that wait: a word before they end, new editions, and those that nothing can fill."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from circulation.models import Hold, Loan
from circulation.selectors.hopeless import hopeless_ids
from circulation.selectors.rule_books import rule_book
from circulation.services.holds.requests import rules_of
from circulation.services.nightly.batches import at_once, work_through
from circulation.services.other_editions import bring_up_to_date
from circulation.services.picks import forget_old_picks
from circulation.services.recalls_over import let_go_of_ended
from notices.models import NoticeKind
from notices.services.outbox import NoticeRequest, make_notices

BATCH = 200


def care_for_holds(*, on: date, now: datetime, counts: Counter[str]) -> None:
    """Warn of holds that end soon, bring any editions up to date, and mark what's hopeless; again, it changes nothing.

    Counts `warned`, `editions` and `hopeless`.

    :raises circulation.services.nightly.batches.SomeFailed: if some holds could not be looked after
    """
    at_once(lambda: forget_old_picks(now=now))
    ending = Hold.objects.filter(
        state=Hold.State.QUEUED,
        interest_warned_at__isnull=True,
        interest_until__gte=on,
        interest_until__lte=on + timedelta(days=_earliest_warning()),
    )
    _each(ending, lambda hold_ids: Counter(warned=_warn(hold_ids, on, now)), counts)
    any_edition = Hold.objects.filter(state=Hold.State.QUEUED, any_edition=True)
    _each(any_edition, lambda hold_ids: Counter(editions=_find_editions(hold_ids)), counts)
    # A return that's undone opens a loan again whose hold may have ended meanwhile.
    not_needed = Loan.objects.filter(recalled_for__isnull=False, returned_at__isnull=True)
    _each(not_needed.exclude(recalled_for__state__in=Hold.ACTIVE), lambda loan_ids: _let_go(loan_ids, now), counts)
    waiting = Hold.objects.filter(state=Hold.State.QUEUED)
    _each(waiting, lambda hold_ids: Counter(hopeless=_mark_hopeless(hold_ids, on, now)), counts)


def _each(rows: QuerySet[Any], work: Callable[[Sequence[int]], Counter[str]], counts: Counter[str]) -> None:
    def next_keys(after: int | None) -> Sequence[int]:
        rest = rows if after is None else rows.filter(pk__gt=after)
        return list(rest.order_by("pk").values_list("pk", flat=True)[:BATCH])

    work_through(next_keys, work, counts)


def _let_go(loan_ids: Sequence[int], now: datetime) -> Counter[str]:
    let_go_of_ended(loan_ids, now=now)
    return Counter()


def _earliest_warning() -> int:
    return max(rule_book().rules.all_values("interest_warning_days"), default=0)


def _lock(hold_ids: Sequence[int]) -> list[Hold]:
    holds = Hold.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    return list(
        holds.filter(pk__in=hold_ids, state=Hold.State.QUEUED)
        .select_related("patron__category", "record", "pickup_branch")
        .defer("record__raw")
        .order_by("pk")
    )


def _warn(hold_ids: Sequence[int], on: date, now: datetime) -> int:
    book = rule_book()
    due = []
    for hold in _lock(hold_ids):
        rules = rules_of(book, hold.patron, hold.pickup_branch_id, on=on)
        days = rules.value("interest_warning_days")
        # She has said herself until when she needs it; that needs no warning.
        by_her_own_word = hold.interest_until == hold.needed_by
        if hold.interest_until and days is not None and not by_her_own_word:
            if hold.interest_until - timedelta(days=days) <= on:
                due.append(hold)
    make_notices([_warning(hold) for hold in due], now=now)
    Hold.objects.filter(pk__in=[hold.pk for hold in due]).update(interest_warned_at=now)
    return len(due)


def _warning(hold: Hold) -> NoticeRequest:
    kind = NoticeKind.HOLD_INTEREST_ENDS
    return NoticeRequest(
        patron=hold.patron,
        branch=hold.pickup_branch,
        kind=kind,
        # Prolonged and about to end once more, it's another message.
        key=f"{kind}:hold:{hold.pk}:{hold.interest_until}",
        context={"title": hold.record.title, "interest_until": hold.interest_until},
        about={"hold": hold.pk},
    )


def _find_editions(hold_ids: Sequence[int]) -> int:
    return bring_up_to_date(_lock(hold_ids))


def _mark_hopeless(hold_ids: Sequence[int], on: date, now: datetime) -> int:
    hopeless = hopeless_ids(now=now, hold_ids=hold_ids)
    waiting = Hold.objects.filter(pk__in=hold_ids, state=Hold.State.QUEUED)
    waiting.filter(Q(pk__in=hopeless), hopeless_since__isnull=True).update(hopeless_since=on)
    waiting.filter(~Q(pk__in=hopeless), hopeless_since__isnull=False).update(hopeless_since=None)
    return len(hopeless)
