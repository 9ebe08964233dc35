"""Scans recorded during an outage: at their own time, once, in order; what wasn't possible is kept for staff."""

from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from circulation.errors import Code, Override, SettlingRefused
from circulation.models import Fee, Loan, OutageScan
from circulation.rules.outages import moment_of
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.outages import Recorded, replay_scan, settle_by_action, settle_by_note
from tests.factories import NOW, LoanFactory

AGO = timedelta(minutes=40)


@pytest.fixture
def send(library):
    """Return a function that sends a recorded scan: 40 minutes ago by default."""

    def send_one(kind, item, *, at=NOW - AGO, scan_id=None, now=NOW, clock=None, is_hers=True, **values):
        text = item if isinstance(item, str) else item.barcode
        recorded = Recorded(
            scan_id=scan_id or f"scan-{text}-{at:%H%M%S}",
            kind=kind,
            text=text,
            said=at.isoformat(),
            happened_at=at,
            sent_at=clock or now,
            **values,
        )
        return replay_scan(recorded=recorded, branch=library.main, is_hers=is_hers, staff=library.staff, now=now)

    return send_one


def codes(replayed):
    return [reason.code for reason in replayed.reasons]


def test_lends_at_the_time_of_the_scan(library, send):
    item = library.item()

    replayed = send("CHECK_OUT", item, patron_id=library.patron.pk)

    loan = Loan.objects.get()
    assert (replayed.scan.state, replayed.reasons) == ("DONE", [])
    assert (loan.item, loan.patron, loan.loaned_at) == (item, library.patron, NOW - AGO)


def test_counts_the_due_date_from_the_day_of_the_scan(library, send):
    item, other = library.item(), library.item()

    send("CHECK_OUT", item, patron_id=library.patron.pk, at=NOW - timedelta(days=2))
    online = check_out(item=other, patron=library.patron, branch=library.main, staff=library.staff, now=NOW)

    assert Loan.objects.get(item=item).loaned_on == (NOW - timedelta(days=2)).date()
    assert Loan.objects.get(item=item).due_date < online.loan.due_date


def test_returns_at_the_time_of_the_scan_without_a_fee_for_the_days_of_the_outage(library, send):
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main)
    loan.due_date = (NOW - timedelta(days=1)).date()
    loan.save()
    loan.item.last_seen_at = loan.loaned_at
    loan.item.save()

    send("CHECK_IN", loan.item, at=NOW - timedelta(days=1))

    loan.refresh_from_db()
    assert loan.returned_at == NOW - timedelta(days=1)
    assert not Fee.objects.exists()


def test_sent_twice_it_is_done_once(library, send):
    item = library.item()

    first = send("CHECK_OUT", item, patron_id=library.patron.pk)
    again = send("CHECK_OUT", item, patron_id=library.patron.pk)

    assert first.scan == again.scan
    assert (again.result.loan, again.result.entry_id) == (first.result.loan, first.result.entry_id)
    assert (Loan.objects.count(), OutageScan.objects.count()) == (1, 1)
    assert AuditEntry.objects.filter(action="circulation.check_out").count() == 1


def test_what_the_server_had_done_before_its_answer_was_lost_is_not_done_again(library, send):
    item = library.item()
    check_out(
        item=item, patron=library.patron, branch=library.main, staff=library.staff, now=NOW - AGO, scan_id="the-one"
    )

    replayed = send(
        "CHECK_OUT", item, patron_id=library.patron.pk, scan_id="the-one", at=NOW - AGO - timedelta(minutes=1)
    )

    assert replayed.scan.state == "DONE"
    assert Loan.objects.count() == 1
    assert Loan.objects.get().renewals == 0


def test_finds_the_patron_by_the_card_that_was_scanned_then(library, send):
    her = library.another_patron(card="2090000009")

    send("CHECK_OUT", library.item(), card="2090 0000 09")

    assert Loan.objects.get().patron == her


def test_an_unknown_card_lends_to_nobody(library, send):
    replayed = send("CHECK_OUT", library.item(), card="2099999999", patron_id=library.patron.pk)

    assert (replayed.scan.state, codes(replayed)) == ("OPEN", [Code.CARD_UNKNOWN])
    assert not Loan.objects.exists()


def test_an_unknown_barcode_is_listed(library, send):
    replayed = send("CHECK_IN", "no such thing")

    assert (replayed.scan.state, replayed.scan.text, codes(replayed)) == ("OPEN", "no such thing", [Code.ITEM_UNKNOWN])


@pytest.mark.parametrize(
    ("said", "happened", "sent", "code"),
    [
        ("tomorrow", None, NOW, Code.TIME_UNREADABLE),
        ("no clock", NOW, None, Code.TIME_UNREADABLE),
        ("ahead", NOW + timedelta(minutes=5), NOW, Code.TIME_AHEAD),
        ("last year", NOW - timedelta(days=15), NOW, Code.TIME_TOO_OLD),
    ],
)
def test_impossible_times_are_told(said, happened, sent, code):
    moment = moment_of(said=said, happened_at=happened, sent_at=sent, now=NOW)

    assert moment.at is None
    assert moment.problem is not None
    assert moment.problem.code == code


def test_a_desk_whose_clock_is_wrong_is_understood():
    # Its clock is three hours behind; the scan was ten minutes before it was sent.
    wrong = NOW - timedelta(hours=3)

    moment = moment_of(said="x", happened_at=wrong - timedelta(minutes=10), sent_at=wrong, now=NOW)

    assert moment.at == NOW - timedelta(minutes=10)


