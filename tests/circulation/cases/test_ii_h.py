"""Cases II.H: who writes a message, what goes together, and that it's still true when it goes out."""

from collections import Counter
from datetime import timedelta

import pytest
from django.core import mail

from circulation.models import Hold
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.holds import place_hold
from circulation.services.nightly.courtesy_notices import make_courtesy_notices
from circulation.services.nightly.overdue_notices import make_overdue_notices
from circulation.services.notice_checks import register
from notices.models import Notice, NoticeKind
from notices.services.outbox import make_notice
from notices.services.print_runs import letters_of, make_print_run
from notices.services.sending import send_batch
from tests.factories import BranchFactory, HoldFactory, ItemFactory, LoanFactory, PatronFactory, RuleFactory
from tests.factories.moments import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _checks():
    register()


@pytest.fixture
def main(alpha):
    RuleFactory()
    return BranchFactory(name="Main", email="main@library.example", address="Torvet 1, 6200 Aabenraa")


@pytest.fixture
def east(alpha):
    return BranchFactory(name="East", email="east@library.example")


def late_loan(branch, patron, days=1):
    due_date = TODAY - timedelta(days=days)
    return LoanFactory(
        item=ItemFactory(home_branch=branch),
        lending_branch=branch,
        patron=patron,
        due_date=due_date,
        loaned_on=due_date - timedelta(days=28),
    )


def night(job=make_overdue_notices, on=TODAY):
    job(on=on, now=NOW + (on - TODAY), counts=Counter())


def ready_notice(hold, title):
    return make_notice(
        patron=hold.patron,
        branch=hold.pickup_branch,
        kind=NoticeKind.HOLD_READY,
        key=f"ready:{hold.pk}",
        context={"title": title, "shelf_number": "027", "pickup_until": TODAY},
        about={"hold": hold.pk},
        now=NOW,
    )


def test_ii_h1_what_is_ready_is_told_by_the_pick_up_branch(library, now):
    hold = HoldFactory(record=(item := library.item()).record, pickup_branch=library.main)

    check_in(item=item, branch=library.main, staff=library.staff, now=now)
    send_batch(now=now)

    hold.refresh_from_db()
    assert hold.state == Hold.State.READY
    assert Notice.objects.get(kind="HOLD_READY").branch == library.main
    assert library.main.name in mail.outbox[0].from_email


def test_ii_h1_a_printed_notice_comes_from_the_pick_up_branch(library, now):
    patron = PatronFactory(channel="LETTER", address="Havnegade 1", postal_code="6200", city="Aabenraa")
    hold = HoldFactory(ready=True, patron=patron, pickup_branch=library.east)
    ready_notice(hold, "The house")

    run = make_print_run(branch=library.east, staff=library.staff, now=now)

    [letter] = letters_of(run)
    assert letter.sheet.sender[0] == library.east.name


def test_ii_h1_reminders_come_from_the_branch_that_lent_and_answers_go_there(main, east, now):
    patron = PatronFactory()
    for branch in (main, main, east):
        late_loan(branch, patron)

    night()
    send_batch(now=now)

    [message] = mail.outbox
    assert message.from_email.startswith("Main <")
    assert message.reply_to == ["main@library.example"]


def test_ii_h2_messages_of_the_same_kind_channel_branch_and_patron_are_one(main, east, now):
    patron, other = PatronFactory(), PatronFactory()
    for hold_patron, branch, title in (
        (patron, main, "The house"),
        (patron, main, "Birds"),
        (patron, east, "The mill"),
        (other, main, "The lake"),
    ):
        ready_notice(HoldFactory(ready=True, patron=hold_patron, pickup_branch=branch), title)

    send_batch(now=now)

    assert len(mail.outbox) == 3
    [both] = [message for message in mail.outbox if "Birds" in message.body]
    assert "The house" in both.body


