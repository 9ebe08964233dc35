"""The night's recalls: what's overdue and somebody waits for is asked back at once, before the ladder of letters."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import AuditEntry
from circulation.models import Loan
from circulation.selectors.holds import waiting_holds
from circulation.selectors.loan_cases import loan_cases
from circulation.selectors.renewals import waited_for
from circulation.selectors.rule_books import rule_book
from circulation.services.nightly.batches import work_through
from circulation.services.nightly.letters import letters_for, open_loans, patrons_after, write_letters
from circulation.services.nightly.overdue_fees import lock_open_loans
from circulation.services.recalls_over import TAKEN_BACK
from common.audit import record
from holdings.models import Item
from notices.models import NoticeKind

BATCH = 300


def recall_what_others_wait_for(*, on: date, now: datetime, counts: Counter[str]) -> None:
    """Call overdue loans back that holds wait for, once each, where the rules do so.

    The due date stays what it was, and so does the fee. Counts `letters` and the `loans` that they're about.

    :raises circulation.services.nightly.batches.SomeFailed: if some letters could not be written
    """
    late = _late_and_waited_for(on)

    def next_keys(after: int | None) -> Sequence[int]:
        return patrons_after(late, after, BATCH)

    def work(patron_ids: Sequence[int]) -> Counter[str]:
        book = rule_book()
        loans = late.filter(patron__in=patron_ids).select_related("item").order_by("pk")
        wanted = waited_for(loans, book, today=on)
        for loan_id in _left_alone(loan for loan in loans if loan.pk in wanted):
            del wanted[loan_id]
        locked = lock_open_loans(list(wanted))
        still = late.filter(pk__in=locked).values_list("pk", flat=True)
        due = [case for case in loan_cases(still) if case.rules(book, on).value("recall_overdue")]
        letters = letters_for((case, NoticeKind.RECALL.value) for case in due)
        made = write_letters(letters, on=on, now=now, book=book)
        _note({case.loan_id: wanted[case.loan_id] for letter in made for case in letter.loans}, now)
        return Counter(letters=len(made), loans=sum(len(letter.loans) for letter in made))

    work_through(next_keys, work, counts)


def _late_and_waited_for(on: date) -> QuerySet[Loan]:
    """Those whose title has a queue; whether this very item could fill a hold is looked at one by one."""
    record_id = OuterRef("item__record")
    waiting = waiting_holds(on).filter(Q(record=record_id) | Q(any_edition=True, edition_ids__contains=[record_id]))
    late: QuerySet[Loan] = open_loans().filter(due_date__lt=on, due_at__isnull=True, recalled_at__isnull=True)
    return late.filter(Exists(waiting)).exclude(item__status=Item.Status.LOST)


def _left_alone(loans: Iterable[Loan]) -> set[int]:
    """Return the loans whose recall staff took back when they were late already: whoever waits, they aren't asked."""
    due_dates = {loan.pk: (loan.item_id, loan.due_date.isoformat()) for loan in loans}
    items = [item_id for item_id, _ in due_dates.values()]
    taken_back = AuditEntry.objects.filter(
        subject_type=Item._meta.label_lower, subject_id__in=items, action=TAKEN_BACK, actor__isnull=False
    )
    return {
        facts["loan_id"]
        for item_id, facts in taken_back.values_list("subject_id", "facts")
        if facts.get("was_late") and due_dates.get(facts["loan_id"]) == (item_id, facts["due_date"])
    }


def _note(called_back: Mapping[int, int], now: datetime) -> None:
    loans = list(Loan.objects.filter(pk__in=called_back).select_related("item").order_by("pk"))
    for loan in loans:
        loan.recalled_at, loan.recalled_for_id, loan.due_before_recall = now, called_back[loan.pk], loan.due_date
    Loan.objects.bulk_update(loans, ["recalled_at", "recalled_for", "due_before_recall"])
    for loan in loans:
        facts = {"loan_id": loan.pk, "patron_id": loan.patron_id, "due_date": loan.due_date.isoformat()}
        facts["hold_id"] = loan.recalled_for_id
        record(action="circulation.recall", actor=None, subject=loan.item, facts=facts)
