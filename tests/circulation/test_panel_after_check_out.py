"""What a check-out says of the patron for her panel is what a fresh look at her says."""

import pytest

from circulation.selectors.panels import patron_panel
from circulation.services.check_out import check_out
from tests.factories import FeeFactory, HoldFactory, LoanFactory, RuleFactory


@pytest.fixture
def panel(library, now):
    return lambda facts=None: patron_panel(patron_id=library.patron.pk, branch=library.main, now=now, facts=facts)


@pytest.fixture
def lend(library, now):
    """Return a function that lends an item to the patron."""

    def lend(item, **more):
        return check_out(item=item, patron=library.patron, branch=library.main, staff=library.staff, now=now, **more)

    return lend


@pytest.mark.parametrize("on_site", [False, True])
@pytest.mark.parametrize("limit", [{"max_loans": 5}, {"max_loans": None}])
def test_panel_needs_no_second_look(library, panel, lend, limit, on_site, django_assert_num_queries):
    RuleFactory(values=limit, branch=library.main)
    LoanFactory(patron=library.patron, lending_branch=library.east)
    LoanFactory(patron=library.patron, lending_branch=library.main, overdue=True)
    FeeFactory(patron=library.patron, amount="20.00")
    HoldFactory(patron=library.patron, pickup_branch=library.main)
    HoldFactory(patron=library.patron, pickup_branch=library.main, ready=True)
    panel()

    result = lend(library.item(), on_site=on_site)

    assert panel(result.seen) == panel()
    with django_assert_num_queries(2):
        # Her row, and the hold that lies ready.
        panel(result.seen)


def test_panel_after_a_first_loan(library, panel, lend):
    result = lend(library.item())

    assert panel(result.seen) == panel()
    assert panel(result.seen).loans == 1


def test_what_changes_more_of_her_is_read_again(library, lend):
    hold = HoldFactory(ready=True, patron=library.patron, pickup_branch=library.main)

    assert lend(hold.trapped_item).seen is None
