"""Whether a message about loans or holds is still true when it's about to go out."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import zip_longest

from django.db.models import Exists, OuterRef
from django.utils import timezone

from circulation.models import CirculationRule, DebtClaim, Fee, Hold, Loan
from circulation.rules.notice_steps import channels_named, notice_steps
from circulation.rules.resolution import RuleMissing
from circulation.selectors.loan_cases import LoanCase, loan_cases
from circulation.selectors.rule_books import RuleBook, rule_book
from circulation.services.notice_amounts import claims_money, owed_for
from common.money import ZERO
from notices.models import Notice, NoticeKind
from notices.relevance import register_check, register_items_check
from notices.services.settings import register_channels_named
from patrons.models import Patron, SavedSearch

_ABOUT_LOANS = (
    NoticeKind.COURTESY,
    NoticeKind.RENEWED,
    NoticeKind.NOT_RENEWED,
    NoticeKind.OVERDUE_1,
    NoticeKind.OVERDUE_2,
    NoticeKind.OVERDUE_3,
    NoticeKind.RECALL,
    NoticeKind.RECALL_OVER,
    NoticeKind.INVOICE,
)
_REMINDERS = (NoticeKind.OVERDUE_1, NoticeKind.OVERDUE_2, NoticeKind.OVERDUE_3)
_ABOUT_DEBTS = (NoticeKind.INVOICE_REMINDER, NoticeKind.DEBT_COLLECTION)


def register() -> None:
    """Make these the checks of their kinds, and keep the channels that rules name in use."""
    register_channels_named(channels_of_rules)
    register_check(_ABOUT_LOANS, still_on_loan)
    register_check(_REMINDERS, still_to_remind)
    register_check([NoticeKind.INVOICE], still_invoiced)
    register_items_check(_ABOUT_LOANS, loans_still_open)
    register_check([NoticeKind.HOLD_READY], still_ready)
    register_check([NoticeKind.HOLD_INTEREST_ENDS], still_waiting)
    register_check([NoticeKind.MEMBERSHIP_ENDS], still_ending)
    register_check(_ABOUT_DEBTS, still_owed)
    register_check([NoticeKind.NEW_TITLES], still_wanted)


def channels_of_rules() -> set[str]:
    """Return the channels that the municipality's own rules name, but not those that ended before today.

    A template's are passed over where they aren't in use.
    """
    rows = CirculationRule.objects.exclude(valid_until__lt=timezone.localdate()).values_list("values", flat=True)
    return {channel for values in rows for name, value in values.items() for channel in channels_named(name, value)}


def still_on_loan(notices: Sequence[Notice]) -> set[int]:
    """Return the messages of which at least one loan is open and due on the day that the message names."""
    return {pk for pk, places in loans_still_open(notices).items() if places}


def still_invoiced(notices: Sequence[Notice]) -> set[int]:
    """Return the invoices of which at least one loan is open, and something is owed if anything was claimed."""
    places = loans_still_open(notices)
    open_loans = {notice.pk: {notice.about["loans"][place] for place in places[notice.pk]} for notice in notices}
    owed = owed_for(notices, open_loans)
    return {
        notice.pk
        for notice in notices
        if open_loans[notice.pk] and (owed[notice.pk] > ZERO or not claims_money(notice))
    }


def still_to_remind(notices: Sequence[Notice]) -> set[int]:
    """Return the reminders of which at least one loan is still late, by rules that still have a reminder of that kind.

    A step that somebody takes off the ladder stops what has been written for it and not sent.
    """
    open_places = loans_still_open(notices)
    open_loans = {notice.pk: [notice.about["loans"][place] for place in open_places[notice.pk]] for notice in notices}
    cases = {case.loan_id: case for case in loan_cases({pk for pks in open_loans.values() for pk in pks})}
    book = rule_book()
    return {
        notice.pk
        for notice in notices
        if any(
            loan_id in cases and _has_step(cases[loan_id], book, notice.kind, on=timezone.localdate(notice.created_at))
            for loan_id in open_loans[notice.pk]
        )
    }


def loans_still_open(notices: Sequence[Notice]) -> dict[int, list[int]]:
    """Return which of the loans that each message names, by their places, are open and due on the day that it says."""
    wanted = {loan_id for notice in notices for loan_id, _ in _loans(notice)}
    due_dates = dict(Loan.objects.filter(pk__in=wanted, returned_at__isnull=True).values_list("pk", "due_date"))
    return {
        notice.pk: [
            place
            for place, (loan_id, due_date) in enumerate(_loans(notice))
            if loan_id in due_dates and due_date in (None, due_dates[loan_id].isoformat())
        ]
        for notice in notices
    }


def still_ready(notices: Sequence[Notice]) -> set[int]:
    """Return the messages whose hold lies ready."""
    wanted = [notice.about.get("hold") for notice in notices]
    ready = set(Hold.objects.filter(pk__in=wanted, state=Hold.State.READY).values_list("pk", flat=True))
    return {notice.pk for notice in notices if notice.about.get("hold") in ready}


def still_waiting(notices: Sequence[Notice]) -> set[int]:
    """Return the messages whose hold is in the queue and hasn't been prolonged since."""
    wanted = [notice.about.get("hold") for notice in notices]
    waiting = set(
        Hold.objects.filter(pk__in=wanted, state=Hold.State.QUEUED, interest_warned_at__isnull=False).values_list(
            "pk", flat=True
        )
    )
    return {notice.pk for notice in notices if notice.about.get("hold") in waiting}


