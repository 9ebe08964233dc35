"""Holds at the desk: what can be said when one is placed, queues, the pick list and loans called back."""

from datetime import timedelta

import pytest

from circulation.models import Hold, Loan, Pick
from holdings.models import Item
from tests.factories import TODAY, HoldFactory, ItemFactory, LoanFactory, RuleFactory, StaffAccountFactory


def text_of(answer):
    return answer.content.decode()


@pytest.fixture
def waiting(item, rules):
    """Return three holds in the item's queue, picked up at the desk's branch."""
    return [HoldFactory(record=item.record, pickup_branch=item.home_branch) for _ in range(3)]


def _place(client, item, patron, **values):
    usual = {"patron": patron.pk, "pickup": item.home_branch_id}
    return client.post(f"/desk/records/{item.record_id}/hold", {**usual, **values})


def test_places_a_hold_with_all_that_it_may_say(librarian_client, patron, item):
    item.volume = "2"
    item.save()
    other = HoldFactory(patron=patron)
    wish = TODAY + timedelta(days=20)

    _place(
        librarian_client,
        item,
        patron,
        volume="2",
        any_edition="on",
        needed_by=wish.isoformat(),
        priority="1",
        parallel_to=other.pk,
        note="for the trip",
        staff_note="calls on Friday",
    )

    hold = Hold.objects.get(record=item.record)
    assert (hold.volume, hold.any_edition, hold.needed_by, hold.priority) == ("2", True, wish, 1)
    assert (hold.note, hold.staff_note) == ("for the trip", "calls on Friday")
    other.refresh_from_db()
    assert hold.group is not None
    assert hold.group == other.group


@pytest.mark.parametrize("wrong", [{"needed_by": "soon"}, {"priority": "9"}, {"parallel_to": "77"}, {"volume": "9"}])
def test_marks_what_it_cannot_read_and_places_nothing(librarian_client, patron, item, wrong):
    item.volume = "2"
    item.save()
    HoldFactory(patron=patron)

    answer = _place(librarian_client, item, patron, **wrong)

    assert answer.status_code == 422
    assert not Hold.objects.filter(record=item.record).exists()


def test_shows_a_queue_in_order_and_moves_one_to_the_top(librarian_client, item, waiting):
    answer = librarian_client.post(f"/desk/holds/{waiting[2].pk}/queue", {"to": "TOP"}, follow=True)

    page = text_of(answer)
    places = [page.index(f'id="hold-{hold.pk}"') for hold in (waiting[2], waiting[0], waiting[1])]
    assert places == sorted(places)


def test_sets_a_priority(librarian_client, waiting):
    librarian_client.post(f"/desk/holds/{waiting[2].pk}/queue", {"priority": "1"})

    assert Hold.objects.get(pk=waiting[2].pk).priority == 1


def test_refuses_a_move_that_there_is_not(librarian_client, waiting):
    assert librarian_client.post(f"/desk/holds/{waiting[0].pk}/queue", {"to": "SIDEWAYS"}).status_code == 422


def test_notes_who_fetches_and_shows_it_to_the_others(librarian_client, item, waiting):
    librarian_client.post("/desk/holds/fetch", {})

    pick = Pick.objects.get()
    assert (pick.item, pick.hold) == (item, waiting[0])
    Pick.objects.update(started_by=StaffAccountFactory(name="Bo Andersen"))
    page = text_of(librarian_client.get("/desk/holds"))
    assert "Bo Andersen is fetching it" in page
    answer = librarian_client.post(f"/desk/holds/{waiting[0].pk}/fetch", {"item": item.pk})
    assert answer.status_code == 409
    assert "Somebody is fetching it already" in text_of(answer)


def test_narrows_the_pick_list_to_a_room(librarian_client, item, waiting, desk_branch):
    room = desk_branch.locations.create(name="Cellar")
    other = ItemFactory(home_branch=desk_branch, record__title="The Fall of the King", location=room)
    HoldFactory(record=other.record, pickup_branch=desk_branch)

    page = text_of(librarian_client.get(f"/desk/holds?room={room.pk}"))

    assert "The Fall of the King" in page
    assert "Lucky Per" not in page


