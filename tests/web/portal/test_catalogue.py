from datetime import timedelta

import pytest

from catalogue.models import HoldingsSummary
from catalogue.search.writing import rebuild
from circulation.selectors.availability import all_titles_at_home
from tenants.choice import choose
from tests.factories import (
    TODAY,
    BranchFactory,
    CalendarDayFactory,
    HoldFactory,
    ItemFactory,
    LoanFactory,
    RecordFactory,
)


@pytest.fixture
def shelve(alpha, desk_branch):
    """Return a function that catalogues a title, puts items of it on the shelf, and makes it findable."""

    def put(title, *, items=1, branch=desk_branch, **columns):
        record = RecordFactory(title=title, **columns)
        made = [ItemFactory(record=record, home_branch=branch, call_number="sk Lar") for _ in range(items)]
        if made:
            HoldingsSummary.objects.create(
                record=record, municipality=alpha, branch_code=branch.code, items=items, loanable=items
            )
        rebuild()
        return record, made

    return put


def test_finds_titles_and_says_where_they_are(browser, shelve):
    shelve("Lucky Per", items=2)

    page = browser.get("/?q=lucky")

    assert page.status_code == 200
    assert [row["hit"].title for row in page.context["hits"]] == ["Lucky Per"]
    assert "2 at Main Library" in page.content.decode()


def test_says_how_many_wait_when_all_are_out(browser, shelve):
    record, (item,) = shelve("Lucky Per")
    LoanFactory(item=item)
    HoldFactory(record=record)

    page = browser.get("/?q=lucky").content.decode()

    assert "On loan" in page
    assert "1 waits" in page


def test_narrows_by_facets_that_can_be_taken_away(browser, shelve):
    shelve("Lucky Per")
    shelve("Lucky Film", film=True)

    page = browser.get("/?q=lucky&material=FILM")

    assert [row["hit"].title for row in page.context["hits"]] == ["Lucky Film"]
    assert [chip["text"] for chip in page.context["searched"].chips] == ["Film"]
    assert page.context["searched"].chips[0]["url"] == "?q=lucky"


def test_several_values_of_a_facet_are_chosen_and_those_stay_in_sight(browser, shelve):
    for year in range(1900, 2010, 10):
        RecordFactory(title="Lucky Per", year=year)
    shelve("Lucky Film", year=2015, items=0)

    page = browser.get("/?q=lucky&everywhere=1&decade=1900&decade=2010")

    (decades,) = (facet for facet in page.context["searched"].facets if facet["id"] == "decade")
    assert page.context["result"].total == 2
    assert [(row["count"], row["current"]) for row in decades["values"]] == [(1, True), *[(1, False)] * 9, (1, True)]
    assert [row["url"] for row in decades["more"]] == ["?q=lucky&everywhere=1&decade=1900&decade=2010&decade=1910"]
    assert "<summary>More</summary>" in page.content.decode()
    assert decades["values"][0]["url"] == "?q=lucky&everywhere=1&decade=1900"


def test_searches_the_whole_country_on_wish(browser, shelve):
    shelve("Lucky Elsewhere", items=0)

    here, everywhere = browser.get("/?q=elsewhere"), browser.get("/?q=elsewhere&everywhere=1")

    assert here.context["result"].total == 0
    assert "the rest of the country has 1" in here.content.decode()
    assert [row["hit"].title for row in everywhere.context["hits"]] == ["Lucky Elsewhere"]
    assert "Not in this municipality" in everywhere.content.decode()


def test_the_address_of_a_search_names_no_library(browser, shelve):
    shelve("Lucky Per")
    shelve("Lucky Film", film=True)

    searched = browser.get("/?q=lucky&sort=author").context["searched"]

    links = [row["url"] for facet in searched.facets for row in facet["values"]]
    assert searched.request.municipality == "alpha"
    assert "?q=lucky&sort=author&material=FILM" in links
    assert not [link for link in links if "alpha" in link or "everywhere" in link]


