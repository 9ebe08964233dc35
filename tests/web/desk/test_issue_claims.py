"""The page of what suppliers owe, its file, and the letter that's printed."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils.http import urlencode

from circulation.models import SubscribedIssue, Subscription
from tests.factories import TODAY, BranchFactory, ItemTypeFactory
from tests.factories.catalogue import RecordFactory

PAGE, LETTER = "/desk/periodicals/claims", "/desk/periodicals/claims/letter"


@pytest.fixture
def weekly(alpha, desk_branch):
    """Its first two issues are late."""
    return Subscription.objects.create(
        record=RecordFactory(title="Fugle & frø"),
        branch=desk_branch,
        every="WEEK",
        first_on=TODAY - timedelta(days=14),
        runs_on=True,
        item_type=ItemTypeFactory(),
        supplier="Agent & Søn",
        order_number="77-1",
    )


@pytest.fixture
def ticks(weekly):
    return [f"{weekly.pk}|{weekly.first_on.year}:{number}" for number in (1, 2)]


def ticked(answer):
    return [line["is_ticked"] for group in answer.context["groups"] for line in group["lines"]]


def test_claims_what_s_ticked_and_shows_the_letter(librarian_client, weekly, ticks):
    assert PAGE in librarian_client.get("/desk/periodicals").content.decode()
    answer = librarian_client.get(PAGE)
    page = answer.content.decode()
    assert all(f'value="{tick}"' in page for tick in ticks)
    assert ticked(answer) == [True, True]
    assert "Agent &amp; Søn" in page

    answer = librarian_client.post(PAGE, {"issue": ticks})

    to = urlsplit(answer.url)
    assert (answer.status_code, to.path) == (302, LETTER)
    assert parse_qs(to.query) == {"supplier": ["Agent & Søn"], "day": [TODAY.isoformat()]}
    letter = librarian_client.get(answer.url).content.decode()
    assert all(text in letter for text in ("Agent &amp; Søn", "Fugle &amp; frø", "77-1", "data-print-page"))
    assert letter.count('scope="row"') == 2
    assert SubscribedIssue.objects.filter(state="CLAIMED", claims=1, claimed_on=TODAY).count() == 2

    answer = librarian_client.get(PAGE)
    page = answer.content.decode()
    assert ticked(answer) == [False, False]
    assert f"{LETTER}?supplier=Agent%20%26%20S%C3%B8n&amp;day={TODAY.isoformat()}" in page


def test_a_refusal_keeps_the_ticks(librarian_client, weekly, ticks):
    assert librarian_client.post(PAGE, {}).status_code == 409

    answer = librarian_client.post(PAGE, {"issue": [ticks[1], f"{weekly.pk}|1999:1"]})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "nothing was claimed" in page
    assert ticked(answer) == [False, True]
    assert f'value="{ticks[1]}" aria-label="Fugle &amp; frø, No. 2 ({weekly.first_on.year})" checked>' in page
    assert not SubscribedIssue.objects.exists()


@pytest.mark.parametrize("tick", ["", "x|2026:1", "9" * 40 + "|2026:1", "0|2026:1", "²|2026:1", "2026:1"])
def test_a_tick_that_names_nothing_is_refused(librarian_client, weekly, tick):
    assert librarian_client.post(PAGE, {"issue": tick}).status_code == 409


def test_a_letter_without_issues_leads_back(librarian_client, weekly):
    for query in ({}, {"supplier": "Nobody", "day": "x"}, {"supplier": weekly.supplier, "day": "9999-12-31"}):
        answer = librarian_client.get(f"{LETTER}?{urlencode(query)}")
        assert (answer.status_code, answer.url) == (302, PAGE)


def test_another_branch_s_claims_aren_t_shown(librarian_client, weekly, ticks):
    librarian_client.post(PAGE, {"issue": ticks})
    Subscription.objects.update(branch=BranchFactory())
    assert "Fugle" not in librarian_client.get(PAGE).content.decode()
    query = urlencode({"supplier": weekly.supplier, "day": TODAY.isoformat()})
    assert librarian_client.get(f"{LETTER}?{query}").status_code == 302
    assert librarian_client.post(PAGE, {"issue": ticks}).status_code == 409


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_list_is_a_file_too(librarian_client, weekly, ending):
    answer = librarian_client.get(f"{PAGE}?file=issue-claims.{ending}")
    content = b"".join(answer.streaming_content)
    if ending == "csv":
        lines = content.decode("utf-8-sig").splitlines()
        assert len(lines) == 3
        assert all(text in lines[1] for text in ("Agent & Søn", "77-1", "Fugle & frø", "late"))
    assert content
