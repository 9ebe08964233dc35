"""Cases II.J, as far as circulation goes: what a member's view says of a title comes from its own items alone."""

from django.db import connection

from circulation.selectors.availability import availability
from circulation.selectors.holds import queue_length
from holdings.models import Item
from tests.factories import BranchFactory, HoldFactory, ItemFactory, LoanFactory


def test_ii_j2_on_loan_here_and_on_the_shelf_there_is_not_available_here(library, alpha, beta):
    lent = LoanFactory(item=library.item()).item
    connection.set_tenant(beta)
    ItemFactory.create_batch(3, record=lent.record, home_branch=BranchFactory(name="Theirs"))
    HoldFactory.create_batch(2, record=lent.record)
    [there] = availability([lent.record_id])[lent.record_id]
    connection.set_tenant(alpha)

    [here] = availability([lent.record_id])[lent.record_id]

    assert (here.branch_name, here.total, here.home, here.lent) == ("Main", 1, 0, 1)
    assert (there.branch_name, there.total, there.home, there.lent) == ("Theirs", 3, 3, 0)
    assert queue_length([lent.record_id]).get(lent.record_id, 0) == 0
    assert Item.objects.filter(record=lent.record).count() == 1
