from collections import Counter
from datetime import timedelta

import pytest

from circulation.services.nightly.memberships import care_for_memberships
from notices.models import Notice
from notices.relevance import still_true
from patrons.models import Patron
from tests.factories import NOW, TODAY, FeeFactory, LoanFactory, PatronCategoryFactory, PatronFactory


def night():
    counts = Counter()
    care_for_memberships(on=TODAY, now=NOW, counts=counts)
    return +counts


def ending(days, **known):
    return PatronFactory(expires_on=TODAY + timedelta(days=days), **known)


def test_tells_of_the_end_once(alpha):
    patron = ending(30)
    ending(31)
    ending(-1)
    ending(5, left=True)

    assert night() == {"letters": 1}
    assert night() == {}

    notice = Notice.objects.get()
    assert (notice.patron, notice.kind) == (patron, "MEMBERSHIP_ENDS")
    assert "19 December" in notice.body


def test_tells_again_of_another_end(alpha):
    patron = ending(5)
    night()
    Patron.objects.filter(pk=patron.pk).update(expires_on=TODAY + timedelta(days=6))

    assert night() == {"letters": 1}


def test_a_message_about_a_membership_that_was_renewed_is_not_sent(alpha):
    renewed, same = ending(5), ending(5)
    night()
    Patron.objects.filter(pk=renewed.pk).update(expires_on=TODAY + timedelta(days=300))

    notices = list(Notice.objects.order_by("pk"))

    assert still_true(notices) == {notice.pk for notice in notices if notice.patron_id == same.pk}


@pytest.mark.parametrize(("days", "letters"), [(0, 0), (5, 1), (4, 0)])
def test_the_municipality_says_how_long_before(alpha, days, letters):
    alpha.settings = {"patrons": {"warning_days": days}}
    ending(5)

    assert night()["letters"] == letters


def test_a_guest_leaves_when_it_is_over_and_settled(alpha):
    guest = PatronCategoryFactory(code="guest", temporary_days=14)
    gone, today = ending(-1, category=guest), ending(0, category=guest)
    lends = LoanFactory(patron=ending(-1, category=guest)).patron
    owes = FeeFactory(patron=ending(-1, category=guest)).patron

    assert night() == {"ended": 1}

    gone.refresh_from_db()
    assert (gone.left_at, gone.left_reason) == (NOW, "OVER")
    assert Patron.objects.filter(pk__in=[today.pk, lends.pk, owes.pk], left_at__isnull=True).count() == 3