def test_shows_first_what_is_on_the_shelf_of_the_library_that_was_chosen(browser, shelve, desk_branch):
    record, (item,) = shelve("Lucky Per")
    LoanFactory(item=item)
    ItemFactory(record=record, home_branch=BranchFactory(code="north"))
    _, (lent,) = shelve("Lucky Film", film=True)

    def listed(**parameters):
        page = browser.get("/", {"q": "lucky", "sort": "available", **parameters})
        assert '<option value="available" selected>Available now</option>' in page.content.decode()
        return [row["hit"].title for row in page.context["hits"]]

    assert listed(branch=desk_branch.code) == ["Lucky Film", "Lucky Per"]
    LoanFactory(item=lent)
    assert listed() == ["Lucky Per", "Lucky Film"]


def test_another_spelling_keeps_what_the_search_was_limited_to(browser, shelve):
    shelve("Dostojevskij again")
    for number in range(3):
        shelve(f"Idiot {number}", author="Dostojevski, Fjodor")

    page = browser.get("/?q=dostojevskij&audience=ADULT")

    assert page.context["result"].did_you_mean == "dostojevski"
    assert 'href="?q=dostojevski&amp;audience=ADULT"' in page.content.decode()


def test_an_isbn_and_an_items_barcode_lead_straight_to_the_title(browser, shelve):
    record, (item,) = shelve("Lucky Per")

    assert browser.get(f"/?q={item.barcode}").url == f"/title/{record.pk}"


def test_says_that_the_index_is_being_rebuilt_instead_of_failing(browser, alpha, settings, tmp_path):
    settings.SEARCH_INDEX = tmp_path / "nothing-yet"

    page = browser.get("/?q=anything")

    assert page.status_code == 200
    assert "The search is being rebuilt" in page.content.decode()


def test_suggests_while_typing(browser, shelve):
    record, _ = shelve("Lucky Per")

    page = browser.get("/suggestions?q=luck").content.decode()

    assert f'data-href="/title/{record.pk}"' in page


@pytest.mark.parametrize(
    "query",
    [
        "q=" + "x" * 5000,
        "q=%22%22%22&sort=nonsense&page=nonsense",
        "q=a&page=-1",
        "q=a&page=99999999999999999999",
        "q=a&page=%D9%A3",
        "q=a&material=nonsense&material=&language=%00",
        "q=a&decade=x&decade=99999999999999999999999",
        "q=a&decade=%D9%A3",
        "q=a&branch=nowhere&audience=" + "y" * 300,
        "q=(a+AND&q=b",
        "q=%ED%A0%80%FF",
        "q=a&everywhere=2&material=" + "&material=".join("abcdefghijklmnopqrstuvwxyz"),
    ],
)
def test_nonsense_in_the_address_finds_what_it_finds(browser, shelve, query):
    shelve("Lucky Per")

    assert browser.get(f"/?{query}").status_code in (200, 400)
    assert browser.get(f"/suggestions?{query}").status_code in (200, 400)


def test_a_page_past_the_end_is_empty(browser, shelve):
    shelve("Lucky Per")

    assert browser.get("/?q=lucky&page=7").status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_hits(browser, shelve, django_assert_num_queries):
    for number in range(4):
        shelve(f"Lucky {number}", items=2)
        browser.get("/?q=lucky")

        # Schema, variants, branches, availability, queues.
        with django_assert_num_queries(5):
            assert len(browser.get("/?q=lucky").context["hits"]) == number + 1


def test_shows_a_title_with_what_is_where(browser, shelve, desk_branch):
    record, (item, _other) = shelve("Lucky Per", items=2)
    LoanFactory(item=item, due_date=TODAY + timedelta(days=4))
    HoldFactory(record=record)

    page = browser.get(f"/title/{record.pk}").content.decode()

    assert "1 of 2" in page
    assert "sk Lar" in page
    assert "1 patron waits for it." in page
    assert f"/log-in?next=/title/{record.pk}%23get" in page


