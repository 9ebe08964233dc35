from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum

from circulation.models import Fee, Loan
from circulation.selectors.fees import credit_of
from circulation.services.fees import close_overdue_fee, owed_by, reopen_overdue_fee, take_payment
from circulation.services.nightly.courtesy_notices import make_courtesy_notices
from circulation.services.nightly.overdue_fees import charge_overdue_fees
from circulation.services.nightly.overdue_notices import make_overdue_notices
from holdings.models import Item
from notices.models import Notice
from notices.rules.contexts import read_again
from tenants.models import JobRun
from tests.factories import BranchFactory, ItemFactory, LoanFactory, PatronFactory, RuleFactory, StaffAccountFactory
from tests.factories.moments import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def rules(alpha):
    return RuleFactory()


def night(job, on=TODAY):
    counts = Counter()
    job(on=on, now=NOW + (on - TODAY), counts=counts)
    return +counts


def loan(late=0, *, patron=None, branch=None, **changes):
    """An open loan so many days late; fewer than none is before the due date."""
    due_date = TODAY - timedelta(days=late)
    values = {"due_date": due_date, "loaned_on": due_date - timedelta(days=28), **changes}
    if patron:
        values["patron"] = patron
    if branch:
        values["item"] = ItemFactory(home_branch=branch)
    return LoanFactory(**values)


class TestOverdueFees:
    def test_charges_every_late_loan(self, rules):
        first, second, _ = loan(1), loan(20), loan(0)

        counts = night(charge_overdue_fees)

        assert counts == {"looked_at": 2, "charged": 2}
        assert dict(Fee.objects.values_list("loan", "balance")) == {
            first.pk: Decimal("20.00"),
            second.pk: Decimal("120.00"),
        }

    def test_charges_nothing_the_second_time(self, rules):
        loan(10)
        night(charge_overdue_fees)

        assert night(charge_overdue_fees) == {"looked_at": 1}
        assert Fee.objects.aggregate(Sum("balance"))["balance__sum"] == Decimal("60.00")

    def test_makes_up_for_nights_that_were_missed(self, rules):
        late = loan(1)
        night(charge_overdue_fees)

        night(charge_overdue_fees, TODAY + timedelta(days=14))

        assert owed_by(late.patron_id) == Decimal("120.00")

    def test_is_the_same_as_a_charge_each_night(self, rules):
        patient, neglected = loan(0), loan(0)

        for day in range(1, 41):
            night(charge_overdue_fees, TODAY + timedelta(days=day))

        assert owed_by(patient.patron_id) == owed_by(neglected.patron_id) == Decimal("230.00")
        assert Fee.objects.get(loan=patient).entries.count() == 4

    def test_leaves_a_closed_fee_as_it_is(self, rules):
        late = loan(3)
        close_overdue_fee(loan=late, on=TODAY, now=NOW, actor=None)

        night(charge_overdue_fees, TODAY + timedelta(days=20))

        assert owed_by(late.patron_id) == Decimal("20.00")

    def test_goes_on_where_no_rule_has_a_ladder(self, alpha):
        RuleFactory(values={"fee_cap": None})
        RuleFactory(branch=BranchFactory(code="main"), values={"fee_steps": None})
        loan(3)

        assert night(charge_overdue_fees) == {"looked_at": 1, "without_rule": 1}

    def test_takes_as_many_statements_for_many_loans_as_for_one(self, rules, django_assert_num_queries):
        branch = BranchFactory()
        for _ in range(40):
            loan(10, branch=branch)
        night(charge_overdue_fees, TODAY - timedelta(days=9))

        # The version and two look-ups of keys, then savepoint, version, lock, cases, fees, sums, new entries, balances,
        # audit, release.
        with django_assert_num_queries(13):
            night(charge_overdue_fees)


