"""Searches that staff keep: one's own and the library's, on the catalogue page, renamed, shared and deleted."""

import pytest
from django.urls import reverse
from django_tenants.utils import schema_context

from accounts.models import AuditEntry
from staffing.errors import Code, SearchRefused
from staffing.models import StaffSearch
from staffing.selectors import searches_of
from staffing.services import MOST_SEARCHES, change_search, delete_search, keep_search
from tests.factories import StaffAccountFactory

QUERY = "?q=sea&sort=newest&material=BOOK&language=dan"


@pytest.fixture
def kept(librarian_client):
    return keep_search(name="Sea", query="?q=sea", is_shared=False, actor=librarian_client.staff)


def refusal(act, **values):
    with pytest.raises(SearchRefused) as refused:
        act(**values)
    return refused.value.codes


def test_words_filters_and_order_are_kept_and_open_again_from_the_catalogue_page(librarian_client, alpha):
    page = librarian_client.get("/desk/search" + QUERY + "&page=3&nonsense=1")
    address = page.context["keep_query"]
    assert librarian_client.get(reverse("desk:new_search") + address).context["form"]["name"].value() == "sea"

    answer = librarian_client.post(reverse("desk:new_search") + address, {"name": " Danish sea "})

    search = StaffSearch.objects.get()
    assert (search.name, search.account_id) == ("Danish sea", librarian_client.staff.pk)
    assert answer["Location"] == "/desk/search" + search.query
    assert set(search.query.removeprefix("?").split("&")) == {
        "q=sea",
        "sort=newest",
        "material=BOOK",
        "language=dan",
    }
    assert "Danish sea" in librarian_client.get("/desk/search").content.decode()
    entry = AuditEntry.objects.get(action="staffing.keep_search")
    assert (entry.actor, entry.facts["name"], entry.facts["shared"]) == (librarian_client.staff, "Danish sea", False)


def test_it_is_renamed_shared_and_deleted(librarian_client, kept):
    edit = reverse("desk:edit_search", args=[kept.pk])
    colleague = StaffAccountFactory()
    assert searches_of(colleague) == []

    assert librarian_client.post(edit, {"name": "The sea", "is_shared": "on"}).status_code == 302

    assert [(each.name, each.is_shared, each.version) for each in searches_of(colleague)] == [("The sea", True, 2)]
    entry = AuditEntry.objects.get(action="staffing.change_search")
    assert entry.facts["before"] == {"name": "Sea", "query": "?q=sea", "shared": False, "version": 1}
    remove = reverse("desk:remove_search", args=[kept.pk])
    assert librarian_client.post(remove, {"version": "1"})["Location"] == edit
    assert StaffSearch.objects.count() == 1
    librarian_client.post(remove, {"version": "2"})
    assert not StaffSearch.objects.exists()
    assert AuditEntry.objects.filter(action="staffing.delete_search").count() == 1
    assert librarian_client.post(remove, {"version": "2"}).status_code == 404


def test_what_everybody_has_is_not_taken_for_oneself(librarian_client, alpha):
    shared = keep_search(name="Sea", query="?q=sea", is_shared=True, actor=StaffAccountFactory())

    answer = librarian_client.post(reverse("desk:edit_search", args=[shared.pk]), {"name": "Mine"})

    assert answer.status_code == 422
    assert "so it stays shared" in answer.context["form"].errors["is_shared"][0]
    assert [(each.name, each.is_shared) for each in StaffSearch.objects.all()] == [("Sea", True)]


def test_nobody_sees_or_changes_a_colleagues_own(librarian_client, alpha):
    other = keep_search(name="Zqsecret", query="?q=x", is_shared=False, actor=StaffAccountFactory())

    for address in ("/desk/search", reverse("desk:kept_searches")):
        assert "Zqsecret" not in librarian_client.get(address).content.decode()
    edit = reverse("desk:edit_search", args=[other.pk])
    assert librarian_client.get(edit).status_code == librarian_client.post(edit, {"name": "Mine"}).status_code == 404
    remove = reverse("desk:remove_search", args=[other.pk])
    assert librarian_client.post(remove, {"version": "1"}).status_code == 404
    assert StaffSearch.objects.get().name == "Zqsecret"


def test_what_another_municipality_shares_is_not_seen(librarian_client, beta):
    with schema_context("beta"):
        theirs = keep_search(name="Zqtheirs", query="?q=x", is_shared=True, actor=StaffAccountFactory())

    for address in ("/desk/search", reverse("desk:kept_searches")):
        assert "Zqtheirs" not in librarian_client.get(address).content.decode()
    assert librarian_client.get(reverse("desk:edit_search", args=[theirs.pk])).status_code == 404


def test_what_cannot_be_kept_changes_nothing_and_says_why(librarian_client, kept):
    actor = librarian_client.staff
    new = {"query": "?q=x", "is_shared": False, "actor": actor}
    assert refusal(keep_search, name=" ", **new) == [Code.NO_NAME]
    assert refusal(keep_search, name="Sea", **new) == [Code.NAME_TAKEN]
    assert refusal(keep_search, name="All", **{**new, "query": "?"}) == [Code.NOTHING_ASKED]
    changed = {"search_id": kept.pk, "name": "Y", "is_shared": False, "actor": actor}
    assert refusal(change_search, **changed, expected_version=7) == [Code.STALE]
    assert refusal(delete_search, search_id=kept.pk, expected_version=7, actor=actor) == [Code.STALE]
    for number in range(MOST_SEARCHES - 1):
        keep_search(name=str(number), **new)
    assert refusal(keep_search, name="One more", **new) == [Code.TOO_MANY]
    assert change_search(**changed, expected_version=1).name == "Y"

    page = librarian_client.post(reverse("desk:new_search") + "?q=x", {"name": "Y"})
    assert page.status_code == 422
    assert "There&#x27;s a search called “Y” already." in page.content.decode()
    assert StaffSearch.objects.count() == MOST_SEARCHES
