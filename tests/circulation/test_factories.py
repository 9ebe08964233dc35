from circulation.models import Hold, Transit
from holdings.models import Item
from tests.factories import FeeFactory, HoldFactory, LoanFactory, PatronFactory, RuleFactory


def test_leave_items_in_the_state_that_goes_with_their_loan_or_hold(alpha):
    loan = LoanFactory(overdue=True)
    ready = HoldFactory(ready=True)
    travelling = HoldFactory(in_transit=True)

    assert Item.objects.get(pk=loan.item_id).status == Item.Status.ON_LOAN
    assert ready.state == Hold.State.READY
    assert Item.objects.get(pk=ready.trapped_item_id).status == Item.Status.ON_HOLD_SHELF
    assert ready.trapped_item.record_id == ready.record_id
    assert Transit.objects.get(hold=travelling).to_branch_id == travelling.pickup_branch_id
    assert Item.objects.get(pk=travelling.trapped_item_id).status == Item.Status.IN_TRANSIT


def test_give_patrons_fees_and_rules_that_the_database_takes(alpha):
    patron = PatronFactory(child=True, blocked=True)
    fee = FeeFactory(overdue=True)
    rule = RuleFactory(set={"loan_days": 14})

    assert patron.blocks.count() == 1
    assert patron.cards.get().is_active
    assert fee.entries.get().amount == fee.balance == 40
    assert rule.values["loan_days"] == 14
    assert rule.values["max_loans"] == 40
