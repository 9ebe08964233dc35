"""Cases I.D5 to D11 and D14: from when a loan may be renewed, by itself too, and what stops it; II.A10."""

from datetime import timedelta
from decimal import Decimal

import pytest

from circulation.errors import Code, RenewalRefused
from circulation.models import Loan
from circulation.rules.automatic_renewal import Answer, automatically
from circulation.rules.nights import Job
from circulation.rules.resolution import Level, Origin, Resolved, RuleRow
from circulation.services.nightly.night import run_job
from circulation.services.renew import renew_loan
from notices.models import Notice, NoticeKind
from tests.factories import FeeFactory, HoldFactory, LoanFactory, RuleFactory
from tests.factories.moments import NOW, TODAY

DAY = timedelta(days=1)


def _rules(**values):
    return Resolved((RuleRow(Origin(Level.MUNICIPALITY, 1), {"auto_renewal": True} | values),))


def _answer(owed=0, **values):
    return automatically(
        _rules(**values), loaned_on=TODAY - 10 * DAY, due_date=TODAY + 10 * DAY, today=TODAY, owed=Decimal(owed)
    )


def _refused(loan, library, now=NOW):
    with pytest.raises(RenewalRefused) as refused:
        renew_loan(loan=loan, staff=library.staff, now=now)
    return refused.value.codes


def _loan(library, **values):
    return LoanFactory(**{"patron": library.patron, "item": library.item(), **values})


@pytest.mark.parametrize(("days", "refused"), [(8, True), (7, False), (1, False)])
def test_i_d5_renewable_from_the_beginning_of_a_day(library, days, refused):
    RuleFactory(branch=library.main, values={"earliest_renewal_days": 7})
    loan = _loan(library, due_date=TODAY + days * DAY)

    if refused:
        assert _refused(loan, library) == [Code.TOO_EARLY]
    else:
        assert renew_loan(loan=loan, staff=library.staff, now=NOW.replace(hour=0, minute=1)).loan.renewals == 1


@pytest.mark.parametrize(
    ("until", "earliest", "answer"),
    [
        (9, 10, Answer.TOO_LATE),
        (10, 10, Answer.TOO_LATE),
        (11, 7, Answer.TOO_SOON),
        (11, 10, Answer.DUE),
    ],
)
def test_i_d6_too_late_and_too_soon_are_different_answers(until, earliest, answer):
    values = {"auto_renewal_until_days": until, "auto_renewal_days": 60, "earliest_renewal_days": earliest}

    assert _answer(**values) is answer


@pytest.mark.parametrize(
    ("days", "until", "answer"),
    [
        (15, TODAY - DAY, Answer.TOO_LATE),
        (15, TODAY + DAY, Answer.DUE),
        (9, TODAY + DAY, Answer.TOO_LATE),
        (None, TODAY, Answer.DUE),
    ],
)
def test_i_d7_the_earlier_of_the_two_ends_counts(days, until, answer):
    assert _answer(auto_renewal_until_days=days, auto_renewal_until=until, auto_renewal_days=10) is answer


@pytest.mark.parametrize(("owed", "answer"), [(5, Answer.DUE), (10, Answer.DUE), (15, Answer.OWES_TOO_MUCH)])
def test_i_d8_too_much_debt_stops_it_and_the_limit_itself_doesn_t(owed, answer):
    assert _answer(owed, auto_renewal_debt=Decimal(10), auto_renewal_days=10) is answer


@pytest.fixture
def night(library, alpha):
    """Return a function that does the night's renewals on a day; loans renew themselves."""
    RuleFactory(branch=library.main, values={"auto_renewal": True, "auto_renewal_days": 1, "renewal_days": 14})

    def night(day=TODAY):
        return run_job(job=Job.AUTO_RENEWALS, local_day=day, now=NOW + (day - TODAY))

    return night


def test_renews_by_night_what_is_due_tomorrow_and_tells_its_patron_once(library, night):
    soon, later = _loan(library, due_date=TODAY + DAY), _loan(library, due_date=TODAY + 2 * DAY)

    assert night() == {"renewed": 1, "not_renewed": 0, "letters": 1}
    assert not any(night().values())

    soon.refresh_from_db()
    later.refresh_from_db()
    assert (soon.due_date, soon.renewals, later.renewals) == (TODAY + 14 * DAY, 1, 0)
    notice = Notice.objects.get()
    assert (notice.kind, notice.about["loans"], notice.about["due_dates"]) == (
        NoticeKind.RENEWED,
        [soon.pk],
        [soon.due_date.isoformat()],
    )


