"""What the night forgets: traces of who had what after the municipality's period, and people who left."""

from collections import Counter
from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from circulation.models import Fee, Hold, Loan, Transit
from circulation.selectors.claims import count_claims
from circulation.services.nightly.forgetting import forget_traces
from notices.models import Notice
from patrons.models import Block, Card, Patron
from patrons.rules.settings import PatronSettings, read_settings
from tests.factories import (
    NOW,
    TODAY,
    BlockFactory,
    FeeFactory,
    GuardianshipFactory,
    HoldFactory,
    LoanFactory,
    PatronFactory,
    PatronNoteFactory,
    TransitFactory,
)

LONG_AGO = NOW - timedelta(days=31)
LATELY = NOW - timedelta(days=29)


def forget():
    counts = Counter()
    forget_traces(on=TODAY, now=NOW, counts=counts)
    return +counts


def entry(loan, *, at=LONG_AGO, action="circulation.check_out", **facts):
    known = {"patron_id": loan.patron_id, "loan_id": loan.pk, "item_id": loan.item_id}
    return AuditEntry.objects.create(
        at=at, action=action, subject_type="holdings.item", subject_id=loan.item_id, facts=known | facts
    )


@pytest.mark.parametrize(
    ("own", "days"),
    [
        ({}, 30),
        ({"patrons": {"trace_days": 7}}, 7),
        ({"patrons": {"trace_days": -1}}, 30),
        ({"patrons": {"trace_days": "7"}}, 30),
        ({"patrons": {"trace_days": True}}, 30),
        ({"patrons": []}, 30),
    ],
)
def test_periods_that_cannot_be_are_the_standard_ones(own, days):
    assert read_settings(own) == PatronSettings(trace_days=days)


def test_the_audit_log_forgets_whose_loan_it_was(alpha):
    old = entry(LoanFactory(returned=True), before={"due_date": "2026-10-01"})
    new = entry(LoanFactory(returned=True), at=LATELY)
    item = old.facts["item_id"]

    assert forget()["entries"] == 1

    old.refresh_from_db()
    new.refresh_from_db()
    assert old.facts == {"loan_id": old.facts["loan_id"], "item_id": item, "before": {"due_date": "2026-10-01"}}
    assert "patron_id" in new.facts
    assert forget() == {}


def test_the_audit_log_keeps_what_is_open_or_owed_for(alpha):
    owing = LoanFactory(returned=True)
    FeeFactory(loan=owing, patron=owing.patron)
    kept = [entry(LoanFactory()), entry(owing)]

    forget()

    assert all("patron_id" in AuditEntry.objects.get(pk=each.pk).facts for each in kept)


def test_other_entries_are_left_alone(alpha):
    kept = entry(LoanFactory(returned=True), action="patrons.change")

    forget()

    assert "patron_id" in AuditEntry.objects.get(pk=kept.pk).facts


def test_past_loans_are_forgotten_but_not_those_of_whoever_wants_them(alpha):
    gone = LoanFactory(returned=True)
    kept = LoanFactory(returned=True, patron=PatronFactory(history=True))
    still_open = LoanFactory()

    assert forget()["loans"] == 1

    assert Loan.objects.get(pk=gone.pk).patron is None
    assert all(Loan.objects.get(pk=loan.pk).patron for loan in (kept, still_open))


def test_a_settled_fee_keeps_its_money_and_forgets_what_it_was_for(alpha):
    loan = LoanFactory(returned=True)
    settled = FeeFactory(loan=loan, patron=loan.patron, description="Lucky Per")
    settled.entries.update(at=LONG_AGO)
    Fee.objects.filter(pk=settled.pk).update(balance=0, created_at=LONG_AGO)
    owed = FeeFactory(description="A mug")
    Fee.objects.filter(pk=owed.pk).update(created_at=LONG_AGO)

    assert forget()["fees"] == 1

    settled.refresh_from_db()
    assert (settled.description, settled.loan, settled.entries.count()) == ("", None, 1)
    assert Fee.objects.get(pk=owed.pk).description == "A mug"


