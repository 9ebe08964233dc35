"""Who has died gets no letters, and nothing grows: the family hears from a librarian, not from the night."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest

from circulation.models import Fee, Loan
from circulation.selectors.fees_today import fees_today
from circulation.services.fees import close_overdue_fee
from circulation.services.nightly.auto_renewals import renew_what_renews_itself
from circulation.services.nightly.courtesy_notices import make_courtesy_notices
from circulation.services.nightly.overdue_fees import charge_overdue_fees
from circulation.services.nightly.overdue_notices import make_overdue_notices
from holdings.models import Item
from notices.models import Notice, NoticeKind
from notices.services.outbox import make_notice
from patrons.models import Block, Patron
from tests.factories import (
    NOW,
    TODAY,
    BranchFactory,
    GuardianshipFactory,
    ItemFactory,
    LoanFactory,
    PatronFactory,
    RuleFactory,
)

DIED = {"left_at": NOW, "left_reason": Patron.LeftReason.DECEASED}
MOVED = {"left_at": NOW, "left_reason": Patron.LeftReason.MOVED}


@pytest.fixture
def main(alpha):
    RuleFactory(set={"auto_renewal": True, "auto_renewal_days": 2})
    return BranchFactory(name="Main")


def loan_of(patron, main, *, late):
    return LoanFactory(
        item=ItemFactory(home_branch=main, status=Item.Status.ON_LOAN),
        patron=patron,
        due_date=TODAY - timedelta(days=late),
        loaned_on=TODAY - timedelta(days=late + 28),
    )


@pytest.mark.parametrize(
    ("job", "late"), [(make_overdue_notices, 1), (make_overdue_notices, 31), (renew_what_renews_itself, -2)]
)
def test_the_night_writes_to_the_living_only(main, job, late):
    dead = loan_of(PatronFactory(home_branch=main, **DIED), main, late=late)
    moved = loan_of(PatronFactory(home_branch=main, **MOVED), main, late=late)
    counts = Counter()

    job(on=TODAY, now=NOW, counts=counts)

    assert counts["letters"] == 1
    assert Notice.objects.get().patron == moved.patron
    loan = Loan.objects.get(pk=dead.pk)
    assert (loan.notices_made, loan.renewals, loan.due_date) == (0, 0, dead.due_date)
    assert loan.item.status == Item.Status.ON_LOAN


def test_nobody_who_has_died_is_told_what_is_due_soon(alpha):
    RuleFactory()
    main = BranchFactory()
    loan_of(PatronFactory(home_branch=main, **DIED), main, late=-3)
    moved = loan_of(PatronFactory(home_branch=main, **MOVED), main, late=-3)

    make_courtesy_notices(on=TODAY, now=NOW, counts=Counter())

    assert Notice.objects.get().patron == moved.patron


def write(patron):
    about = {"title": "Lucky Per", "shelf_number": 7, "pickup_until": TODAY}
    make_notice(
        patron=patron,
        branch=patron.home_branch,
        kind=NoticeKind.HOLD_READY,
        key=f"ready:{patron.pk}",
        context=about,
        about={},
        now=NOW,
    )
    return Notice.objects.filter(patron=patron).first()


def test_no_message_of_the_day_is_written_either(alpha):
    assert write(PatronFactory(**DIED)) is None
    assert write(PatronFactory(**MOVED)) is not None


def test_a_childs_letters_go_to_the_guardian_who_lives(alpha):
    child = PatronFactory(birth_date=TODAY - timedelta(days=3000))
    GuardianshipFactory(
        child=child,
        guardian__given_name="Aase",
        guardian__email="aase@post.example",
        **{f"guardian__{name}": value for name, value in DIED.items()},
    )
    GuardianshipFactory(child=child, guardian__given_name="Bent", guardian__email="bent@post.example")

    assert write(child).address == "bent@post.example"


# --- Fees ---


def charge(days):
    charge_overdue_fees(on=TODAY + timedelta(days=days), now=NOW + timedelta(days=days), counts=Counter())


def owed(patron):
    return [fee.balance for fee in Fee.objects.filter(patron=patron)]


def dies(patron, days):
    Patron.objects.filter(pk=patron.pk).update(left_reason="DECEASED", left_at=NOW + timedelta(days=days))


@pytest.fixture(params=["ITEM", "DUE_DATE"])
def late(request, alpha):
    """Return a loan that's seven days late tonight: 20 so far, 60 from tomorrow on."""
    RuleFactory(set={"fee_grouping": request.param, "suspension_days": 3})
    branch = BranchFactory()
    return loan_of(PatronFactory(home_branch=branch), branch, late=7)


def test_nothing_is_charged_from_the_day_on_which_the_library_hears_of_a_death(late):
    charge(0)
    dies(late.patron, 1)

    charge(1)
    charge(30)

    assert owed(late.patron) == [Decimal("20.00")]


def test_who_has_moved_away_still_pays(late):
    Patron.objects.filter(pk=late.patron_id).update(**MOVED)

    charge(1)

    assert owed(late.patron) == [Decimal("60.00")]


@pytest.mark.parametrize("charged", [True, False])
def test_a_return_after_the_death_charges_nothing_and_leaves_what_was_charged(late, charged):
    if charged:
        charge(0)
    dies(late.patron, 0)

    close_overdue_fee(loan=late, on=TODAY + timedelta(days=20), now=NOW + timedelta(days=20), actor=None)

    assert owed(late.patron) == ([Decimal("20.00")] if charged else [])
    assert not Block.objects.exists()


def test_what_comes_back_later_on_the_same_visit_costs_nothing_either(late):
    second = loan_of(late.patron, late.lending_branch, late=7)
    charge(0)
    before = owed(late.patron)
    dies(late.patron, 0)

    for loan in (late, second):
        close_overdue_fee(loan=loan, on=TODAY + timedelta(days=40), now=NOW + timedelta(days=40), actor=None)

    assert owed(late.patron) == before


def test_a_return_before_the_death_takes_back_what_was_charged_too_much(late):
    charge(1)
    dies(late.patron, 2)

    close_overdue_fee(loan=late, on=TODAY, now=NOW + timedelta(days=2), actor=None)

    assert owed(late.patron) == [Decimal("20.00")]


def test_the_desk_reckons_nothing_that_would_not_be_charged(late):
    charge(0)
    dies(late.patron, 0)
    patron = Patron.objects.get(pk=late.patron_id)

    shown = fees_today(patron, [late], now=NOW + timedelta(days=20))

    assert [view.fee.balance for view in shown] == [Decimal("20.00")]
