"""The desk sees which of a patron's holds stand for each other, joins them and lets one go on by itself."""

import pytest

from accounts.models import AuditEntry
from circulation.models import Hold
from circulation.services.check_in import check_in
from tests.factories import HoldFactory, ItemFactory, RecordFactory


@pytest.fixture
def wait(patron, desk_branch):
    """Return a function that puts the patron into the queue of a new title."""

    def place(title, **values):
        return HoldFactory(record=RecordFactory(title=title), pickup_branch=desk_branch, patron=patron, **values)

    return place


def _groups():
    return list(Hold.objects.order_by("pk").values_list("group", flat=True))


def test_marks_holds_and_shows_on_the_page_which_belong_together(librarian_client, patron, wait):
    pelle, _tine, niels = wait("Pelle"), wait("Tine"), wait("Niels Lyhne")

    answer = librarian_client.post(
        f"/desk/patrons/{patron.pk}/either-hold", {"hold": [pelle.pk, niels.pk]}, follow=True
    )

    first, second, third = _groups()
    assert first == third is not None
    assert second is None
    page = answer.content.decode()
    assert "When one of them is lent, the others end." in page
    assert "One is enough: this one or Niels Lyhne" in page
    assert "One is enough: this one or Pelle" in page
    assert [line.hold.record.title for line in answer.context["holds"]] == ["Pelle", "Niels Lyhne", "Tine"]
    entries = AuditEntry.objects.filter(action="circulation.make_parallel", actor=librarian_client.staff)
    assert entries.count() == 2


def test_says_which_one_stands_back(librarian_client, patron, wait, desk_branch, now):
    pelle, tine = wait("Pelle"), wait("Tine")
    item = ItemFactory(home_branch=desk_branch, record=tine.record)
    librarian_client.post(f"/desk/patrons/{patron.pk}/either-hold", {"hold": [pelle.pk, tine.pk]})
    check_in(item=item, branch=desk_branch, staff=librarian_client.staff, now=now)

    page = librarian_client.get(f"/desk/patrons/{patron.pk}").content.decode()

    assert page.count("Stands back: Tine comes first") == 1
    assert page.count("One is enough: this one or Pelle") == 1


@pytest.mark.parametrize(
    ("marked", "status"), [([], 422), (["own"], 409), (["own", "ready"], 422), (["own", "others"], 422), (["x"], 422)]
)
def test_keeps_the_dialog_open_when_they_are_not_two_in_her_queues(librarian_client, patron, wait, marked, status):
    holds = {"own": wait("Pelle").pk, "ready": wait("Tine", ready=True).pk, "others": HoldFactory().pk}
    wait("Niels Lyhne")

    answer = librarian_client.post(
        f"/desk/patrons/{patron.pk}/either-hold", {"hold": [holds.get(each, each) for each in marked]}
    )

    assert answer.status_code == status
    assert answer.context["dialog"].form.errors
    assert set(_groups()) == {None}


def test_offers_the_dialog_only_where_two_wait(librarian_client, patron, wait):
    wait("Pelle")
    one = librarian_client.get(f"/desk/patrons/{patron.pk}").content.decode()
    wait("Tine")
    two = librarian_client.get(f"/desk/patrons/{patron.pk}").content.decode()

    assert "One of several is enough" not in one
    assert "One of several is enough" in two


def test_lets_one_go_on_in_any_case_while_the_others_stay_together(librarian_client, patron, wait):
    holds = [wait(title) for title in ("Pelle", "Tine", "Niels Lyhne")]
    librarian_client.post(f"/desk/patrons/{patron.pk}/either-hold", {"hold": [hold.pk for hold in holds]})

    answer = librarian_client.post(f"/desk/holds/{holds[1].pk}/alone", follow=True)

    first, second, third = _groups()
    assert first == third is not None
    assert second is None
    assert "The hold on Tine goes on in any case." in answer.content.decode()


def test_leaves_a_hold_alone_that_is_over(librarian_client, wait):
    over = wait("Pelle", state=Hold.State.CANCELLED)

    assert librarian_client.post(f"/desk/holds/{over.pk}/alone").status_code == 409
    assert not AuditEntry.objects.filter(action="circulation.stand_alone").exists()