def test_a_fee_that_was_settled_lately_is_still_told(alpha):
    fee = FeeFactory(description="Lucky Per")
    fee.entries.update(at=LATELY)
    Fee.objects.filter(pk=fee.pk).update(balance=0, created_at=LONG_AGO)

    forget()

    assert Fee.objects.get(pk=fee.pk).description == "Lucky Per"


def test_ended_holds_go_and_waiting_ones_stay(alpha):
    ended = HoldFactory(cancelled=True)
    Hold.objects.filter(pk=ended.pk).update(ended_at=LONG_AGO)
    transit = TransitFactory(hold=ended)
    waiting, lately = HoldFactory(requested_at=LONG_AGO), HoldFactory(cancelled=True)

    assert forget()["holds"] == 1

    assert set(Hold.objects.all()) == {waiting, lately}
    assert Transit.objects.get(pk=transit.pk).hold is None


def message(patron, *, at=LONG_AGO, kind="COURTESY", state="SENT", **about):
    return Notice.objects.create(
        patron=patron,
        branch=patron.home_branch,
        kind=kind,
        key=f"{kind}:{patron.pk}:{at}:{about}:{state}",
        about=about,
        channel="EMAIL",
        state=state,
        created_at=at,
    )


def test_messages_go_when_what_they_name_is_over(alpha):
    still = LoanFactory()
    over = LoanFactory(patron=still.patron, returned=True)
    owing = LoanFactory(returned=True)
    FeeFactory(loan=owing, patron=owing.patron)
    waiting, ended = HoldFactory(), HoldFactory(cancelled=True)
    kept = [
        message(still.patron, loans=[over.pk, still.pk]),
        message(owing.patron, loans=[owing.pk]),
        message(waiting.patron, kind="HOLD_INTEREST_ENDS", hold=waiting.pk),
        message(over.patron, at=LATELY, loans=[over.pk]),
        message(over.patron, state="QUEUED", loans=[over.pk]),
        message(owing.patron, kind="INVOICE"),
    ]
    gone = [
        message(over.patron, loans=[over.pk]),
        message(over.patron, state="FAILED", loans=[over.pk]),
        message(owing.patron, loans=[over.pk]),
        message(ended.patron, kind="HOLD_READY", hold=ended.pk),
        message(waiting.patron, kind="HOLD_READY", hold=ended.pk),
        message(over.patron, kind="INVOICE", loans=[over.pk]),
        message(over.patron),
    ]

    assert forget()["messages"] == len(gone)

    assert set(Notice.objects.all()) == set(kept)


def test_a_letter_stays_as_long_as_its_stop_or_a_fee_that_covers_one_of_its_loans(alpha):
    patron = PatronFactory()
    led, named, settled = (LoanFactory(patron=patron, returned=True) for _ in range(3))
    covers = [{"loan": loan.pk, "title": "Lucky Per"} for loan in (led, named)]
    together = FeeFactory(patron=patron, loan=led, covers=covers, group_key="due:2026-10-01")
    rests_on_a_fee = message(patron, kind="OVERDUE_1", loans=[named.pk])
    stops = message(patron, kind="OVERDUE_2", loans=[settled.pk])
    Notice.objects.filter(pk=stops.pk).update(key="OVERDUE_2:1:2026-10-01")
    block = BlockFactory(patron=patron, cause="letter:OVERDUE_2:1:2026-10-01")
    message(patron, kind="OVERDUE_3", loans=[settled.pk])

    forget()
    assert set(Notice.objects.all()) == {rests_on_a_fee, stops}

    Fee.objects.filter(pk=together.pk).update(balance=0)
    Block.objects.filter(pk=block.pk).update(lifted_at=NOW)
    forget()
    assert not Notice.objects.exists()


@pytest.mark.parametrize("claim", ["NEVER_HAD", "RETURNED"])
def test_of_what_a_patron_said_of_an_item_only_the_number_stays(alpha, claim):
    patron = PatronFactory()
    said = [LoanFactory(patron=patron, returned=True, claim=claim, claimed_at=LONG_AGO) for _ in range(3)]
    Loan.objects.filter(pk__in=[loan.pk for loan in said[:2]]).update(returned_at=LONG_AGO)
    Loan.objects.filter(pk=said[2].pk).update(returned_at=LATELY)

    assert forget()["loans"] == 2
    assert "loans" not in forget()

    assert list(Loan.objects.filter(patron=patron)) == said[2:]
    patron.refresh_from_db()
    assert (patron.forgotten_claims, count_claims(patron)) == (2, 3)