class TestCourtesyNotices:
    def test_tells_three_days_before(self, rules):
        soon = loan(-3)
        loan(-4), loan(-2), loan(1)

        counts = night(make_courtesy_notices)

        [notice] = Notice.objects.all()
        assert counts == {"letters": 1, "loans": 1}
        assert (notice.patron_id, notice.kind, notice.key) == (
            soon.patron_id,
            "COURTESY",
            f"COURTESY:{soon.patron_id}:2026-11-19",
        )
        assert notice.about == {"loans": [soon.pk], "due_dates": ["2026-11-22"]}
        assert "due 22 November 2026" in notice.body

    def test_says_the_hour_of_a_loan_by_the_hour_by_its_branch_s_clock(self, rules):
        soon = loan(-3, branch=BranchFactory(time_zone="Europe/Helsinki"))
        Loan.objects.filter(pk=soon.pk).update(due_at=datetime(2026, 11, 22, 13, 5, tzinfo=UTC))

        night(make_courtesy_notices)

        [notice] = Notice.objects.all()
        assert "due 22 November 2026 at 15:05" in notice.body
        assert read_again(notice.context)["items"][0]["due_date"].isoformat() == "2026-11-22T15:05:00+02:00"

    def test_tells_of_a_loan_by_the_hour_that_no_night_renews(self, alpha):
        RuleFactory(set={"auto_renewal": True, "auto_renewal_days": 1})
        by_day, by_hour = loan(-3), loan(-3)
        Loan.objects.filter(pk=by_hour.pk).update(due_at=datetime(2026, 11, 22, 13, 5, tzinfo=UTC))

        night(make_courtesy_notices)

        assert [notice.patron_id for notice in Notice.objects.all()] == [by_hour.patron_id]
        assert by_day.patron_id != by_hour.patron_id

    def test_merges_a_patron_s_loans_into_one_message(self, rules):
        patron = PatronFactory()
        loans = [loan(-3, patron=patron) for _ in range(3)]

        counts = night(make_courtesy_notices)

        [notice] = Notice.objects.all()
        assert counts == {"letters": 1, "loans": 3}
        assert notice.about["loans"] == [each.pk for each in loans]
        assert notice.body.count("due 22 November 2026") == 3

    def test_tells_nobody_twice(self, rules):
        loan(-3)
        night(make_courtesy_notices)

        assert night(make_courtesy_notices) == {}
        assert night(make_courtesy_notices, TODAY + timedelta(days=1)) == {}
        assert Notice.objects.count() == 1

    def test_makes_up_for_a_night_that_was_missed(self, alpha, rules):
        loan(-2)
        JobRun.objects.create(
            municipality=alpha,
            job="courtesy-notices",
            local_day=TODAY - timedelta(days=2),
            state=JobRun.State.DONE,
            started_at=NOW - timedelta(days=2),
        )

        assert night(make_courtesy_notices) == {"letters": 1, "loans": 1}

    def test_asks_each_branch_s_rule(self, rules):
        early = BranchFactory()
        RuleFactory(branch=early, values={"courtesy_days": 7})
        told = loan(-7, branch=early)
        loan(-7), loan(-3, branch=early)

        night(make_courtesy_notices)

        assert [notice.about["loans"] for notice in Notice.objects.all()] == [[told.pk]]

    def test_tells_nobody_where_it_is_not_wanted(self, alpha):
        RuleFactory(set={"courtesy_days": None})
        loan(-3)

        assert night(make_courtesy_notices) == {}


class TestOverdueNotices:
    def test_reminds_the_first_day_late(self, rules):
        late = loan(1)
        loan(0)

        counts = night(make_overdue_notices)

        [notice] = Notice.objects.all()
        assert counts == {"letters": 1, "loans": 1}
        assert (notice.kind, notice.patron_id, notice.state) == ("OVERDUE_1", late.patron_id, "QUEUED")
        late.refresh_from_db()
        assert late.notices_made == 1

    def test_tells_what_the_night_has_charged(self, rules):
        patron = PatronFactory()
        loan(10, patron=patron), loan(10, patron=patron)

        night(charge_overdue_fees)
        night(make_overdue_notices)

        assert "The fee for them is now 120.00\xa0DKK" in Notice.objects.get().body

    @pytest.mark.parametrize("named", [2, 1])
    def test_tells_what_several_loans_cost_together_whichever_of_them_it_names(self, alpha, named):
        RuleFactory(set={"fee_grouping": "DUE_DATE"})
        patron = PatronFactory()
        first, _second = loan(10, patron=patron), loan(10, patron=patron)
        night(charge_overdue_fees)
        if named == 1:
            # Of the loan that leads the fee the patron says that she has returned it.
            Loan.objects.filter(pk=first.pk).update(claim="RETURNED", claimed_at=NOW)

        night(make_overdue_notices)

        notice = Notice.objects.get()
        assert (len(notice.about["loans"]), notice.context["fees"]) == (named, {"amount": "60.00"})

    def test_writes_once_to_a_patron_for_each_kind(self, rules):
        patron = PatronFactory()
        first = [loan(1, patron=patron), loan(2, patron=patron)]
        second = [loan(14, patron=patron, notices_made=1)]

        counts = night(make_overdue_notices)

        assert counts == {"letters": 2, "loans": 3}
        assert {notice.kind: notice.about["loans"] for notice in Notice.objects.all()} == {
            "OVERDUE_1": [first[1].pk, first[0].pk],
            "OVERDUE_2": [second[0].pk],
        }

    def test_reminds_nobody_twice(self, rules):
        loan(40)

        night(make_overdue_notices)

        assert night(make_overdue_notices) == {}
        assert night(make_overdue_notices, TODAY + timedelta(days=1)) == {}
        assert Notice.objects.count() == 1

    def test_takes_a_loan_up_the_ladder_night_by_night(self, rules):
        late = loan(0)
        sent = []

        for day in range(1, 50):
            on = TODAY + timedelta(days=day)
            night(make_overdue_notices, on)
            made = Loan.objects.get(pk=late.pk).notices_made
            if made > len(sent):
                sent.append(day)

        assert sent == [1, 14, 31]
        assert list(Notice.objects.order_by("pk").values_list("kind", flat=True)) == [
            "OVERDUE_1",
            "OVERDUE_2",
            "INVOICE",
        ]

    def test_gives_who_was_reminded_late_as_much_time(self, rules):
        loan(100)

        days = [day for day in range(40) if night(make_overdue_notices, TODAY + timedelta(days=day))]

        assert days == [0, 13, 30]

    def test_begins_anew_after_a_renewal(self, rules):
        late = loan(5, notices_made=2)
        Loan.objects.filter(pk=late.pk).update(due_date=TODAY + timedelta(days=10), notices_made=0)

        assert night(make_overdue_notices) == {}
        assert night(make_overdue_notices, TODAY + timedelta(days=11)) == {"letters": 1, "loans": 1}

    def test_leaves_returned_loans_alone(self, rules):
        loan(5, returned=True)

        assert night(make_overdue_notices) == {}

    def test_branch_that_lent_most_of_them_writes(self, rules):
        patron = PatronFactory()
        one, two = BranchFactory(), BranchFactory()
        loan(3, patron=patron, branch=one), loan(2, patron=patron, branch=two), loan(1, patron=patron, branch=two)

        night(make_overdue_notices)

        assert Notice.objects.get().branch == two

    def test_takes_few_statements_for_many_patrons(self, rules, django_assert_num_queries):
        branch = BranchFactory()
        for _ in range(40):
            loan(1, branch=branch)
        night(make_overdue_notices, TODAY - timedelta(days=5))

        # One of them looks for stops to lift, whose letters are settled; in a transaction of its own.
        with django_assert_num_queries(20):
            night(make_overdue_notices)


