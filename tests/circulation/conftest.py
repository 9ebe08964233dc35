"""The library that circulation's tests start from: two branches, the usual rules, a librarian and a patron."""

from dataclasses import dataclass, field

import pytest

from accounts.models import StaffAccount
from circulation.selectors import rule_book
from holdings.models import Branch, Item
from patrons.models import Patron
from tests.factories import BranchFactory, ItemFactory, PatronFactory, RuleFactory, StaffAccountFactory


@dataclass
class Library:
    """`main` and `east` with the usual rules; everybody lives at main."""

    main: Branch
    east: Branch
    staff: StaffAccount
    patron: Patron
    extra: dict = field(default_factory=dict)

    def item(self, **values) -> Item:
        """Return a new item of main, or of what `values` say."""
        return ItemFactory(**{"home_branch": self.main, **values})

    def another_patron(self, **values) -> Patron:
        """Return another patron of main."""
        return PatronFactory(**{"home_branch": self.main, **values})


@pytest.fixture
def library(alpha) -> Library:
    """Return the library; its rule book is read already, as it is on any but the first scan of a day."""
    main, east = BranchFactory(code="main", name="Main"), BranchFactory(code="east", name="East")
    RuleFactory()
    made = Library(main, east, StaffAccountFactory(), PatronFactory(home_branch=main))
    ItemFactory(home_branch=main)
    book = rule_book()
    for branch in (main, east):
        book.calendar(branch.pk)
    return made