def test_a_memberships_end_is_remembered_until_it_comes(alpha):
    patron = PatronFactory()
    ahead = message(patron, kind="MEMBERSHIP_ENDS", ends_on=(TODAY + timedelta(days=1)).isoformat())
    message(patron, kind="MEMBERSHIP_ENDS", ends_on=(TODAY - timedelta(days=1)).isoformat())

    forget()

    assert list(Notice.objects.all()) == [ahead]


def test_the_other_loans_of_a_settled_fee_are_forgotten_too(alpha):
    fee = FeeFactory(description="", covers=[{"loan": 1, "title": "Lucky Per"}])
    fee.entries.update(at=LONG_AGO)
    Fee.objects.filter(pk=fee.pk).update(balance=0, created_at=LONG_AGO)

    forget()

    fee.refresh_from_db()
    assert fee.covers == []


def test_who_left_long_ago_is_forgotten_unless_something_is_open(alpha):
    year_ago = NOW - timedelta(days=366)
    gone = PatronFactory(left_at=year_ago, national_id_hash=b"1" * 32, phone="12345678", keeps_history=True)
    PatronNoteFactory(patron=gone)
    GuardianshipFactory(guardian=gone)
    past = LoanFactory(patron=gone, returned=True)
    open_loan = LoanFactory(patron=PatronFactory(left_at=year_ago, given_name="Olga"))
    owing = FeeFactory(patron=PatronFactory(left_at=year_ago, given_name="Oda"))
    lately = PatronFactory(left_at=LONG_AGO, given_name="Lene")

    assert forget()["people"] == 1

    gone = Patron.objects.get(pk=gone.pk)
    assert (gone.display_name, gone.birth_date, gone.email, gone.phone, gone.national_id_hash) == (
        "–",
        None,
        "",
        "",
        None,
    )
    assert not Card.objects.filter(patron=gone).exists()
    assert not gone.notes.exists()
    assert not gone.wards.exists()
    assert Loan.objects.get(pk=past.pk).patron is None
    names = [Patron.objects.get(pk=pk).given_name for pk in (open_loan.patron_id, owing.patron_id, lately.pk)]
    assert names == ["Olga", "Oda", "Lene"]
    assert "people" not in forget()


def test_a_membership_that_ran_out_long_ago_is_over_unless_something_is_open(alpha):
    ran_out = {"expires_on": TODAY - timedelta(days=366)}
    gone = PatronFactory(**ran_out)
    kept = [
        PatronFactory(expires_on=TODAY - timedelta(days=364)),
        PatronFactory(category__code="school", category__kind="INSTITUTION", **ran_out),
        LoanFactory(patron=PatronFactory(**ran_out)).patron,
        LoanFactory(patron=PatronFactory(**ran_out), returned=True, claim="NEVER_HAD", claimed_at=LATELY).patron,
        HoldFactory(patron=PatronFactory(**ran_out)).patron,
        FeeFactory(patron=PatronFactory(**ran_out)).patron,
        FeeFactory(liable=PatronFactory(**ran_out)).liable,
        GuardianshipFactory(guardian=PatronFactory(**ran_out)).guardian,
    ]

    assert forget()["people"] == 1

    left = Patron.objects.get(pk=gone.pk)
    assert (left.given_name, left.left_at, left.left_reason) == ("–", NOW, "OVER")
    assert not Patron.objects.filter(pk__in=[patron.pk for patron in kept], given_name="–").exists()
    assert "people" not in forget()


def test_a_guest_is_forgotten_after_the_shorter_period(alpha):
    PatronFactory(left_at=LONG_AGO, left_reason="OVER")
    PatronFactory(left_at=LONG_AGO, left_reason="MOVED")

    assert forget()["people"] == 1