class TestInvoices:
    @pytest.fixture
    def lost(self, rules):
        late = loan(31, notices_made=2)
        night(charge_overdue_fees)
        return late

    def test_claims_replacement_and_processing(self, lost):
        counts = night(make_overdue_notices)

        assert counts == {"letters": 1, "loans": 1, "invoiced": 1}
        assert dict(Fee.objects.values_list("kind", "balance")) == {
            "OVERDUE": Decimal("230.00"),
            "REPLACEMENT": Decimal("249.00"),
            "PROCESSING": Decimal("50.00"),
        }
        lost.item.refresh_from_db()
        assert lost.item.status == Item.Status.LOST

    def test_writes_all_amounts_and_their_sum(self, lost):
        night(make_overdue_notices)

        body = Notice.objects.get(kind="INVOICE").body
        assert "was due 19 October 2026: 249.00\xa0DKK" in body
        assert (
            "Replacement: 249.00\xa0DKK\nProcessing fee: 50.00\xa0DKK\n"
            "Overdue fee: 230.00\xa0DKK\nTotal: 529.00\xa0DKK\n" in body
        )

    def test_claims_once(self, lost):
        night(make_overdue_notices)
        night(make_overdue_notices)
        Loan.objects.filter(pk=lost.pk).update(notices_made=2)
        Notice.objects.all().delete()
        night(make_overdue_notices)

        assert owed_by(lost.patron_id) == Decimal("529.00")

    def test_return_cancels_the_replacement_but_not_the_fees(self, lost):
        night(make_overdue_notices)

        close_overdue_fee(loan=lost, on=TODAY, now=NOW, actor=None)

        assert dict(Fee.objects.values_list("kind", "balance")) == {
            "OVERDUE": Decimal("230.00"),
            "REPLACEMENT": Decimal("0.00"),
            "PROCESSING": Decimal("50.00"),
        }

    def test_undone_return_claims_the_replacement_again(self, lost):
        night(make_overdue_notices)
        close_overdue_fee(loan=lost, on=TODAY, now=NOW, actor=None)

        reopen_overdue_fee(loan=lost, now=NOW, actor=None)

        replacement = Fee.objects.get(kind="REPLACEMENT")
        assert (replacement.balance, replacement.closed_at) == (Decimal("249.00"), None)
        assert owed_by(lost.patron_id) == Decimal("529.00")

    def test_paid_replacement_is_credited_when_the_item_returns(self, lost):
        night(make_overdue_notices)
        staff = StaffAccountFactory()
        amount = Decimal("529.00")
        take_payment(patron=lost.patron, amount=amount, method="CARD", staff=staff, now=NOW, form_id="form-0001")

        close_overdue_fee(loan=lost, on=TODAY, now=NOW, actor=None)

        assert credit_of(lost.patron_id) == Decimal("249.00")

    def test_takes_the_rule_s_price_where_the_item_has_none(self, alpha):
        RuleFactory(set={"replacement_price": "180.00", "processing_fee": None})
        late = loan(31, notices_made=2)
        Item.objects.filter(pk=late.item_id).update(price=0)

        night(make_overdue_notices)

        assert dict(Fee.objects.values_list("kind", "balance")) == {"REPLACEMENT": Decimal("180.00")}

    def test_claims_nothing_where_no_rule_does(self, alpha):
        RuleFactory(set={"replacement_fee": False, "processing_fee": None})
        late = loan(31, notices_made=2)

        night(make_overdue_notices)

        assert Fee.objects.count() == 0
        late.item.refresh_from_db()
        assert late.item.status == Item.Status.LOST

    def test_leaves_the_due_dates_of_others_alone(self, lost):
        other = loan(30, notices_made=2)

        night(make_overdue_notices)

        other.refresh_from_db()
        assert (other.notices_made, other.item.status) == (2, Item.Status.ON_LOAN)
