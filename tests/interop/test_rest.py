"""The public API: what it answers, what it refuses and whose it is."""

import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from psycopg import errors

from catalogue.models import BibliographicRecord, HoldingsSummary
from catalogue.search import Sort
from catalogue.search.writing import rebuild
from interop.rest import views
from interop.rest.views import PerAddress
from tenants.models import Municipality
from tenants.services.suspend import suspend
from tests.factories.catalogue import RecordFactory
from tests.factories.circulation import HoldFactory, LoanFactory
from tests.factories.holdings import BranchFactory, ItemFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the tests ask as often as they like; one of them tries the limit."""
    monkeypatch.setattr(PerAddress, "rate", "100000/min")


@pytest.fixture
def record(alpha: Municipality, beta: Municipality, index_folder: Path) -> BibliographicRecord:
    """Index one title that Alpha's main branch has, and one of Beta's."""
    title = RecordFactory.create(title="Sommer i Skagen", author="Holm, Anne", isbns=["9788702000009"])
    other = RecordFactory.create(title="Vinter i Skagen", deleted_at=None)
    for owned, municipality in ((title, alpha), (other, beta)):
        HoldingsSummary.objects.create(record=owned, municipality=municipality, branch_code="main", items=1)
    rebuild()
    return title


@pytest.fixture
def client_of_beta(beta: Municipality) -> Client:
    """Return a program that asks the neighbour."""
    return Client(headers={"host": "beta.localhost"})


def _get(client: Client, path: str, **parameters: Any) -> tuple[int, Any]:
    answer = client.get(f"/api/v1/{path}", parameters)
    return answer.status_code, answer.json()


class TestSearch:
    """Searching by address."""

    def test_answers_with_hits_and_facets(self, record: BibliographicRecord, client_of_alpha: Client) -> None:
        status, found = _get(client_of_alpha, "search", q="skagen")

        assert status == 200
        assert (found["total"], found["page"], found["pages"], found["state"]) == (1, 1, 1, "ready")
        assert found["hits"][0]["record_id"] == record.pk
        assert found["facets"]["branch"] == [{"value": "main", "count": 1, "is_selected": False}]

    def test_hits_and_records_say_every_series_and_the_first(self, index_folder: Path, client_of_alpha: Client) -> None:
        title = RecordFactory.create(title="Kattehuset", series="Katz ; 3", all_series=["Katz ; 3", "Sommerbog"])
        plain = RecordFactory.create(title="Hundehuset")
        rebuild()

        for text, record, series in (("kattehuset", title, ["Katz ; 3", "Sommerbog"]), ("hundehuset", plain, [])):
            first = series[0] if series else ""
            (hit,) = _get(client_of_alpha, "search", q=text, everywhere="true")[1]["hits"]
            assert (hit["series"], hit["all_series"]) == (first, series)
            found = _get(client_of_alpha, f"records/{record.pk}")[1]
            assert (found["series"], found["all_series"]) == (first, series)
        assert _get(client_of_alpha, "search", series="Sommerbog", everywhere="true")[1]["total"] == 1

    def test_each_host_answers_for_its_own_titles(
        self, record: BibliographicRecord, client_of_alpha: Client, client_of_beta: Client
    ) -> None:
        titles = {}
        for name, client in (("alpha", client_of_alpha), ("beta", client_of_beta)):
            titles[name] = [hit["title"] for hit in _get(client, "search", q="skagen")[1]["hits"]]

        assert titles == {"alpha": ["Sommer i Skagen"], "beta": ["Vinter i Skagen"]}

    def test_everywhere_is_the_whole_nation(self, record: BibliographicRecord, client_of_alpha: Client) -> None:
        assert _get(client_of_alpha, "search", q="skagen", everywhere="true")[1]["total"] == 2

    def test_limits_stand_several_times(self, record: BibliographicRecord, client_of_alpha: Client) -> None:
        status, found = _get(client_of_alpha, "search?material=BOOK&material=FILM&decade=2010&year_from=2000")

        assert (status, found["total"]) == (200, 1)

    def test_a_number_leads_to_its_record(self, record: BibliographicRecord, client_of_alpha: Client) -> None:
        assert _get(client_of_alpha, "search", q="978-87-02-00000-9")[1]["record_id"] == record.pk

    @pytest.mark.parametrize(
        "query", ["page=0", "page=many", "page_size=1000", "sort=random", "decade=x", "q=" + "x" * 301]
    )
    def test_says_what_it_cannot_read(self, record: BibliographicRecord, client_of_alpha: Client, query: str) -> None:
        answer = client_of_alpha.get(f"/api/v1/search?{query}")

        assert answer.status_code == 400
        assert answer["Content-Type"] == "application/problem+json"
        assert (answer.json()["code"], list(answer.json()["errors"])) == ("INVALID", [query.split("=")[0]])

    def test_says_so_while_there_is_no_index(
        self, alpha: Municipality, index_folder: Path, client_of_alpha: Client
    ) -> None:
        status, found = _get(client_of_alpha, "search", q="skagen")

        assert (status, found["code"], found["percent"]) == (503, "INDEX_UNAVAILABLE", None)

    def test_suggests(self, record: BibliographicRecord, client_of_alpha: Client) -> None:
        status, found = _get(client_of_alpha, "suggestions", q="ska")

        assert status == 200
        assert [suggestion["text"] for suggestion in found["suggestions"]] == ["Sommer i Skagen"]


class TestRecord:
    """One title."""

    def test_shows_what_is_known(self, record: BibliographicRecord, client_of_alpha: Client) -> None:
        status, found = _get(client_of_alpha, f"records/{record.pk}")

        assert status == 200
        assert (found["id"], found["title"], found["isbns"]) == (record.pk, "Sommer i Skagen", ["9788702000009"])
        assert "raw" not in found

    def test_a_deleted_one_is_gone(self, record: BibliographicRecord, client_of_alpha: Client, now: Any) -> None:
        BibliographicRecord.objects.filter(pk=record.pk).update(deleted_at=now)

        for path in (f"records/{record.pk}", f"records/{record.pk}/availability"):
            assert _get(client_of_alpha, path)[0] == 404

    @pytest.mark.parametrize("path", ["records/999999999", "records/99999999999999999999", "nothing", "records/x"])
    def test_what_is_not_there_is_a_problem(self, client_of_alpha: Client, path: str) -> None:
        answer = client_of_alpha.get(f"/api/v1/{path}")

        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
        assert answer["Content-Type"] == "application/problem+json"


class TestAvailability:
    """What the branches have right now."""

    def test_counts_per_branch_and_who_waits(self, record: BibliographicRecord, client_of_alpha: Client) -> None:
        main = BranchFactory.create(code="main", name="Main", position=1)
        ItemFactory.create(record=record, home_branch=main)
        lent = ItemFactory.create(record=record, home_branch=main)
        LoanFactory.create(item=lent, due_date=date(2026, 12, 1))
        HoldFactory.create(record=record, pickup_branch=main)

        status, found = _get(client_of_alpha, f"records/{record.pk}/availability")

        assert status == 200
        assert found == {
            "record_id": record.pk,
            "holds": 1,
            "branches": [
                {
                    "branch": "main",
                    "branch_name": "Main",
                    "total": 2,
                    "home": 1,
                    "lent": 1,
                    "reference": 0,
                    "on_order": 0,
                    "due_back": "2026-12-01",
                }
            ],
        }

    def test_the_neighbours_items_are_not_ours(
        self, record: BibliographicRecord, client_of_alpha: Client, beta: Municipality
    ) -> None:
        connection.set_tenant(beta)
        ItemFactory.create(record=record)

        assert _get(client_of_alpha, f"records/{record.pk}/availability")[1]["branches"] == []


class TestManners:
    """What holds for every address."""

    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
    def test_can_only_be_read(self, record: BibliographicRecord, client_of_alpha: Client, method: str) -> None:
        answer = getattr(client_of_alpha, method)(f"/api/v1/records/{record.pk}")

        assert (answer.status_code, answer.json()["code"]) == (405, "READ_ONLY")

    def test_slows_down_whoever_asks_too_much(
        self, record: BibliographicRecord, client_of_alpha: Client, client_of_beta: Client, monkeypatch: Any
    ) -> None:
        monkeypatch.setattr(PerAddress, "rate", "2/min")
        path = f"/api/v1/records/{record.pk}"
        # The counter outlives a test run.
        address = {"REMOTE_ADDR": uuid4().hex}

        answers = [client_of_alpha.get(path, **address) for _ in range(3)]

        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[2].json()["code"] == "TOO_MANY"
        assert 0 < int(answers[2]["Retry-After"]) <= 60
        assert client_of_beta.get(path, **address).status_code == 200

    def test_says_to_come_again_when_two_were_in_each_others_way(
        self, record: BibliographicRecord, client_of_alpha: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def called_off(pk: int) -> None:
            raise OperationalError("called off") from errors.DeadlockDetected()

        monkeypatch.setattr(views, "get_record", called_off)

        answer = client_of_alpha.get(f"/api/v1/records/{record.pk}")

        assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
        assert (answer.json()["code"], answer["Retry-After"]) == ("BUSY", "1")

    def test_a_suspended_municipality_tells_programs_in_their_own_way(
        self, alpha: Municipality, client_of_alpha: Client
    ) -> None:
        suspend(municipality=alpha, reason="Unpaid bill", actor=None, now=timezone.now())

        answer = client_of_alpha.get("/api/v1/search", {"q": "skagen"})

        assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
        assert answer.json()["code"] == "SUSPENDED"
        assert client_of_alpha.get("/").headers["Content-Type"].startswith("text/html")

    def test_any_web_page_may_read_it(self, record: BibliographicRecord, client_of_alpha: Client) -> None:
        assert client_of_alpha.get(f"/api/v1/records/{record.pk}")["Access-Control-Allow-Origin"] == "*"

    def test_the_description_knows_every_address(self, client_of_alpha: Client) -> None:
        description = _get(client_of_alpha, "openapi.json")[1]

        resolver = get_resolver("interop.rest.urls")
        routes = [str(pattern.pattern) for pattern in resolver.url_patterns if pattern.name != "nothing"]
        assert sorted(description["paths"]) == sorted("/" + route.replace("<int:pk>", "{id}") for route in routes)

    def test_the_description_knows_every_order(self, client_of_alpha: Client) -> None:
        paths = _get(client_of_alpha, "openapi.json")[1]["paths"]

        (sort,) = (each for each in paths["/v1/search"]["get"]["parameters"] if each["name"] == "sort")
        assert sort["schema"]["enum"] == [str(each) for each in Sort]

    def test_the_description_knows_what_answers_hold(
        self, record: BibliographicRecord, client_of_alpha: Client
    ) -> None:
        schemas = _get(client_of_alpha, "openapi.json")[1]["components"]["schemas"]

        search = _get(client_of_alpha, "search", q="skagen")[1]
        for name, answer in (
            ("SearchResult", search),
            ("Hit", search["hits"][0]),
            ("Record", _get(client_of_alpha, f"records/{record.pk}")[1]),
            ("Availability", _get(client_of_alpha, f"records/{record.pk}/availability")[1]),
            ("Suggestions", _get(client_of_alpha, "suggestions", q="ska")[1]),
        ):
            assert set(answer) == set(schemas[name]["properties"]), name

    @hypothesis_settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(
        st.dictionaries(
            st.sampled_from(
                "q material language audience branch decade year_from author everywhere sort page page_size".split()
            ),
            # A NUL byte is refused before any view sees it.
            st.text(st.characters(exclude_characters="\x00"), max_size=60) | st.integers().map(str),
        )
    )
    def test_no_input_is_a_fault(
        self, record: BibliographicRecord, client_of_alpha: Client, parameters: dict[str, str]
    ) -> None:
        answer = client_of_alpha.get("/api/v1/search", parameters)

        assert answer.status_code in (200, 400)
        json.loads(answer.content)
