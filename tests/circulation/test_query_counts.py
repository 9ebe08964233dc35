"""How many statements each desk action takes, whatever the patron has. BEGIN and COMMIT count as two of them here."""

import pytest

from accounts.models import AuditEntry
from circulation.selectors import rule_book
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.holds import cancel_hold, place_hold
from circulation.services.renew import renew_loan
from circulation.services.undo import undo
from tests.factories import BlockFactory, FeeFactory, HoldFactory, LoanFactory


@pytest.fixture(params=["a new patron", "a busy patron"])
def patron(request, library):
    """Return the patron, with nothing or with a lot."""
    if request.param == "a busy patron":
        LoanFactory.create_batch(12, patron=library.patron, lending_branch=library.east)
        HoldFactory.create_batch(5, patron=library.patron, pickup_branch=library.east)
        HoldFactory.create_batch(2, ready=True, patron=library.patron, pickup_branch=library.main)
        FeeFactory.create_batch(2, patron=library.patron, amount="10.00")
        BlockFactory(patron=library.patron, until="2026-11-01")
    return library.patron


@pytest.fixture
def warm(library):
    """Return a function that has the rule book read, as it is on any scan but the first after a change."""

    def warm():
        book = rule_book()
        for branch in (library.main, library.east):
            book.calendar(branch.pk)

    return warm


@pytest.fixture
def desk(library, now):
    """Return what every action at main is given."""
    return {"branch": library.main, "staff": library.staff, "now": now}


def test_check_out(patron, library, desk, warm, django_assert_num_queries):
    item = library.item()
    warm()

    # Lock item, lock patron, facts, loan, item, audit.
    with django_assert_num_queries(6 + 2):
        result = check_out(item=item, patron=patron, scan_id="a-scan", **desk)
        assert result.item.record.title + result.item.item_type.name + result.item.home_branch.name


def test_check_out_that_fills_a_hold(patron, library, desk, warm, django_assert_num_queries):
    hold = HoldFactory(ready=True, trapped_item=library.item(), patron=patron, pickup_branch=library.main)
    warm()

    # As above, and: lock hold, hold, its unsent message.
    with django_assert_num_queries(9 + 2):
        check_out(item=hold.trapped_item, patron=patron, **desk)


def test_check_out_of_a_repeated_scan(patron, library, desk, warm, django_assert_num_queries):
    item = library.item()
    check_out(item=item, patron=patron, scan_id="a-scan", **desk)
    warm()

    # Lock item, lock patron, facts, loan.
    with django_assert_num_queries(4 + 2):
        check_out(item=item, patron=patron, scan_id="a-scan", **desk)


def test_check_in(patron, library, desk, warm, django_assert_num_queries):
    loan = LoanFactory(item=library.item(), patron=patron, lending_branch=library.main)
    warm()

    # Lock item, facts, lock loan, loan, item, audit.
    with django_assert_num_queries(6 + 2):
        check_in(item=loan.item, scan_id="a-scan", **desk)


def test_check_in_of_what_is_where_it_belongs(library, desk, warm, django_assert_num_queries):
    item = library.item()
    warm()

    # Lock item, facts.
    with django_assert_num_queries(2 + 2):
        check_in(item=item, **desk)


def test_check_in_is_the_same_for_a_long_queue(library, desk, warm, django_assert_num_queries):
    item = library.item()
    HoldFactory.create_batch(8, record=item.record, pickup_branch=library.east)
    warm()

    # Lock item, facts, lock hold, transit, hold, item, audit.
    with django_assert_num_queries(7 + 2):
        check_in(item=item, **desk)


def test_renewal(patron, library, desk, warm, django_assert_num_queries):
    loan = LoanFactory(item=library.item(), patron=patron, lending_branch=library.main)
    warm()

    # Lock item, lock loan, facts, loan, audit.
    with django_assert_num_queries(5 + 2):
        renew_loan(loan=loan, staff=desk["staff"], now=desk["now"])


def test_placing_a_hold(patron, library, desk, warm, django_assert_num_queries):
    item = library.item()
    warm()

    # Lock patron, keep the record from being merged away, facts, hold, audit.
    with django_assert_num_queries(5 + 2):
        place_hold(record=item.record, patron=patron, pickup_branch=library.main, staff=desk["staff"], now=desk["now"])


def test_cancelling_a_hold(patron, library, desk, django_assert_num_queries):
    hold = HoldFactory(patron=patron, pickup_branch=library.main)

    # Lock what was called back for it, lock hold, hold, audit.
    with django_assert_num_queries(4 + 2):
        cancel_hold(hold=hold, staff=desk["staff"], now=desk["now"])


def test_undoing_a_check_out(patron, library, desk, django_assert_num_queries):
    result = check_out(item=library.item(), patron=patron, **desk)
    entry = AuditEntry.objects.get(pk=result.entry_id)

    # Lock item, later entries, lock loan, fees, loan, item, audit.
    with django_assert_num_queries(7 + 2):
        undo(entry=entry, staff=desk["staff"], now=desk["now"])
