from datetime import date, timedelta

import pytest

from accounts.models import AuditEntry
from circulation.models import Hold, Loan
from circulation.services.patrons_leaving import end_membership
from notices.models import Notice
from patrons.errors import PatronRefused
from patrons.models import Patron
from patrons.rules import membership_end
from patrons.services.membership import come_back, renew_membership
from tests.factories import (
    NOW,
    TODAY,
    HoldFactory,
    LoanFactory,
    PatronCategoryFactory,
    PatronFactory,
    StaffAccountFactory,
)


@pytest.mark.parametrize(
    ("first", "months", "days", "last"),
    [
        (date(2026, 11, 19), 12, None, date(2027, 11, 19)),
        (date(2026, 1, 31), 1, None, date(2026, 2, 28)),
        (date(2027, 1, 31), 13, None, date(2028, 2, 29)),
        (date(2026, 12, 15), 1, None, date(2027, 1, 15)),
        (date(2026, 11, 19), None, 1, date(2026, 11, 19)),
        (date(2026, 11, 19), None, 14, date(2026, 12, 2)),
        (date(2026, 11, 19), None, None, None),
    ],
)
def test_a_membership_lasts_as_long_as_its_category_says(first, months, days, last):
    assert membership_end(first, months=months, days=days) == last


@pytest.fixture
def yearly(alpha):
    return PatronCategoryFactory(code="yearly", membership_months=12)


def renew(patron):
    return renew_membership(patron=patron, staff=StaffAccountFactory(), today=TODAY)


@pytest.mark.parametrize(
    ("ends", "then"),
    [
        (TODAY + timedelta(days=10), date(2027, 11, 29)),
        (TODAY - timedelta(days=10), date(2027, 11, 19)),
        (None, date(2027, 11, 19)),
    ],
)
def test_renewing_loses_nothing_of_what_is_left(yearly, ends, then):
    assert renew(PatronFactory(category=yearly, expires_on=ends)).expires_on == then


def test_renewing_twice_is_renewing_once(yearly):
    patron = PatronFactory(category=yearly, expires_on=TODAY)

    assert renew(renew(patron)).expires_on == date(2027, 11, 19)
    assert AuditEntry.objects.filter(action="patrons.renew_membership").count() == 1


def test_a_category_without_a_period_has_no_end(alpha):
    assert renew(PatronFactory(expires_on=TODAY)).expires_on is None


def test_a_temporary_membership_and_one_that_is_over_are_not_renewed(alpha):
    guest = PatronFactory(category=PatronCategoryFactory(code="guest", temporary_days=14), expires_on=TODAY)

    with pytest.raises(PatronRefused, match="IS_TEMPORARY"):
        renew(guest)
    with pytest.raises(PatronRefused, match="HAS_LEFT"):
        renew(PatronFactory(left=True))


def test_leaving_ends_the_holds_and_leaves_the_loans(alpha):
    patron = PatronFactory()
    hold, loan = HoldFactory(patron=patron), LoanFactory(patron=patron)

    for _ in range(2):
        end_membership(patron=patron, reason="MOVED", staff=StaffAccountFactory(), now=NOW)

    hold.refresh_from_db()
    patron.refresh_from_db()
    assert (hold.state, hold.end_reason) == (Hold.State.CANCELLED, "PATRON_LEFT")
    assert (patron.left_at, patron.left_reason) == (NOW, "MOVED")
    assert Loan.objects.get(pk=loan.pk).patron == patron
    assert AuditEntry.objects.filter(action="patrons.leave").count() == 1


@pytest.mark.parametrize(("reason", "state"), [("DECEASED", "CANCELLED"), ("MOVED", "QUEUED")])
def test_after_a_death_nothing_more_is_sent(alpha, reason, state):
    patron = PatronFactory()
    notice = Notice.objects.create(
        patron=patron, branch=patron.home_branch, kind="COURTESY", key="k", channel="EMAIL", created_at=NOW
    )

    end_membership(patron=patron, reason=reason, staff=StaffAccountFactory(), now=NOW)

    assert Notice.objects.get(pk=notice.pk).state == state


def test_who_moved_back_is_a_patron_again_but_not_who_was_merged(alpha):
    back = come_back(patron=PatronFactory(left=True, left_reason="MOVED"), staff=StaffAccountFactory())

    assert (back.left_at, back.left_reason) == (None, "")
    with pytest.raises(PatronRefused, match="HAS_LEFT"):
        come_back(patron=PatronFactory(left=True, merged_into=back), staff=StaffAccountFactory())
    assert Patron.objects.filter(left_at__isnull=True).count() == 1