def test_says_when_the_first_comes_back(browser, shelve):
    record, (item,) = shelve("Lucky Per")
    LoanFactory(item=item, due_date=TODAY + timedelta(days=4))

    page = browser.get(f"/title/{record.pk}").content.decode()

    assert "All items are out" in page
    assert "due Monday 23 November" in page


def test_offers_no_hold_on_what_is_for_use_in_the_library(at_home, shelve):
    record, (item,) = shelve("Atlas")
    item.status = "REFERENCE_ONLY"
    item.save()

    page = at_home.get(f"/title/{record.pk}").content.decode()

    assert "For use in the library" in page
    assert "Place a hold" not in page


def test_offers_a_patron_her_own_branch_first(at_home, shelve, desk_branch):
    BranchFactory(name="Another")
    record, _ = shelve("Lucky Per")

    page = at_home.get(f"/title/{record.pk}").content.decode()

    assert f'<option value="{desk_branch.pk}" selected>Main Library</option>' in page


@pytest.mark.parametrize("number", ["0", "999999", "9" * 18])
def test_a_title_that_is_not_there_is_a_404(browser, alpha, number):
    assert browser.get(f"/title/{number}").status_code == 404


def test_shows_opening_hours_and_the_days_that_differ(browser, desk_branch):
    CalendarDayFactory(branch=desk_branch, date=TODAY + timedelta(days=5), reason="Staff outing")

    page = browser.get("/hours").content.decode()

    assert "10:00–18:00" in page
    assert "Tuesday 24 November: closed (Staff outing)" in page


def test_an_address_that_nobody_knows_is_a_plain_404(browser, alpha):
    assert browser.get("/nothing/here").status_code == 404


def test_a_municipality_without_any_title_yet_leads_to_the_whole_country(browser, alpha):
    RecordFactory(title="Lucky Elsewhere")
    rebuild()

    page = browser.get("/").content.decode()

    assert "0 titles" in page
    assert 'href="?everywhere=1"' in page
    assert "Lucky Elsewhere" in browser.get("/?everywhere=1").content.decode()


def test_what_is_on_the_shelf_now_can_be_asked_for_alone(browser, shelve):
    _out, (item,) = shelve("Lucky Per")
    shelve("Lucky Film", film=True)
    LoanFactory(item=item)

    page = browser.get("/?q=lucky&now=1")

    assert [row["hit"].title for row in page.context["hits"]] == ["Lucky Film"]
    assert page.context["searched"].chips[0] == {"text": "Available now", "url": "?q=lucky"}
    assert 'href="?q=lucky&amp;now=1"' in browser.get("/?q=lucky").content.decode()
    # The shelves of the whole country aren't ours to tell of.
    assert browser.get("/?q=lucky&now=1&everywhere=1").context["result"].total == 2


def test_when_all_are_out_it_says_how_many_there_are(browser, shelve):
    _out, (item,) = shelve("Lucky Per")
    LoanFactory(item=item)

    page = browser.get("/?q=lucky&now=1")

    assert page.context["result"].total == 0
    assert "1 title fits, but it isn't on the shelf now." in page.content.decode()
    assert '<a href="?q=lucky">Show them</a>' in page.content.decode()


def test_what_is_on_the_shelf_is_asked_of_each_municipality_and_branch(browser, shelve, alpha, beta):
    branch = BranchFactory(code="EAST")
    here, _items = shelve("Lucky Per", branch=branch)
    shelve("Lucky Film", film=True)

    assert list(all_titles_at_home(branches=["EAST"])) == [here.pk]
    assert len(all_titles_at_home()) == 2
    choose(beta)
    assert list(all_titles_at_home()) == []
    assert list(all_titles_at_home(branches=["EAST"])) == []
