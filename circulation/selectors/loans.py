"""Reads loans: a patron's open ones with whether each can be renewed, and a branch's overdue ones."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from string import Template
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils import timezone

from circulation.models import Loan
from circulation.rules.hour_loans import is_overdue
from circulation.rules.patron_stops import PatronFacts
from circulation.rules.reasons import notices_among
from circulation.rules.renewal import RenewalFacts, decide
from circulation.selectors.desk_facts import patron_facts, read_facts
from circulation.selectors.hold_sql import for_volume, queued
from circulation.selectors.panels import PatronPanel
from circulation.selectors.renewals import filled_by_others
from circulation.selectors.rule_books import RuleBook, rule_book
from common.errors import Reason
from common.keyed_reads import ALL, ListRead
from holdings.models import Branch, Item
from patrons.models import Patron

_LOAN = tuple(field.name for field in Loan._meta.concrete_fields)
_ITEM = tuple(f"item__{field.name}" for field in Item._meta.concrete_fields)
_OF_RECORD = ("title", "remainder", "author", "material_type", "audience", "year", "isbns")
_RECORD = tuple(f"item__record__{name}" for name in _OF_RECORD)
# With how many others wait for each, whom its item could serve.
_open_loans = ListRead(
    Loan,
    where="a.patron_id = %(patron)s AND a.returned_at IS NULL",
    order="a.due_date, a.due_at, a.id",
    along={"item": ALL, "item__record": _OF_RECORD, "lending_branch": ("name", "time_zone")},
    beside={
        "waiting": Template("""(SELECT count(*) FROM circulation_hold h
            WHERE $queued AND h.patron_id <> %(patron)s AND (h.item_id IS NULL OR h.item_id = a.item_id)
              AND $for_volume)""").substitute(
            queued=queued('"item".record_id'), for_volume=for_volume('"item".volume')
        ),
    },
)
_FACTS = ("version", "blocks", "cards", "owed", "overdue", "lost", "family_owed")


@dataclass(frozen=True)
class LoanLine:
    """An open loan as its patron and the desk see it.

    :ivar loan: with its `item`, the item's `record` and the `lending_branch` at hand
    :ivar can_renew: whether it can be renewed now without an override
    :ivar reasons: why not
    :ivar renewed_until: the day, or for a loan by the hour the moment, until which a renewal would run, when it can be
        renewed
    """

    loan: Loan
    is_overdue: bool
    can_renew: bool
    reasons: tuple[Reason, ...]
    renewed_until: date | None


def loans_with_item() -> QuerySet[Loan]:
    """Return loans that carry their item, its title and the branch, in the same query."""
    return Loan.objects.select_related("item", "item__record", "lending_branch").only(
        *_LOAN, *_ITEM, *_RECORD, "lending_branch__name", "lending_branch__time_zone"
    )


def get_open_loan(loan_id: int) -> Loan | None:
    """Return a loan that's not over, with item, title and branch, or None."""
    return loans_with_item().filter(pk=loan_id, returned_at__isnull=True).first()


def open_loan_of(item_id: int) -> Loan | None:
    """Return the open loan of an item with its patron, or None."""
    return Loan.objects.select_related("patron").filter(item_id=item_id, returned_at__isnull=True).first()


def open_loans_of(item_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Return for each of the items that are on loan its `loan_id`, the loan as `due`, and whether it `is_recalled`."""
    if not item_ids:
        return {}
    loans = Loan.objects.filter(item_id__in=item_ids, returned_at__isnull=True).select_related("lending_branch")
    rows = loans.only("item_id", "due_date", "due_at", "recalled_at", "lending_branch__time_zone")
    return {
        loan.item_id: {"loan_id": loan.pk, "due": loan, "is_recalled": loan.recalled_at is not None} for loan in rows
    }


def loans_of(patron: Patron, *, now: datetime, panel: PatronPanel | None = None) -> list[LoanLine]:
    """Return a patron's open loans by due date, each with whether and why not it can be renewed.

    The number of queries doesn't depend on the number of loans.

    :param panel: of the patron, if it has just been read anyway
    """
    today = timezone.localdate(now)
    loans = _open_loans(patron=patron.pk, today=today)
    if not loans:
        return []
    if panel is None:
        facts = read_facts(*_FACTS, patron=patron.pk, today=today, now=now)
        book, stopped = rule_book(facts["version"]), patron_facts(patron, facts)
    else:
        book, stopped = rule_book(panel.rules_version), panel.stopped
    book.refresh_calendars({loan.rules_branch_id or loan.lending_branch_id for loan in loans})
    free = filled_by_others(loans, patron, book, today=today)
    return [_line(loan, patron, stopped, book, now, others_fill_all=loan.pk in free) for loan in loans]


def overdue_loans(branch: Branch, *, now: datetime, limit: int | None = 500) -> list[Loan]:
    """Return the branch's loans that are overdue, the longest first, with item, title and patron.

    One by the hour is overdue once its hour is past.

    :param limit: so many at most; None for all
    """
    return list(
        loans_with_item()
        .select_related("item__record", "lending_branch", "patron")
        .filter(_is_late(branch, now))
        .only(*_LOAN, *_ITEM, *_RECORD, "lending_branch__name", "lending_branch__time_zone", *_patron_fields())
        .order_by("due_date", "due_at", "pk")[:limit]
    )


def count_overdue(branch: Branch, *, now: datetime) -> int:
    """Return how many of the branch's loans are overdue."""
    return Loan.objects.filter(_is_late(branch, now)).count()


def _is_late(branch: Branch, now: datetime) -> Q:
    today = now.astimezone(ZoneInfo(branch.time_zone)).date()
    # The day comes first, for it has an index.
    is_over = Q(due_date__lte=today) & (Q(due_date__lt=today) | Q(due_at__lt=now))
    return Q(lending_branch=branch, returned_at__isnull=True) & is_over


def _patron_fields() -> tuple[str, ...]:
    return tuple(
        f"patron__{name}" for name in ("given_name", "family_name", "alias", "email", "phone", "sort_key", "left_at")
    )


def _line(
    loan: Any, patron: Patron, stopped: PatronFacts, book: RuleBook, now: datetime, *, others_fill_all: bool
) -> LoanLine:
    local = now.astimezone(ZoneInfo(loan.lending_branch.time_zone))
    rules_branch_id = loan.rules_branch_id or loan.lending_branch_id
    decision = decide(
        RenewalFacts(
            now=local,
            due_date=loan.due_date,
            due_at=loan.due_at,
            is_on_site=loan.is_on_site,
            renewals=loan.renewals,
            item_status=loan.item.status,
            item_type_id=loan.item.item_type_id,
            branch_id=rules_branch_id,
            patron=stopped,
            rules=book.resolved_for(
                patron, branch_id=rules_branch_id, item_type_id=loan.item.item_type_id, on=local.date()
            ),
            calendar=book.known_calendar(rules_branch_id),
            waiting=loan.waiting,
            others_fill_all=others_fill_all,
            is_recalled=loan.recalled_at is not None,
        )
    )
    news = notices_among(decision.reasons)
    against = tuple(reason for reason in decision.reasons if reason not in news)
    return LoanLine(
        loan=loan,
        is_overdue=is_overdue(loan.due_date, loan.due_at, local),
        can_renew=not against,
        reasons=against,
        renewed_until=(decision.due.at or decision.due.day) if decision.due and not against else None,
    )
