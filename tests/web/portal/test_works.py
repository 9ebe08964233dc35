"""The portal lists works: one hit with its editions beneath."""

import pytest

from catalogue.models import HoldingsSummary
from catalogue.search import folding
from catalogue.search.writing import rebuild
from tests.factories import ItemFactory, LoanFactory, RecordFactory


@pytest.fixture
def editions(alpha, desk_branch):
    """Return three editions of one work: an old book, a newer one that's out, and an audiobook."""
    made = []
    for year, kind, language in ((1999, "BOOK", "dan"), (2012, "BOOK", "dan"), (2024, "AUDIOBOOK", "eng")):
        record = RecordFactory(
            title=f"Lucky Per {year}", work_key="lucky|", year=year, material_type=kind, language=language
        )
        item = ItemFactory(record=record, home_branch=desk_branch)
        if year == 2012:
            LoanFactory(item=item)
        HoldingsSummary.objects.create(
            record=record, municipality=alpha, branch_code=desk_branch.code, items=1, loanable=1
        )
        made.append(record)
    rebuild()
    return made


def test_one_hit_says_what_its_editions_are_and_leads_to_each(browser, editions):
    old, out, audio = editions

    page = browser.get("/?q=larsen")
    text = page.content.decode()

    (row,) = page.context["hits"]
    # The tests' browser reads English.
    assert row["hit"].record_id == audio.pk
    assert page.context["result"].total == 1
    assert row["work"].summary.endswith("1999–2024")
    assert "3 editions" in text
    assert {edition["url"].rsplit("/", 1)[-1] for edition in row["work"].others} == {
        str(record.pk) for record in editions if record.pk != row["hit"].record_id
    }
    assert {edition["url"].rsplit("/", 1)[-1]: edition["is_home"] for edition in row["work"].others}[
        str(out.pk)
    ] is False


def test_any_edition_is_offered_where_another_one_is_as_good_and_ticked_on_the_title_s_page(browser, editions):
    old, _out, audio = editions

    page = browser.get("/?q=lucky+per&language=dan").content.decode()
    assert f"/{old.pk}?any_edition=1#get" in page
    assert "any_edition=1" not in browser.get("/?q=larsen&language=eng").content.decode()
    record = browser.get(f"/title/{old.pk}?any_edition=1")
    assert record.context["any_edition"] is True


def test_says_so_when_too_many_stand_by_themselves(browser, editions, monkeypatch):
    assert "each stands by itself" not in browser.get("/?q=larsen").content.decode()
    monkeypatch.setattr(folding, "MOST_FOLDED", 1)

    page = browser.get("/?q=larsen")

    assert "each stands by itself" in page.content.decode()
    assert len(page.context["hits"]) == page.context["result"].total == 3