def still_ending(notices: Sequence[Notice]) -> set[int]:
    """Return the messages whose patron hasn't renewed her membership since, and hasn't left."""
    patrons = Patron.objects.filter(pk__in=[notice.patron_id for notice in notices], left_at__isnull=True)
    ends = {pk: f"{day:%Y-%m-%d}" for pk, day in patrons.values_list("pk", "expires_on") if day}
    return {notice.pk for notice in notices if notice.about.get("ends_on") == ends.get(notice.patron_id, "")}


def still_owed(notices: Sequence[Notice]) -> set[int]:
    """Return the messages of whose fees something is owed: a reminder to us, what was handed over to the debtor system.

    A claim that was taken back isn't announced any more, and nobody is reminded of one that went there meanwhile.
    """
    named = {notice.pk: set(notice.about.get("fees", ())) for notice in notices}
    owed = Fee.objects.filter(pk__in=set().union(*named.values()), balance__gt=0)
    handed_over = Exists(DebtClaim.objects.filter(fee=OuterRef("pk"), state__in=DebtClaim.OPEN))
    where = dict(owed.annotate(handed_over=handed_over).values_list("pk", "handed_over"))
    return {
        notice.pk
        for notice in notices
        if any(where.get(fee) is (notice.kind == NoticeKind.DEBT_COLLECTION) for fee in named[notice.pk])
    }


def still_wanted(notices: Sequence[Notice]) -> set[int]:
    """Return the messages whose search is still saved, and is to be told of."""
    named = [notice.about.get("search") for notice in notices]
    wanted = dict(SavedSearch.objects.filter(pk__in=named, notifies=True).values_list("pk", "patron"))
    return {notice.pk for notice in notices if wanted.get(notice.about.get("search")) == notice.patron_id}


def _has_step(loan: LoanCase, book: RuleBook, kind: str, *, on: date) -> bool:
    try:
        steps = loan.rules(book, on).value("notice_steps")
    except RuleMissing:
        return False
    return any(step.kind == kind for step in notice_steps(steps))


def _loans(notice: Notice) -> Iterable[tuple[int, str | None]]:
    """The loans with the due dates that the message names, as far as it says."""
    return zip_longest(notice.about.get("loans", ()), notice.about.get("due_dates", ()))