def test_a_scan_with_an_impossible_time_is_listed_and_changes_nothing(library, send):
    replayed = send("CHECK_OUT", library.item(), patron_id=library.patron.pk, at=NOW + timedelta(hours=1))

    assert (replayed.scan.state, codes(replayed)) == ("OPEN", [Code.TIME_AHEAD])
    assert replayed.scan.happened_at is None
    assert not Loan.objects.exists()


def test_all_reasons_are_kept(library, send):
    replayed = send("CHECK_OUT", "nothing", card="2099999999", at=NOW + timedelta(hours=1), is_hers=False)

    assert codes(replayed) == [Code.TIME_AHEAD, Code.NOT_HER_BRANCH, Code.ITEM_UNKNOWN, Code.CARD_UNKNOWN]


def test_what_was_scanned_elsewhere_later_is_listed(library, send):
    item = library.item()
    check_in(item=item, branch=library.east, staff=library.staff, now=NOW - timedelta(minutes=10))

    replayed = send("CHECK_OUT", item, patron_id=library.patron.pk)

    assert codes(replayed) == [Code.SCANNED_SINCE]
    assert not Loan.objects.exists()


def test_of_two_desks_that_were_cut_off_the_later_scan_holds(library, send):
    item = library.item()

    send("CHECK_IN", item, at=NOW - timedelta(minutes=10), scan_id="east")
    earlier = send("CHECK_OUT", item, patron_id=library.patron.pk, at=NOW - timedelta(minutes=20), scan_id="main")

    assert codes(earlier) == [Code.SCANNED_SINCE]
    assert not Loan.objects.exists()


def test_lent_and_returned_within_the_outage(library, send):
    item = library.item()

    send("CHECK_OUT", item, patron_id=library.patron.pk, at=NOW - timedelta(minutes=30), scan_id="a")
    send("CHECK_IN", item, at=NOW - timedelta(minutes=20), scan_id="b")
    send("CHECK_OUT", item, patron_id=library.another_patron().pk, at=NOW - timedelta(minutes=10), scan_id="c")

    assert [scan.state for scan in OutageScan.objects.all()] == ["DONE"] * 3
    assert Loan.objects.filter(returned_at__isnull=True).count() == 1


def test_a_refusal_is_kept_with_all_its_reasons_and_who_it_was(library, send):
    item = library.item(status="REFERENCE_ONLY")

    replayed = send("CHECK_OUT", item, patron_id=library.patron.pk, recorded_by="lis")

    scan = OutageScan.objects.get()
    assert codes(replayed) == [Code.ITEM_REFERENCE_ONLY]
    assert (scan.patron, scan.recorded_by, scan.sent_by) == (library.patron, "lis", library.staff)
    entry = AuditEntry.objects.get(action="circulation.replay_scan")
    assert (entry.facts["state"], entry.facts["codes"]) == ("OPEN", [Code.ITEM_REFERENCE_ONLY])


def test_forgets_the_patron_when_it_is_done(library, send):
    send("CHECK_OUT", library.item(), card=library.patron.cards.get().number)

    scan = OutageScan.objects.get()
    assert (scan.patron, scan.card) == (None, "")


def test_staff_carry_it_out_in_spite_of_a_reason(library, send):
    item = library.item(status="REFERENCE_ONLY")
    scan = send("CHECK_OUT", item, patron_id=library.patron.pk).scan

    with pytest.raises(SettlingRefused) as refused:
        settle_by_action(scan=scan, staff=library.staff, at=NOW - AGO, now=NOW)
    override = Override([Code.ITEM_REFERENCE_ONLY], "she has it at home")
    settle_by_action(scan=scan, staff=library.staff, at=NOW - AGO, now=NOW, override=override)

    scan.refresh_from_db()
    assert refused.value.codes == [Code.ITEM_REFERENCE_ONLY]
    assert Loan.objects.get().loaned_at == NOW - AGO
    assert (scan.state, scan.settled_by, scan.patron) == ("SETTLED", library.staff, None)


def test_staff_say_whose_the_card_was(library, send):
    scan = send("CHECK_OUT", library.item(), card="2099999999").scan

    settle_by_action(scan=scan, staff=library.staff, at=NOW - AGO, now=NOW, patron=library.patron)

    assert Loan.objects.get().patron == library.patron


def test_staff_cannot_undo_what_came_later(library, send):
    item = library.item()
    check_in(item=item, branch=library.east, staff=library.staff, now=NOW - timedelta(minutes=10))
    scan = send("CHECK_OUT", item, patron_id=library.patron.pk).scan

    with pytest.raises(SettlingRefused) as refused:
        settle_by_action(scan=scan, staff=library.staff, at=NOW - AGO, now=NOW)

    assert refused.value.codes == [Code.SCANNED_SINCE]
    assert OutageScan.objects.get().state == "OPEN"


def test_staff_note_what_they_did_instead_once(library, send):
    scan = send("CHECK_IN", "2099999999").scan

    with pytest.raises(SettlingRefused):
        settle_by_note(scan=scan, staff=library.staff, note="  ", now=NOW)
    settle_by_note(scan=scan, staff=library.staff, note="It was a card", now=NOW)
    with pytest.raises(SettlingRefused):
        settle_by_note(scan=scan, staff=library.staff, note="again", now=NOW)

    scan.refresh_from_db()
    assert (scan.state, scan.settled_how, scan.text) == ("SETTLED", "It was a card", "")
    assert AuditEntry.objects.filter(action="circulation.settle_scan").count() == 1