def test_ii_h3_is_cancelled_when_the_item_is_back(main, now):
    loan = late_loan(main, PatronFactory())
    night()
    loan.returned_at = now
    loan.save()

    send_batch(now=now)

    assert mail.outbox == []
    notice = Notice.objects.get()
    assert (notice.state, notice.problem) == ("CANCELLED", "OUTDATED")


def test_ii_h3_names_only_what_is_still_out(main, now):
    patron = PatronFactory()
    back, out = late_loan(main, patron), late_loan(main, patron)
    night()
    back.returned_at = now
    back.save()

    send_batch(now=now)

    [message] = mail.outbox
    assert out.item.barcode in message.body
    assert back.item.barcode not in message.body
    notice = Notice.objects.get()
    assert notice.about["loans"] == [out.pk]


def test_ii_h3_is_cancelled_when_the_loan_was_renewed_meanwhile(main, now):
    loan = late_loan(main, PatronFactory())
    night()
    loan.due_date = TODAY + timedelta(days=28)
    loan.save()

    send_batch(now=now)

    assert mail.outbox == []


def test_ii_h3_is_not_sent_when_the_hold_is_not_ready_any_more(main, now):
    hold = HoldFactory(ready=True, pickup_branch=main)
    ready_notice(hold, "The house")
    Hold.objects.filter(pk=hold.pk).update(state=Hold.State.CANCELLED)

    send_batch(now=now)

    assert mail.outbox == []


@pytest.mark.parametrize(("kept", "sent"), [(("OVERDUE_1", "INVOICE"), 1), (("OVERDUE_2", "INVOICE"), 0)])
def test_ii_h3_is_cancelled_when_its_step_is_not_on_the_ladder_any_more(main, now, kept, sent):
    late_loan(main, PatronFactory())
    night()
    steps = [{"kind": kind, "day": day} for kind, day in zip(kept, (1, 31), strict=True)]
    RuleFactory(branch=main, values={"notice_steps": steps})

    send_batch(now=now)

    assert len(mail.outbox) == sent
    assert Notice.objects.get().problem == ("" if sent else "OUTDATED")


def test_ii_h4_each_reminder_once_whatever_runs_again(main):
    late_loan(main, PatronFactory(), days=0)
    written = []

    for day in range(1, 20):
        for _ in range(2):
            night(on=TODAY + timedelta(days=day))
        written.append(Notice.objects.filter(kind__startswith="OVERDUE").count())

    assert written == [1] * 13 + [2] * 6


def test_ii_h4_a_courtesy_notice_once(main):
    due_date = TODAY + timedelta(days=3)
    LoanFactory(item=ItemFactory(home_branch=main), due_date=due_date, loaned_on=due_date - timedelta(days=28))

    for _ in range(2):
        night(make_courtesy_notices)

    assert Notice.objects.filter(kind="COURTESY").count() == 1


def test_ii_h5_called_back_once_by_the_first_who_asks_and_lent_again_for_less_while_others_wait(library, now):
    """Ours: who borrows while others wait has a shorter loan at once, by the rules for high demand."""
    values = {"recall_by_hold": True, "recall_min_days": 1, "recall_notice_days": 3}
    RuleFactory(values={**values, "high_demand_holds": 1, "high_demand_days": 7}, branch=library.main)
    item, borrower = library.item(), library.another_patron()
    desk = {"branch": library.main, "staff": library.staff, "now": now}
    hold = {"record": item.record, "pickup_branch": library.main, "staff": library.staff, "now": now}
    LoanFactory(item=item, patron=borrower, lending_branch=library.main)

    for _ in range(2):
        place_hold(patron=library.another_patron(), **hold)
    assert [notice.patron for notice in Notice.objects.filter(kind="RECALL")] == [borrower]

    first = check_in(item=item, **desk).hold.patron
    lent = check_out(item=item, patron=first, **desk)
    assert (lent.loan.due_date - TODAY).days == 7
    assert {"HOLDS_WAITING", "SHORT_FOR_DEMAND"} <= {notice.code for notice in lent.notices}
    assert Notice.objects.filter(kind="RECALL").count() == 1
