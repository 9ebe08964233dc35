"""Rules, loans, holds, transits and fees, each leaving the item in the state that goes with it."""

from datetime import timedelta
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from circulation.models import CirculationRule, Fee, Hold, LedgerEntry, Loan, Transit
from holdings.models import Item
from tests.factories.catalogue import RecordFactory
from tests.factories.holdings import BranchFactory, ItemFactory
from tests.factories.moments import NOW, TODAY
from tests.factories.patrons import PatronFactory

# A rule row that answers every question, as a municipality starts with.
USUAL_VALUES = {
    "is_lent": True,
    "loan_days": 28,
    "due_mode": "NEXT_OPEN_DAY",
    "max_renewals": 3,
    "renewal_days": 28,
    "renewal_base": "TODAY",
    "earliest_renewal_days": None,
    "max_loans": 40,
    "max_loans_of_type": None,
    "holds_allowed": True,
    "max_holds": 20,
    "pickup_policy": "ANY_BRANCH",
    "shelf_days": 7,
    "interest_days": 180,
    "fee_steps": [
        {"from_day": 1, "adult": "20.00", "child": "10.00"},
        {"from_day": 8, "adult": "60.00", "child": "30.00"},
        {"from_day": 15, "adult": "120.00", "child": "55.00"},
        {"from_day": 31, "adult": "230.00", "child": "120.00"},
    ],
    "fee_cap": None,
    "child_until_age": 13,
    "block_at_debt": "200.00",
    "block_at_overdue": None,
    "courtesy_days": 3,
    "notice_steps": [
        {"kind": "OVERDUE_1", "day": 1},
        {"kind": "OVERDUE_2", "day": 14},
        {"kind": "INVOICE", "day": 31},
    ],
    "replacement_fee": True,
    "processing_fee": "50.00",
}


class RuleFactory(DjangoModelFactory):
    """The municipality's general row with the usual values; `set={...}` changes some of them.

    `RuleFactory(values={...})` for a row that sets only these.
    """

    class Meta:
        model = CirculationRule

    class Params:
        set = factory.LazyFunction(dict)

    values = factory.LazyAttribute(lambda rule: {**USUAL_VALUES, **rule.set})


class LoanFactory(DjangoModelFactory):
    """An open loan, made a week ago; `overdue` and `returned` are traits. The item's state follows."""

    class Meta:
        model = Loan
        skip_postgeneration_save = True

    class Params:
        overdue = factory.Trait(
            loaned_at=NOW - timedelta(days=38),
            loaned_on=TODAY - timedelta(days=38),
            due_date=TODAY - timedelta(days=10),
        )
        returned = factory.Trait(
            returned_at=NOW - timedelta(days=1), returned_to=factory.SelfAttribute("lending_branch")
        )

    item = factory.SubFactory(ItemFactory, status=Item.Status.ON_LOAN)
    patron = factory.SubFactory(PatronFactory)
    lending_branch = factory.SelfAttribute("item.current_branch")
    loaned_at = NOW - timedelta(days=7)
    loaned_on = TODAY - timedelta(days=7)
    due_date = TODAY + timedelta(days=21)

    @factory.post_generation
    def item_state(loan, create, extracted, **_):  # noqa: N805 - factory_boy hands the loan
        if create:
            state = Item.Status.AVAILABLE if loan.returned_at else Item.Status.ON_LOAN
            _set_state(loan.item, state, loan.lending_branch)


class HoldFactory(DjangoModelFactory):
    """A hold in the queue; `ready` and `in_transit` trap an item, which follows into that state."""

    class Meta:
        model = Hold
        skip_postgeneration_save = True

    class Params:
        ready = factory.Trait(
            state=Hold.State.READY,
            trapped_item=factory.SubFactory(ItemFactory, record=factory.SelfAttribute("..record")),
            shelf_number=factory.Sequence(lambda n: n % 999 + 1),
            ready_at=NOW - timedelta(days=2),
            shelf_until=TODAY + timedelta(days=5),
        )
        in_transit = factory.Trait(
            state=Hold.State.IN_TRANSIT,
            trapped_item=factory.SubFactory(ItemFactory, record=factory.SelfAttribute("..record")),
        )
        suspended = factory.Trait(suspended_until=TODAY + timedelta(days=30))
        cancelled = factory.Trait(state=Hold.State.CANCELLED, ended_at=NOW - timedelta(days=1), end_reason="BY_STAFF")

    record = factory.SubFactory(RecordFactory)
    patron = factory.SubFactory(PatronFactory)
    pickup_branch = factory.SubFactory(BranchFactory)
    requested_at = factory.Sequence(lambda n: NOW - timedelta(days=3) + timedelta(seconds=n))
    interest_until = TODAY + timedelta(days=177)

    @classmethod
    def _adjust_kwargs(cls, **kwargs):
        # A test that brings the item means a hold on its title.
        bound = kwargs.get("trapped_item") or kwargs.get("item")
        return {**kwargs, "record": bound.record} if bound else kwargs

    @factory.post_generation
    def item_state(hold, create, extracted, **_):  # noqa: N805 - factory_boy hands the hold
        if not create or hold.trapped_item is None:
            return
        if hold.state == Hold.State.READY:
            _set_state(hold.trapped_item, Item.Status.ON_HOLD_SHELF, hold.pickup_branch)
        if hold.state == Hold.State.IN_TRANSIT:
            TransitFactory(
                item=hold.trapped_item,
                from_branch=hold.trapped_item.current_branch,
                to_branch=hold.pickup_branch,
                purpose=Transit.Purpose.HOLD,
                hold=hold,
            )


class TransitFactory(DjangoModelFactory):
    """An item on its way home."""

    class Meta:
        model = Transit
        skip_postgeneration_save = True

    item = factory.SubFactory(ItemFactory)
    from_branch = factory.SubFactory(BranchFactory)
    to_branch = factory.SelfAttribute("item.home_branch")
    purpose = Transit.Purpose.HOME
    sent_at = NOW - timedelta(days=1)

    @factory.post_generation
    def item_state(transit, create, extracted, **_):  # noqa: N805 - factory_boy hands the transit
        if create and transit.received_at is None and transit.cancelled_at is None:
            _set_state(transit.item, Item.Status.IN_TRANSIT, transit.from_branch)


class FeeFactory(DjangoModelFactory):
    """A fee of `amount` with its charge in the ledger."""

    class Meta:
        model = Fee
        skip_postgeneration_save = True

    class Params:
        amount = Decimal("40.00")
        overdue = factory.Trait(
            kind=Fee.Kind.OVERDUE,
            loan=factory.SubFactory(LoanFactory, overdue=True),
            patron=factory.SelfAttribute("loan.patron"),
            branch=factory.SelfAttribute("loan.lending_branch"),
            due_date=factory.SelfAttribute("loan.due_date"),
        )

    patron = factory.SubFactory(PatronFactory)
    kind = Fee.Kind.MANUAL
    branch = factory.SubFactory(BranchFactory)
    description = "A mug from the café"
    balance = factory.LazyAttribute(lambda fee: Decimal(fee.amount))
    created_at = NOW - timedelta(days=3)

    @factory.post_generation
    def charge(fee, create, extracted, **_):  # noqa: N805 - factory_boy hands the fee
        if create and fee.balance > 0:
            LedgerEntry.objects.create(fee=fee, kind=LedgerEntry.Kind.CHARGE, amount=fee.balance, at=fee.created_at)


def _set_state(item, status, branch):
    item.status = status
    item.current_branch = branch
    item.save(update_fields=["status", "current_branch"])
