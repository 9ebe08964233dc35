"""A patron says of several holds that one of them is enough."""

import pytest

from accounts.models import AuditEntry
from circulation.models import Hold
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from holdings.models import Item
from tests.factories import HoldFactory, ItemFactory, RecordFactory, StaffAccountFactory

ENDS = "When you borrow one of them, the other holds end."


@pytest.fixture
def wait(patron, desk_branch):
    """Return a function that puts her into the queue of a new title with one item."""

    def place(title, **values):
        item = ItemFactory(home_branch=desk_branch, record=RecordFactory(title=title))
        return HoldFactory(record=item.record, pickup_branch=desk_branch, **{"patron": patron} | values)

    return place


def _groups():
    return list(Hold.objects.order_by("pk").values_list("group", flat=True))


def test_marks_holds_on_her_page_and_sees_that_they_belong_together(at_home, wait):
    pelle, _tine, niels = wait("Pelle"), wait("Tine"), wait("Niels Lyhne")

    answer = at_home.post("/me/holds/either", {"hold": [pelle.pk, niels.pk]}, follow=True)

    first, second, third = _groups()
    assert first == third is not None
    assert second is None
    page = answer.content.decode()
    assert ENDS in page
    assert "One is enough: this one or Niels Lyhne" in page
    assert "One is enough: this one or Pelle" in page
    assert [each["hold"].record.title for each in answer.context["holds"]] == ["Pelle", "Niels Lyhne", "Tine"]
    assert AuditEntry.objects.filter(action="circulation.make_parallel", actor=None).count() == 2


def test_the_one_that_comes_first_ends_the_other_with_the_loan(at_home, patron, wait, desk_branch, now):
    pelle, tine = wait("Pelle"), wait("Tine")
    at_home.post("/me/holds/either", {"hold": [pelle.pk, tine.pk]})
    desk = {"branch": desk_branch, "staff": StaffAccountFactory(), "now": now}
    item = Item.objects.get(record=tine.record_id)
    check_in(item=item, **desk)

    page = at_home.get("/me").content.decode()
    assert "Stands back: Tine comes first" in page
    check_out(item=item, patron=patron, **desk)

    pelle.refresh_from_db()
    assert (pelle.state, pelle.end_reason) == (Hold.State.CANCELLED, "OTHER_FILLED")


def test_offers_her_waiting_holds_where_she_places_one(at_home, patron, wait, desk_branch):
    pelle = wait("Pelle")
    wait("Tine", ready=True)
    wait("Somebody's", patron=HoldFactory().patron)
    item = ItemFactory(home_branch=desk_branch)
    page = at_home.get(f"/title/{item.record_id}")
    assert page.context["own_holds"] == [pelle]
    assert "One is enough: this one or" in page.content.decode()

    at_home.post(f"/title/{item.record_id}/hold", {"pickup": desk_branch.pk, "parallel_to": pelle.pk})

    pelle.refresh_from_db()
    assert pelle.group is not None
    assert Hold.objects.get(record=item.record_id).group == pelle.group


def test_a_title_that_she_alone_waits_for_asks_nothing_more(at_home, desk_branch):
    item = ItemFactory(home_branch=desk_branch)

    assert "One is enough" not in at_home.get(f"/title/{item.record_id}").content.decode()


@pytest.mark.parametrize("beside", ["x", "999999", "9" * 40, "-1"])
def test_places_nothing_beside_a_hold_that_is_not_hers(at_home, desk_branch, beside):
    others = HoldFactory()
    record = ItemFactory(home_branch=desk_branch).record_id

    for chosen in (beside, others.pk):
        answer = at_home.post(f"/title/{record}/hold", {"pickup": desk_branch.pk, "parallel_to": chosen})
        assert answer.status_code == 404

    assert Hold.objects.count() == 1


def test_places_nothing_beside_a_hold_that_got_its_item_meanwhile(at_home, wait, desk_branch):
    ready = wait("Tine", ready=True)
    record = ItemFactory(home_branch=desk_branch).record_id

    answer = at_home.post(f"/title/{record}/hold", {"pickup": desk_branch.pk, "parallel_to": ready.pk})

    assert answer.status_code == 409
    assert "still in the queue" in answer.content.decode()
    assert not Hold.objects.filter(record=record).exists()


@pytest.mark.parametrize("marked", [[], ["x", "\u0967"], ["own"], ["own", "others"], ["own", "ready"]])
def test_refuses_fewer_than_two_of_her_own_in_the_queue(at_home, wait, marked):
    holds = {"own": wait("Pelle").pk, "ready": wait("Tine", ready=True).pk, "others": HoldFactory().pk}

    answer = at_home.post("/me/holds/either", {"hold": [holds.get(each, each) for each in marked]})

    assert answer.status_code == 409
    assert "Choose at least two of your holds" in answer.content.decode()
    assert set(_groups()) == {None}


def test_lets_one_go_on_in_any_case_while_the_others_stay_together(at_home, wait):
    holds = [wait(title) for title in ("Pelle", "Tine", "Niels Lyhne")]
    at_home.post("/me/holds/either", {"hold": [hold.pk for hold in holds]})

    answer = at_home.post(f"/me/holds/{holds[1].pk}/alone", follow=True)

    first, second, third = _groups()
    assert first == third is not None
    assert second is None
    assert "You keep your hold on Tine in any case." in answer.content.decode()
    assert AuditEntry.objects.filter(action="circulation.stand_alone").count() == 1


def test_leaves_a_hold_alone_that_is_over_or_not_hers(at_home, wait):
    over = wait("Pelle", state=Hold.State.CANCELLED)

    assert at_home.post(f"/me/holds/{over.pk}/alone").status_code == 409
    assert at_home.post(f"/me/holds/{HoldFactory().pk}/alone").status_code == 404
    assert not AuditEntry.objects.filter(action="circulation.stand_alone").exists()


def test_does_not_offer_to_mark_a_single_hold(at_home, wait):
    wait("Pelle")

    assert "One of several is enough" not in at_home.get("/me").content.decode()
