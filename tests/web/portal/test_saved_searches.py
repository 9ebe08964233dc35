"""A patron saves the search that she looks at, and finds it again among her lists."""

import pytest

from catalogue.search.writing import rebuild
from patrons.models import SavedSearch
from patrons.rules.searches import Asked
from patrons.services import saved_searches
from patrons.services.saved_searches import save_search
from tests.factories import NOW, PatronFactory


@pytest.fixture
def index(alpha):
    """Have an index that answers."""
    rebuild()


def test_saves_words_and_filters_and_goes_on_with_the_hits(at_home, patron, index):
    asked = "?q=sea&material=BOOK&material=FILM&language=da&decade=1990&series=Fjord&sort=newest&page=3&nonsense=1"

    answer = at_home.post(f"/me/searches/save{asked}", {"name": "The sea", "notifies": "on"})

    assert answer.headers["Location"] == f"/{asked}"
    saved = SavedSearch.objects.get(patron=patron)
    assert (saved.name, saved.notifies) == ("The sea", True)
    page = at_home.get("/me/lists")
    [row] = page.context["searches"]
    assert row["query"] == "?q=sea&sort=newest&series=Fjord&material=BOOK&material=FILM&language=da&decade=1990"
    assert at_home.get(f"/{row['query']}").status_code == 200


def test_saves_the_whole_country_s_and_what_is_on_the_shelf(at_home, patron, index):
    at_home.post("/me/searches/save?q=sea&everywhere=1&branch=main&now=1", {"name": "A"})
    at_home.post("/me/searches/save?q=sea&branch=main&now=1", {"name": "B"})

    queries = [row["query"] for row in at_home.get("/me/lists").context["searches"]]
    assert queries == ["?q=sea&now=1&branch=main", "?q=sea&everywhere=1"]


def test_the_page_of_hits_offers_it_where_something_is_asked(at_home, browse, index):
    offer = 'action="/me/searches/save?q=sea"'

    assert offer in at_home.get("/?q=sea").content.decode()
    assert "/me/searches/save" not in at_home.get("/").content.decode()
    stranger = browse("alpha.localhost").get("/?q=sea").content.decode()
    assert offer not in stranger
    assert 'href="/log-in?next=%2F%3Fq%3Dsea"' in stranger


def test_changes_and_removes_her_own_only(at_home, patron):
    own = save_search(patron=patron, name="Sea", asked=Asked(text="sea"), notifies=True, now=NOW)
    other = save_search(patron=PatronFactory(), name="Secret", asked=Asked(text="x"), notifies=True, now=NOW)

    assert at_home.post(f"/me/searches/{own.pk}/change", {"name": "Ocean"}).status_code == 302
    assert at_home.post(f"/me/searches/{other.pk}/change", {"name": "Mine"}).status_code == 404
    assert at_home.post(f"/me/searches/{other.pk}/remove").status_code == 404
    assert "Secret" not in at_home.get("/me/lists").content.decode()

    own.refresh_from_db()
    assert (own.name, own.notifies) == ("Ocean", False)
    at_home.post(f"/me/searches/{own.pk}/remove")
    assert [each.name for each in SavedSearch.objects.all()] == ["Secret"]


def test_needs_a_name_and_has_a_limit(at_home, patron, monkeypatch):
    monkeypatch.setattr(saved_searches, "MOST_SEARCHES", 1)

    assert at_home.post("/me/searches/save?q=sea", {"name": " "}).status_code == 422
    assert at_home.post("/me/searches/save?q=sea", {"name": "Sea"}).status_code == 302
    assert at_home.post("/me/searches/save?q=land", {"name": "Land"}).status_code == 409
    assert SavedSearch.objects.count() == 1