def test_tells_on_the_first_night_that_it_couldn_t_and_tries_again(library, night):
    loan = _loan(library, due_date=TODAY + DAY)
    hold = HoldFactory(record=loan.item.record, patron=library.another_patron(), pickup_branch=library.main)
    assert night() == {"renewed": 0, "not_renewed": 1, "letters": 1}

    hold.state = "CANCELLED"
    hold.save()

    assert night(TODAY + DAY) == {"renewed": 1, "not_renewed": 0, "letters": 1}
    assert list(Notice.objects.order_by("pk").values_list("kind", flat=True)) == ["NOT_RENEWED", "RENEWED"]


@pytest.mark.parametrize("stop", ["limit", "debt", "lost", "on site"])
def test_what_stops_any_renewal_stops_one_by_night(library, night, stop):
    loan = _loan(library, due_date=TODAY + DAY, renewals=3 if stop == "limit" else 0, is_on_site=stop == "on site")
    if stop == "debt":
        FeeFactory(patron=library.patron, amount=Decimal(500))
    if stop == "lost":
        type(loan.item).objects.filter(pk=loan.item_id).update(status="LOST")

    assert night()["renewed"] == 0

    loan.refresh_from_db()
    assert loan.due_date == TODAY + DAY


@pytest.mark.parametrize(("expires_on", "renewed"), [(TODAY - DAY, 0), (TODAY + 90 * DAY, 1), (None, 1)])
def test_i_d9_an_expired_card_stops_it(library, night, expires_on, renewed):
    patron = library.another_patron(expires_on=expires_on)
    _loan(library, patron=patron, due_date=TODAY + DAY)

    assert night()["renewed"] == renewed


@pytest.mark.parametrize(("allowed", "used"), [(0, 0), (2, 2), (2, 3)])
def test_i_d10_no_more_renewals_than_the_rules_allow(library, allowed, used):
    RuleFactory(branch=library.main, values={"max_renewals": allowed})

    assert _refused(_loan(library, renewals=used), library) == [Code.RENEWAL_LIMIT_REACHED]


@pytest.mark.parametrize(
    ("stop", "late", "in_time"),
    [
        ("NOTHING", [], []),
        (None, [], []),
        ("THIS", [Code.OVERDUE_STOPS_RENEWAL], []),
        ("ANY", [Code.OVERDUE_STOPS_RENEWAL], [Code.OVERDUE_STOPS_RENEWAL]),
    ],
)
def test_i_d11_an_overdue_loan_stops_itself_or_every_renewal(library, stop, late, in_time):
    if stop:
        RuleFactory(branch=library.main, values={"renewal_blocked_by_overdue": stop})
    overdue = _loan(library, overdue=True)
    other = _loan(library)

    for loan, codes in ((other, in_time), (overdue, late)):
        if codes:
            assert _refused(loan, library) == codes
        else:
            assert renew_loan(loan=loan, staff=library.staff, now=NOW).loan.renewals == 1


def test_i_d11_a_loan_by_the_hour_is_overdue_at_once(library):
    RuleFactory(branch=library.main, values={"renewal_blocked_by_overdue": "ANY"})
    _loan(library, due_date=TODAY, due_at=NOW - timedelta(minutes=1))

    assert _refused(_loan(library), library) == [Code.OVERDUE_STOPS_RENEWAL]


def test_i_d12_an_on_site_loan_is_never_renewed(library):
    assert Code.ON_SITE_LOAN in _refused(_loan(library, is_on_site=True), library)


@pytest.mark.parametrize(("base", "due"), [("TODAY", 10), ("DUE_DATE", 15)])
def test_i_d14_from_today_or_from_the_due_date(library, base, due):
    RuleFactory(branch=library.main, values={"renewal_base": base, "renewal_days": 10, "due_mode": "EVERY_DAY"})
    loan = _loan(library, due_date=TODAY + 5 * DAY)

    renewed = renew_loan(loan=loan, staff=library.staff, now=NOW).loan

    assert renewed.due_date == TODAY + due * DAY


def test_ii_a10_a_renewal_follows_the_rules_of_the_loan_wherever_it_s_made(library):
    RuleFactory(branch=library.east, values={"renewal_days": 3, "due_mode": "EVERY_DAY"})
    loan = _loan(library, lending_branch=library.east, due_date=TODAY + DAY)

    assert renew_loan(loan=loan, staff=library.staff, now=NOW).loan.due_date == TODAY + 3 * DAY
    assert Loan.objects.get().lending_branch_id == library.east.pk
