"""A periodical's page: its issues by year, where each is, a hold on one of them, and the articles in them."""

from io import BytesIO

import pytest

from catalogue.models import BibliographicRecord
from catalogue.services.import_marc import import_marc
from circulation.models import Hold
from circulation.selectors.issues import issues_of
from holdings.models import Item
from tests.catalogue.marc_samples import iso2709
from tests.factories.catalogue import RecordFactory
from tests.factories.holdings import BranchFactory, ItemFactory

DANISH = "00000nasi 2200000   4500"


@pytest.fixture
def magazine(patron, desk_branch):
    record = RecordFactory(title="Fugle", control_number="50000031", source="test")
    main, west = desk_branch, BranchFactory(name="West library", position=9)
    for volume, branch, status in (
        ("2026:9", main, Item.Status.AVAILABLE),
        ("2026:10", main, Item.Status.REFERENCE_ONLY),
        ("2026:10", west, Item.Status.REFERENCE_ONLY),
        ("2025:1", west, Item.Status.ON_LOAN),
        ("2025:2", west, Item.Status.LOST),
        ("kit", west, Item.Status.AVAILABLE),
    ):
        ItemFactory(record=record, volume=volume, home_branch=branch, status=status)
    return record


def test_lists_issues_by_year_and_number_newest_first(magazine, desk_branch, django_assert_num_queries):
    with django_assert_num_queries(1):
        years = issues_of(magazine.pk)

    assert [(year.year, [issue.volume for issue in year.issues]) for year in years] == [
        (2026, ["2026:10", "2026:9"]),
        (2025, ["2025:1"]),
    ]
    newest = years[0].issues[0]
    assert (newest.status, newest.branches) == ("REFERENCE_ONLY", (desk_branch.name, "West library"))
    assert [issue.may_be_held for year in years for issue in year.issues] == [False, True, True]


def test_the_page_folds_older_years_and_leads_to_a_hold_on_one_issue(browser, magazine):
    text = browser.get(f"/title/{magazine.pk}").content.decode()

    assert text.count("<details open") == 1
    assert "?volume=2026%3A9#get" in text
    assert "?volume=2026%3A10#get" not in text


def test_an_issue_that_s_chosen_is_held(at_home, desk_branch, magazine):
    page = at_home.get(f"/title/{magazine.pk}?volume=2026:9").content.decode()
    assert "<option selected>2026:9</option>" in page

    at_home.post(f"/title/{magazine.pk}/hold", {"pickup": desk_branch.pk, "volume": "2026:9"})
    assert Hold.objects.get().volume == "2026:9"

    # Another issue may be held beside it.
    assert "<option selected>2025:1</option>" in at_home.get(f"/title/{magazine.pk}?volume=2025:1").content.decode()


@pytest.mark.parametrize("place", [("557", "00$aFugle$j2026$vNr. 9$kS. 4"), ("557", "00$VÅrg. 3, nr. 9 (2026)")])
def test_an_article_leads_to_its_issue_and_the_issue_lists_it(browser, magazine, now, monkeypatch, place):
    monkeypatch.setattr("catalogue.services.change_feed.wake_followers", lambda: None)
    fields = [("001", "00$a50000032$b870970"), ("004", "00$rn$ai"), ("014", "00$a50000031"), ("245", "00$aGaasen")]
    import_marc(file=BytesIO(iso2709([*fields, place], leader=DANISH)), source="test", owner="alpha", now=now)
    article = BibliographicRecord.objects.get(control_number="50000032")

    page = browser.get(f"/title/{article.pk}").content.decode()
    assert f"/title/{magazine.pk}?volume=2026%3A9#get" in page
    assert "Gaasen" in browser.get(f"/title/{magazine.pk}").content.decode()