def test_what_is_not_on_its_shelf_leaves_the_list_and_is_missing_in_the_end(librarian_client, item, waiting):
    RuleFactory(values={"missing_after_tries": 2}, item_type=item.item_type)

    librarian_client.post(f"/desk/holds/{waiting[0].pk}/not-there", {"item": item.pk})
    assert item.barcode not in text_of(librarian_client.get("/desk/holds"))
    assert Item.objects.get(pk=item.pk).not_found_count == 1
    librarian_client.post(f"/desk/holds/{waiting[0].pk}/not-there", {"item": item.pk})

    assert Item.objects.get(pk=item.pk).status == Item.Status.MISSING


def test_lists_what_nothing_can_fill_and_gives_it_up(librarian_client, patron, desk_branch, rules):
    item = ItemFactory(home_branch=desk_branch, lost=True, record__title="The Long Journey")
    hold = HoldFactory(record=item.record, patron=patron, pickup_branch=desk_branch)
    assert "The Long Journey" in text_of(librarian_client.get("/desk/holds/hopeless"))

    librarian_client.post(f"/desk/holds/{hold.pk}/give-up")

    hold.refresh_from_db()
    assert (hold.state, hold.end_reason) == (Hold.State.CANCELLED, "BY_STAFF")


def test_calls_a_loan_back_and_says_why_it_cannot(librarian_client, item):
    loan = LoanFactory(item=item, lending_branch=item.home_branch)
    answer = librarian_client.post(f"/desk/loans/{loan.pk}/recall")
    assert answer.status_code == 409
    assert "called back" in text_of(answer)

    RuleFactory(values={"recall_min_days": 7, "recall_notice_days": 5}, item_type=item.item_type)
    librarian_client.post(f"/desk/loans/{loan.pk}/recall")

    loan.refresh_from_db()
    assert loan.due_date == TODAY + timedelta(days=5)


def test_takes_a_recall_back_once(librarian_client, item):
    RuleFactory(values={"recall_min_days": 7, "recall_notice_days": 5}, item_type=item.item_type)
    loan = LoanFactory(item=item, lending_branch=item.home_branch)
    librarian_client.post(f"/desk/loans/{loan.pk}/recall")
    assert "Take the recall back" in text_of(librarian_client.get(f"/desk/records/{item.record_id}"))

    answer = librarian_client.post(f"/desk/loans/{loan.pk}/recall/back", follow=True)

    assert "called back any more, due" in text_of(answer)
    assert Loan.objects.get(pk=loan.pk).due_date == loan.due_date
    again = librarian_client.post(f"/desk/loans/{loan.pk}/recall/back")
    assert (again.status_code, "called back any more." in text_of(again)) == (409, True)


def test_changes_pauses_and_keeps_a_hold_longer(librarian_client, patron, item):
    hold = HoldFactory(record=item.record, patron=patron, pickup_branch=item.home_branch)
    until, wish = TODAY + timedelta(days=10), TODAY + timedelta(days=40)

    librarian_client.post(
        f"/desk/holds/{hold.pk}/change",
        {"suspended_until": until.isoformat(), "needed_by": wish.isoformat(), "staff_note": "on holiday"},
    )

    hold.refresh_from_db()
    assert (hold.suspended_until, hold.needed_by, hold.interest_until) == (until, wish, wish)
    assert hold.staff_note == "on holiday"
    librarian_client.post(f"/desk/holds/{hold.pk}/change", {"suspended_until": ""})
    librarian_client.post(f"/desk/holds/{hold.pk}/extend")
    hold.refresh_from_db()
    assert (hold.suspended_until, hold.interest_until) == (None, TODAY + timedelta(days=180))


def test_keeps_the_dialog_open_over_a_day_that_is_none(librarian_client, patron, item):
    hold = HoldFactory(record=item.record, patron=patron, pickup_branch=item.home_branch)

    answer = librarian_client.post(f"/desk/holds/{hold.pk}/change", {"needed_by": "yesterday"})

    assert answer.status_code == 422
    assert "This isn&#x27;t a day." in text_of(answer)
