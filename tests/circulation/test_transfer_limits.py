"""Ways that items aren't sent for holds; which hold an item fills where one stands is told by the cases of G9."""

import pytest

from circulation.errors import Code, TransferLimitRefused
from circulation.models import Hold, TransferLimit, Transit
from circulation.services.check_in import check_in
from circulation.services.transfer_limits import add_transfer_limit, remove_transfer_limit
from tests.factories import HoldFactory, ItemTypeFactory


def _close(library, **values):
    ways = {"from_branch": library.main, "to_branch": library.east, "item_type": None, "both_ways": False}
    return add_transfer_limit(**ways | values, actor=library.staff)


def _scan(item, library, now):
    check_in(item=item, branch=library.main, staff=library.staff, now=now)


def test_the_next_scan_follows_it_and_the_one_after_its_end_does_not(library, now):
    item = library.item()
    hold = HoldFactory(record=item.record, pickup_branch=library.east)
    _close(library)
    _scan(item, library, now)
    hold.refresh_from_db()
    assert hold.state == Hold.State.QUEUED

    remove_transfer_limit(limit_id=TransferLimit.objects.get().pk, actor=library.staff)
    _scan(item, library, now)

    hold.refresh_from_db()
    assert hold.state == Hold.State.IN_TRANSIT


def test_what_is_on_its_way_arrives(library, now):
    item = library.item()
    hold = HoldFactory(record=item.record, pickup_branch=library.east)
    _scan(item, library, now)
    _close(library)

    check_in(item=item, branch=library.east, staff=library.staff, now=now)

    hold.refresh_from_db()
    assert hold.state == Hold.State.READY
    assert not Transit.objects.filter(received_at=None).exists()


def test_adds_the_other_way_where_one_stands_already(library):
    assert _close(library) == 1
    assert _close(library, both_ways=True) == 1
    assert TransferLimit.objects.count() == 2


def test_a_limit_for_one_type_is_refused_where_nothing_is_sent(library):
    _close(library)

    with pytest.raises(TransferLimitRefused) as refused:
        _close(library, item_type=ItemTypeFactory())

    assert [reason.code for reason in refused.value.reasons] == [Code.NOT_SENT_ALREADY]
    assert TransferLimit.objects.count() == 1


def test_taking_away_what_is_gone_does_nothing(library):
    assert remove_transfer_limit(limit_id=1, actor=library.staff) is False
