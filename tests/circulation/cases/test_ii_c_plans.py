"""Cases II.C with their own figures: 29 items to choose from, counts at each level, one branch's limits."""

from collections import Counter
from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from circulation.errors import Code
from circulation.models import Hold
from circulation.selectors.availability import availability
from circulation.selectors.hopeless import hopeless_holds
from circulation.selectors.lists import shelf_to_clear
from circulation.selectors.picks import holds_to_pick
from circulation.services.holds import expire_shelf_hold, suspend_hold
from circulation.services.nightly.hold_care import care_for_holds
from circulation.services.picks import not_on_shelf
from holdings.models import Item
from tests.factories import TODAY, BranchFactory, HoldFactory, ItemFactory, RecordFactory, RuleFactory


def _planned(town, now):
    """Return what each branch is to fetch, whichever it is."""
    return [line.item for branch in (town.main, town.east, town.west) for line in holds_to_pick(branch, now=now)]


@pytest.fixture
def items(town):
    """Return 29 items of a title: seven at main, seven at east, fifteen at west."""
    record = RecordFactory()
    homes = [town.main] * 7 + [town.east] * 7 + [town.west] * 15
    return [ItemFactory(home_branch=home, record=record) for home in homes]


def test_ii_c1_one_of_29_is_planned_and_it_is_at_the_pickup_branch(town, items, now):
    town.wait(items[0].record, town.main)

    [item] = _planned(town, now)

    assert item.current_branch == town.main


def test_ii_c2_asked_again_the_plan_is_the_same_and_what_failed_is_another_and_written_down(town, items, library, now):
    hold = town.wait(items[0].record, town.main)
    [first] = _planned(town, now)
    assert _planned(town, now + timedelta(hours=23)) == [first]

    not_on_shelf(item=first, hold=hold, staff=library.staff, now=now)

    [second] = _planned(town, now)
    assert second != first
    assert second.current_branch == town.main
    entry = AuditEntry.objects.get(action="circulation.not_on_shelf")
    assert (entry.subject_id, entry.facts["hold_id"]) == (first.pk, hold.pk)


def test_ii_c3_out_of_the_plan_while_it_cannot_be_held_and_in_it_again_afterwards(town, items, now):
    town.wait(items[0].record, town.main)
    Item.objects.filter(record=items[0].record).exclude(pk=items[0].pk).update(status=Item.Status.LOST)
    assert _planned(town, now) == [items[0]]

    Item.objects.filter(pk=items[0].pk).update(status=Item.Status.MISSING)
    assert _planned(town, now) == []

    Item.objects.filter(pk=items[0].pk).update(status=Item.Status.AVAILABLE)
    assert _planned(town, now) == [items[0]]


def _counts(town, record):
    """Return (all, on the shelf) for the municipality, for main's group and for main."""
    rows = {row.branch_id: row for row in availability([record.pk])[record.pk]}
    levels = ([town.main, town.east, town.west], [town.main, town.east], [town.main])
    return [
        (sum(rows[branch.pk].total for branch in level), sum(rows[branch.pk].home for branch in level))
        for level in levels
    ]


def test_ii_c4_what_is_on_the_shelf_at_each_level(town, now):
    """Ours: an item counts for the branch that it belongs to; lost and withdrawn ones don't count at all."""
    record = RecordFactory()
    for branch, total, lent in ((town.main, 7, 2), (town.east, 7, 1), (town.west, 17, 3)):
        made = [ItemFactory(home_branch=branch, record=record) for _ in range(total)]
        Item.objects.filter(pk__in=[item.pk for item in made[:lent]]).update(status=Item.Status.ON_LOAN)
    ItemFactory(home_branch=town.main, record=record, status=Item.Status.LOST)
    assert _counts(town, record) == [(31, 25), (14, 11), (7, 5)]

    back = Item.objects.filter(home_branch=town.main, record=record, status=Item.Status.ON_LOAN).first()
    Item.objects.filter(pk=back.pk).update(status=Item.Status.AVAILABLE)
    assert _counts(town, record) == [(31, 26), (14, 12), (7, 6)]


