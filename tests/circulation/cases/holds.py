"""What the cases about holds share: a library of three branches, and short ways to say what happens in it."""

from dataclasses import dataclass
from datetime import datetime

import pytest

from circulation.errors import HoldRefused
from circulation.models import Hold
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.holds import place_hold
from tests.factories import BranchFactory, BranchGroupFactory, HoldFactory, ItemTypeFactory, LoanFactory, RuleFactory


@dataclass
class Branches:
    """Main and East in a group, West in another."""

    library: object
    west: object
    now: datetime

    @property
    def main(self):
        return self.library.main

    @property
    def east(self):
        return self.library.east

    def rule(self, **values):
        """Set values for books in the whole municipality."""
        RuleFactory(values=values, item_type=ItemTypeFactory())

    def wait(self, record, pickup=None, **values):
        """Put another patron into the title's queue."""
        return HoldFactory(record=record, pickup_branch=pickup or self.main, **values)

    def scan(self, item, branch=None):
        """Check an item in and return the hold that it's for."""
        return check_in(item=item, branch=branch or self.main, staff=self.library.staff, now=self.now).hold

    def lend(self, item, patron, branch=None, **values):
        """Lend an item."""
        return check_out(
            item=item, patron=patron, branch=branch or self.main, staff=self.library.staff, now=self.now, **values
        )

    def place(self, record, **values):
        """Place a hold for the library's patron at main."""
        usual = {"patron": self.library.patron, "pickup_branch": self.main, "staff": self.library.staff}
        return place_hold(record=record, now=self.now, **{**usual, **values})

    def refused(self, record, **values):
        """Return the codes of a refusal; nothing has been placed."""
        before = Hold.objects.count()
        with pytest.raises(HoldRefused) as refusal:
            self.place(record, **values)
        assert Hold.objects.count() == before
        return refusal.value.codes

    def lent(self, record=None, **values):
        """Return an item on loan to somebody else."""
        item = self.library.item(**({"record": record} if record else {}), **values)
        LoanFactory(item=item, lending_branch=self.main)
        return item


def branches_of(library, now):
    """Return the branches, grouped."""
    group = BranchGroupFactory()
    for branch in (library.main, library.east):
        branch.group = group
        branch.save()
    west = BranchFactory(code="west", name="West", group=BranchGroupFactory())
    return Branches(library, west, now)
