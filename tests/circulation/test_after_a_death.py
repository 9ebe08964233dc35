"""Who has died gets no letters: the family hears from a librarian, not from the night."""

from collections import Counter
from datetime import timedelta

import pytest

from circulation.models import Loan
from circulation.services.nightly.auto_renewals import renew_what_renews_itself
from circulation.services.nightly.courtesy_notices import make_courtesy_notices
from circulation.services.nightly.overdue_notices import make_overdue_notices
from holdings.models import Item
from notices.models import Notice, NoticeKind
from notices.services.outbox import make_notice
from patrons.models import Patron
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