def test_ii_c5_hopeless_in_its_own_edition_and_not_any_more_when_any_will_do(town, library, now):
    wanted, other = library.item(status=Item.Status.LOST), library.item()
    hold = town.wait(wanted.record)
    care_for_holds(on=TODAY, now=now, counts=Counter())
    hold.refresh_from_db()
    assert hold.hopeless_since == TODAY

    Hold.objects.filter(pk=hold.pk).update(any_edition=True, edition_ids=[other.record_id])

    assert hopeless_holds(library.main, now=now) == []
    assert _planned(town, now) == [other]
    assert town.scan(other) == hold


def test_ii_c7_closed_today_it_fetches_only_what_no_other_can_even_for_itself(town, now):
    record = RecordFactory()
    own, other = (ItemFactory(home_branch=branch, record=record) for branch in (town.main, town.west))
    town.wait(record, town.main)
    town.main.calendar_days.create(date=TODAY, is_open=False)
    assert _planned(town, now) == [other]

    Item.objects.filter(pk=other.pk).update(status=Item.Status.LOST)
    assert _planned(town, now) == [own]


def test_ii_c8_the_owners_own_patrons_first_wherever_they_pick_up(town, library):
    town.rule(local_priority="PATRON")
    item = ItemFactory(home_branch=town.main, current_branch=town.east)
    for home in (town.west, town.east):
        town.wait(item.record, town.main, patron=library.another_patron(home_branch=home))
    own = town.wait(item.record, town.west, patron=library.another_patron())

    assert town.scan(item, town.east) == own


def test_ii_c11_five_where_one_branch_allows_five_and_one_at_the_other(town, library):
    here, elsewhere = library.item().record, library.item().record
    RuleFactory(values={"max_holds_on_title": 5}, branch=town.main)
    for _ in range(5):
        town.place(here)
    assert town.refused(here) == [Code.ALREADY_HOLDS]

    town.place(elsewhere, pickup_branch=town.east)
    for _ in range(4):
        assert town.refused(elsewhere, pickup_branch=town.east) == [Code.ALREADY_HOLDS]
    assert Hold.objects.count() == 6


def test_ii_c15_whatever_keeps_a_hold_back_names_who_did_it(town, library, now):
    hold, late = town.wait(library.item().record), HoldFactory(ready=True, pickup_branch=town.main)
    Hold.objects.filter(pk=late.pk).update(shelf_until=TODAY - timedelta(days=1))

    suspend_hold(hold=hold, until=TODAY + timedelta(days=3), staff=library.staff, now=now)
    expire_shelf_hold(hold=late, now=now)

    suspended, expired = (AuditEntry.objects.get(action=f"circulation.{verb}_hold") for verb in ("suspend", "expire"))
    assert (suspended.actor, suspended.facts["until"]) == (library.staff, str(TODAY + timedelta(days=3)))
    assert (expired.actor, expired.facts["reason"]) == (None, "NOT_COLLECTED")


def test_ii_c15_what_was_looked_for_in_vain_goes_last(town, items, library, now):
    hold = town.wait(items[0].record, town.main)
    Item.objects.filter(record=hold.record, home_branch=town.west).update(status=Item.Status.LOST)
    order = []

    for _ in range(14):
        [item] = _planned(town, now)
        order.append(item)
        not_on_shelf(item=item, hold=hold, staff=library.staff, now=now)

    assert sorted(item.pk for item in order) == [item.pk for item in items[:14]]
    # The next day it begins anew, with those that were looked for as often as the others.
    assert _planned(town, now) == []
    assert _planned(town, now + timedelta(days=1)) == [order[0]]


def test_ii_c16_each_branch_clears_its_own_shelf(town, now):
    late = {}
    for branch in (town.main, town.east):
        late[branch] = HoldFactory(ready=True, pickup_branch=branch, shelf_until=TODAY - timedelta(days=1))
        HoldFactory(ready=True, pickup_branch=branch)

    care_for_holds(on=TODAY, now=now, counts=Counter())

    for branch, hold in late.items():
        assert [(line.hold, line.why) for line in shelf_to_clear(branch, today=TODAY)] == [(hold, "NOT_COLLECTED")]
    assert shelf_to_clear(BranchFactory(), today=TODAY) == []
