"""A patron's holds: which volume, until when, paused for a while, kept longer."""

from datetime import timedelta

import pytest

from circulation.models import Hold
from tests.factories import TODAY, HoldFactory, ItemFactory


@pytest.fixture
def item(patron, desk_branch):
    return ItemFactory(home_branch=desk_branch, volume="2")


def _place(client, item, **values):
    return client.post(f"/title/{item.record_id}/hold", {"pickup": item.home_branch_id, **values})


def test_places_a_hold_for_a_volume_until_a_day(at_home, patron, item):
    day = TODAY + timedelta(days=20)

    _place(at_home, item, volume="2", any_edition="on", needed_by=day.isoformat())

    hold = Hold.objects.get(patron=patron)
    assert (hold.volume, hold.any_edition, hold.needed_by) == ("2", True, day)


def test_a_hold_has_the_cover_of_its_kind(at_home, patron, desk_branch):
    HoldFactory(patron=patron, pickup_branch=desk_branch, record__material_type="FILM")

    assert 'class="cover cover-film"' in at_home.get("/me").content.decode()


@pytest.mark.parametrize(("wrong", "status"), [({"needed_by": "soon"}, 422), ({"volume": "9"}, 409)])
def test_places_nothing_for_a_day_or_volume_that_is_none(at_home, patron, item, wrong, status):
    assert _place(at_home, item, **wrong).status_code == status
    assert not Hold.objects.filter(patron=patron).exists()


def test_pauses_goes_on_and_keeps_the_place_longer(at_home, patron, item):
    hold = HoldFactory(patron=patron, record=item.record, pickup_branch=item.home_branch)
    day = TODAY + timedelta(days=9)

    at_home.post(f"/me/holds/{hold.pk}/pause", {"until": day.isoformat()})
    hold.refresh_from_db()
    assert hold.suspended_until == day
    assert "Paused until" in at_home.get("/me").content.decode()

    at_home.post(f"/me/holds/{hold.pk}/pause", {"until": ""})
    at_home.post(f"/me/holds/{hold.pk}/extend")
    hold.refresh_from_db()
    assert (hold.suspended_until, hold.interest_until) == (None, TODAY + timedelta(days=180))


def test_says_that_a_day_is_none_or_past(at_home, patron, item):
    hold = HoldFactory(patron=patron, record=item.record, pickup_branch=item.home_branch)

    assert at_home.post(f"/me/holds/{hold.pk}/pause", {"until": "soon"}).status_code == 422
    assert at_home.post(f"/me/holds/{hold.pk}/pause", {"until": TODAY.isoformat()}).status_code == 409


def test_cannot_touch_another_patrons_hold(at_home, item):
    hold = HoldFactory(record=item.record, pickup_branch=item.home_branch)

    for what in ("pause", "extend"):
        assert at_home.post(f"/me/holds/{hold.pk}/{what}").status_code == 404


@pytest.mark.parametrize("days", [0, -3])
def test_a_pause_that_would_be_over_already_asks_for_a_later_day(at_home, patron, item, days):
    hold = HoldFactory(patron=patron, record=item.record, pickup_branch=item.home_branch)

    refused = at_home.post(f"/me/holds/{hold.pk}/pause", {"until": (TODAY + timedelta(days=days)).isoformat()})

    hold.refresh_from_db()
    assert refused.status_code == 409
    assert "Choose a later day." in refused.content.decode()
    assert hold.suspended_until is None


def test_offers_only_days_that_can_be_chosen(at_home, patron, item):
    HoldFactory(patron=patron, pickup_branch=item.home_branch)

    assert f'min="{TODAY + timedelta(days=1)}"' in at_home.get("/me").content.decode()
    assert f'min="{TODAY}"' in at_home.get(f"/title/{item.record_id}").content.decode()
