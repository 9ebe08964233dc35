"""SRU, operation by operation and number by number, in both versions' forms."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.utils.http import urlencode
from lxml import etree

from catalogue.models import BibliographicRecord, HoldingsSummary
from catalogue.search.writing import rebuild
from interop.sru import answers
from interop.sru.answers import answer
from interop.sru.explaining import Service
from interop.sru.views import PerSearcher
from tenants.models import Municipality
from tests.factories.catalogue import RecordFactory
from tests.interop.harvests import import_samples
from tests.interop.sru_answers import MARCXML, checked, diagnostics_of, titles_of

pytestmark = pytest.mark.django_db

Ask = Callable[..., etree._Element]
VERSIONS = ("1.2", "2.0")


@pytest.fixture(autouse=True)
def _nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the tests ask as often as they like; one of them tries the limit."""
    monkeypatch.setattr(PerSearcher, "rate", "100000/min")


@pytest.fixture
def ask(alpha: Municipality) -> Ask:
    """Return a function that asks a host and checks the answer against the standard."""

    def ask(
        _arguments: dict[str, Any] | None = None,
        *,
        version: str = "1.2",
        host: str = "alpha.localhost",
        method: str = "get",
        **more: Any,
    ) -> etree._Element:
        sent = {**(_arguments or {}), **more}
        if version != "2.0":
            sent = {"version": version, "operation": "scan" if "scanClause" in sent else "searchRetrieve", **sent}
        connection.set_schema_to_public()
        response = getattr(Client(headers={"host": host}), method)("/sru", sent)
        connection.set_tenant(alpha)
        assert response.status_code == 200
        assert response["Content-Type"] == "text/xml; charset=utf-8"
        return checked(response.content, version)

    return ask


def own(record: BibliographicRecord, municipality: Municipality) -> None:
    HoldingsSummary.objects.create(record=record, municipality=municipality, branch_code="main", items=1, loanable=1)


@pytest.fixture
def titles(alpha: Municipality, beta: Municipality, index_folder: Any) -> dict[str, BibliographicRecord]:
    """Index Alpha's titles, one of which Beta has too, and one that only Beta has."""
    made = [
        RecordFactory.create(
            title="Sommer i Skagen",
            remainder="en badegæsts dagbog",
            author="Holm, Anne",
            year=1994,
            language="dan",
            subjects=["Skagen", "badebyer"],
            publisher="Gyldendal",
            series="Danske byer",
            classification="46.4 Skagen",
            isbns=["9788702000009"],
            material_type="BOOK",
        ),
        RecordFactory.create(
            title="Vinter i Århus",
            author="Åkjær, Bo",
            year=2001,
            language="dan",
            subjects=["jul"],
            publisher="Bogforlaget Å",
            issns=["03174654"],
            control_number="2 345 678 9",
            material_type="FILM",
        ),
        RecordFactory.create(
            title="Skagens malere", author="Holm, Anne", year=1994, language="swe", contributors=["Krøyer, P.S."]
        ),
        RecordFactory.create(title="Summer", author="Smith, Zadie", year=None, language="eng", subjects=["sommer"]),
        RecordFactory.create(title="Sommer i Beta", author="Holm, Anne", year=1999),
    ]
    for record in made[:4]:
        own(record, alpha)
    for record in (made[0], made[4]):
        own(record, beta)
    rebuild()
    return {record.title: record for record in made}


def answered(municipality: Municipality, language: str = "da", **sent: str) -> etree._Element:
    """Ask without the way through HTTP, where many questions are asked."""
    schema = municipality.schema_name
    service = Service("Alpha", f"http://{schema}.localhost/sru", language, schema, municipality.pk)
    return checked(answer(service, QueryDict(urlencode(sent))).encode(), "2.0")


def shown_in(root: etree._Element) -> list[str]:
    shown = [title.partition(" : ")[0] for title in titles_of(root)]
    assert root.findtext("{*}numberOfRecords") == str(len(shown))
    return sorted(shown)


def found(ask: Ask, query: str, **more: Any) -> list[str]:
    root = ask(query=query, recordSchema="dc", **more)
    assert diagnostics_of(root) == []
    return shown_in(root)


SKAGEN, AARHUS, PAINTERS, SUMMER = "Sommer i Skagen", "Vinter i Århus", "Skagens malere", "Summer"


def terms_of(root: etree._Element) -> list[tuple[str, int]]:
    return [
        (each.findtext("{*}value"), int(each.findtext("{*}numberOfRecords")))
        for each in root.iterfind("{*}terms/{*}term")
    ]


class TestQueries:
    """What each index and relation finds."""

    def test_indexes_and_relations(self, alpha: Municipality, titles: dict[str, BibliographicRecord]) -> None:
        expected = {
            "skagen": [SKAGEN],
            "cql.allRecords = 1": [PAINTERS, SKAGEN, SUMMER, AARHUS],
            "dc.title = sommer": [SKAGEN],
            "dc.title = SOMMER": [SKAGEN],
            "dc.title = dagbog": [SKAGEN],
            "dc.title = badegaests": [SKAGEN],
            "dc.subject = sommer": [SUMMER],
            "dc.subject = dagbog": [],
            "dc.title =/stem skagens": [PAINTERS, SKAGEN],
            "dc.title = skag*": [PAINTERS, SKAGEN],
            "dc.title = s?mmer": [SKAGEN, SUMMER],
            "dc.title = so?mer": [SKAGEN],
            "dc.title = som*r": [SKAGEN],
            'dc.title = "sommer i skagen"': [SKAGEN],
            'dc.title = "skagen sommer"': [],
            'dc.title all "skagen sommer"': [SKAGEN],
            'dc.title any "malere vinter"': [PAINTERS, AARHUS],
            'dc.title == "sommer i"': [],
            'dc.title == "Sommer i Skagen"': [SKAGEN],
            'dc.title = "^sommer i"': [SKAGEN],
            'dc.title = "^i skagen"': [],
            'dc.title = "i skagen^"': [SKAGEN],
            "dc.title = aarhus": [AARHUS],
            "dc.title = århus": [AARHUS],
            "dc.creator = holm": [PAINTERS, SKAGEN],
            'dc.creator == "holm, anne"': [PAINTERS, SKAGEN],
            'dc.creator == "anne"': [],
            "dc.contributor = krøyer": [PAINTERS],
            "dc.creator = skagen": [],
            "dc.publisher = gyldendal": [SKAGEN],
            'dc.publisher = "bogforlaget å"': [AARHUS],
            'bath.seriesTitle = "danske byer"': [SKAGEN],
            "bath.seriesTitle = skagen": [],
            'bath.classification = "46.4 Skagen"': [SKAGEN],
            "bath.classification = 46*": [SKAGEN],
            "dc.date = 1994": [PAINTERS, SKAGEN],
            "dc.date > 1994": [AARHUS],
            'dc.date within "1990 2001"': [PAINTERS, SKAGEN, AARHUS],
            "dc.language = swe": [PAINTERS],
            'dc.type any "film magazine"': [AARHUS],
            "bath.isbn = 978-87-02-00000-9": [SKAGEN],
            "dc.identifier = URN:ISBN:9788702000009": [SKAGEN],
            "978-87-02-00000-9": [SKAGEN],
            "bath.issn = 0317-4654": [AARHUS],
            'rec.identifier = "2 345 678 9"': [AARHUS],
            "rec.identifier = nothing": [],
            "dc.title <> skagen": [PAINTERS, SUMMER, AARHUS],
            "dc.creator = holm not dc.title = malere": [SKAGEN],
            "dc.title = vinter or dc.title = malere and dc.language = swe": [PAINTERS],
            "dc.title = vinter or (dc.title = malere and dc.language = swe)": [PAINTERS, AARHUS],
            "sommer prox/distance<=2 skagen": [SKAGEN],
            "sommer prox skagen": [],
            "skagen prox/distance=2/ordered sommer": [],
            "skagen prox/distance=2 sommer": [SKAGEN],
        }

        service = Service("Alpha", "http://alpha.localhost/sru", "da", alpha.schema_name, alpha.pk)
        roots = {
            query: checked(
                answer(service, QueryDict(urlencode({"query": query, "recordSchema": "dc"}))).encode(), "2.0"
            )
            for query in expected
        }

        assert {query: (diagnostics_of(root), shown_in(root)) for query, root in roots.items()} == {
            query: ([], sorted(wanted)) for query, wanted in expected.items()
        }

    def test_both_versions_and_methods_find_the_same(self, ask: Ask, titles: dict[str, BibliographicRecord]) -> None:
        for version in ("1.1", *VERSIONS):
            for method in ("get", "post"):
                assert found(ask, "dc.creator = holm", version=version, method=method) == [PAINTERS, SKAGEN]

    def test_sorting(self, ask: Ask, titles: dict[str, BibliographicRecord]) -> None:
        orders = {
            "": [AARHUS, PAINTERS, SKAGEN, SUMMER],
            "sortBy dc.title": [PAINTERS, SKAGEN, SUMMER, AARHUS],
            "sortBy dc.title/sort.descending": [AARHUS, SUMMER, SKAGEN, PAINTERS],
            "sortBy dc.creator": [PAINTERS, SKAGEN, SUMMER, AARHUS],
            "sortBy dc.date/ascending": [SUMMER, SKAGEN, PAINTERS, AARHUS],
        }
        roots = {keys: ask(query=f"cql.allRecords=1 {keys}", recordSchema="dc") for keys in orders}

        assert {
            keys: [title.partition(" : ")[0] for title in titles_of(root)] for keys, root in roots.items()
        } == orders

    def test_each_host_has_its_own_titles(self, ask: Ask, titles: dict[str, BibliographicRecord]) -> None:
        assert found(ask, "dc.title = sommer") == [SKAGEN]
        assert found(ask, "dc.title = sommer", host="beta.localhost") == ["Sommer i Beta", SKAGEN]
        everywhere = {host: found(ask, "dc.creator = holm", host=host) for host in ("localhost",)}
        assert everywhere == {"localhost": sorted([PAINTERS, "Sommer i Beta", SKAGEN])}

    def test_a_local_record_is_on_its_own_host_only(
        self, ask: Ask, alpha: Municipality, beta: Municipality, index_folder: Any
    ) -> None:
        kettle = RecordFactory.create(title="Kedel", is_local=True, visible_to=beta, isbns=["9788702000009"])
        own(kettle, beta)
        # Owned by mistake, and still not to be seen.
        own(kettle, alpha)
        rebuild()

        for query in ("kedel", "cql.allRecords = 1", "bath.isbn = 9788702000009"):
            hosts = ("alpha.localhost", "localhost", "beta.localhost")
            assert [found(ask, query, host=host) for host in hosts] == [[], [], ["Kedel"]]
        for host in ("alpha.localhost", "localhost"):
            assert terms_of(ask(scanClause="dc.title = kedel", host=host)) == []


class TestPages:
    """Which records of what was found are given."""

    def test_pages_lead_to_the_end(self, ask: Ask, titles: dict[str, BibliographicRecord]) -> None:
        for version in VERSIONS:
            seen, start = [], "1"
            while start:
                root = ask(
                    query="cql.allRecords=1",
                    maximumRecords="3",
                    startRecord=start,
                    recordSchema="dc",
                    version=version,
                )
                seen += [(each.text) for each in root.iter("{*}recordPosition")]
                start = root.findtext("{*}nextRecordPosition")
            assert seen == ["1", "2", "3", "4"]

    @pytest.mark.parametrize("version", VERSIONS)
    def test_only_the_number(self, ask: Ask, titles: dict[str, BibliographicRecord], version: str) -> None:
        root = ask(query="cql.allRecords=1", maximumRecords="0", version=version)

        assert root.findtext("{*}numberOfRecords") == "4"
        assert root.find("{*}records") is None
        assert root.findtext("{*}nextRecordPosition") == "1"

    @pytest.mark.parametrize("start", ["5", "10000", "10001", "999999999"])
    def test_beyond_the_end(self, ask: Ask, titles: dict[str, BibliographicRecord], start: str) -> None:
        root = ask(query="cql.allRecords=1", startRecord=start)

        assert diagnostics_of(root) == [(61, "4")]
        assert root.findtext("{*}numberOfRecords") == "4"

    def test_nothing_found_is_no_mistake(self, ask: Ask, titles: dict[str, BibliographicRecord]) -> None:
        root = ask(query="nothinglikeit")

        assert diagnostics_of(root) == []
        assert root.findtext("{*}numberOfRecords") == "0"
        assert root.find("{*}records") is None

    def test_never_more_than_the_limit(
        self, ask: Ask, titles: dict[str, BibliographicRecord], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(answers, "MOST_RECORDS", 2)

        assert len(titles_of(ask(query="cql.allRecords=1", maximumRecords="999999999", recordSchema="dc"))) == 2

    def test_a_record_that_has_just_gone_keeps_its_place(
        self, ask: Ask, titles: dict[str, BibliographicRecord]
    ) -> None:
        BibliographicRecord.objects.filter(pk=titles[PAINTERS].pk).update(deleted_at="2026-01-01T00:00:00Z")
        for version in VERSIONS:
            root = ask(query="dc.creator = holm", version=version)
            records = root.findall("{*}records/{*}record")

            assert [each.findtext("{*}recordPosition") for each in records] == ["1", "2"]
            assert [each.findtext("{*}recordSchema") for each in records] == [
                "info:srw/schema/1/diagnostics-v1.1",
                "info:srw/schema/1/marcxml-v1.1",
            ]
            assert records[0].findtext(".//{*}uri") == "info:srw/diagnostic/1/65"


class TestRecords:
    """The forms that records are given in."""

    @pytest.mark.parametrize("version", VERSIONS)
    @pytest.mark.parametrize(
        ("name", "identifier", "element"),
        [
            ("", "info:srw/schema/1/marcxml-v1.1", "{http://www.loc.gov/MARC21/slim}record"),
            ("marcxml", "info:srw/schema/1/marcxml-v1.1", "{http://www.loc.gov/MARC21/slim}record"),
            ("info:srw/schema/1/marcxml-v1.1", "info:srw/schema/1/marcxml-v1.1", f"{MARCXML}record"),
            ("marcxchange", "info:lc/xmlns/marcxchange-v1", "{info:lc/xmlns/marcxchange-v1}record"),
            ("DC", "info:srw/schema/1/dc-v1.1", "{info:srw/schema/1/dc-schema}dc"),
            ("mods", "info:srw/schema/1/mods-v3.7", "{http://www.loc.gov/mods/v3}mods"),
        ],
    )
    def test_schemas_as_xml_and_as_text(
        self,
        ask: Ask,
        titles: dict[str, BibliographicRecord],
        version: str,
        name: str,
        identifier: str,
        element: str,
    ) -> None:
        packing = "recordXMLEscaping" if version == "2.0" else "recordPacking"
        schema = {"recordSchema": name} if name else {}
        as_xml, as_text = (
            ask({packing: how}, query="dc.title=malere", version=version, **schema).find(".//{*}record")
            for how in ("xml", "string")
        )

        assert as_xml.findtext("{*}recordSchema") == identifier
        assert as_xml.findtext(f"{{*}}{packing}") == "xml"
        assert [each.tag for each in as_xml.find("{*}recordData")] == [element]
        assert as_text.findtext(f"{{*}}{packing}") == "string"
        assert etree.fromstring(as_text.findtext("{*}recordData")).tag == element

    def test_every_sample_of_either_family_is_valid(self, ask: Ask, alpha: Municipality, index_folder: Any) -> None:
        for record in import_samples("marc21-utf8.mrc", "danmarc2-utf8.iso"):
            own(record, alpha)
        rebuild()
        for schema in ("marcxml", "marcxchange", "dc", "mods"):
            for version in VERSIONS:
                root = ask(query="cql.allRecords=1", maximumRecords="100", recordSchema=schema, version=version)
                assert len(root.findall("{*}records/{*}record")) == int(root.findtext("{*}numberOfRecords")) > 0


class TestScan:
    """Lists of words."""

    @pytest.mark.parametrize("version", VERSIONS)
    def test_words_from_one_on(self, ask: Ask, titles: dict[str, BibliographicRecord], version: str) -> None:
        root = ask(scanClause="dc.title = skagen", version=version, maximumTerms="3")

        assert terms_of(root) == [("skagen", 1), ("skagens", 1), ("sommer", 1)]

    @pytest.mark.parametrize(
        ("position", "words"),
        [
            ("0", ["skagens", "sommer", "summer"]),
            ("1", ["skagen", "skagens", "sommer"]),
            ("2", ["malere", "skagen", "skagens"]),
            ("3", ["i", "malere", "skagen"]),
            ("4", ["i", "malere"]),
        ],
    )
    def test_position_of_the_word(
        self, ask: Ask, titles: dict[str, BibliographicRecord], position: str, words: list[str]
    ) -> None:
        root = ask(scanClause="dc.title = skagen", maximumTerms="3", responsePosition=position)

        assert [word for word, _count in terms_of(root)] == words

    def test_a_word_that_isn_t_there_and_the_danish_alphabet(
        self, ask: Ask, titles: dict[str, BibliographicRecord]
    ) -> None:
        assert terms_of(ask(scanClause="dc.title = sommes")) == [("summer", 1), ("vinter", 1), ("århus", 1)]
        assert terms_of(ask(scanClause="dc.title = zzz")) == [("århus", 1)]
        assert terms_of(ask(scanClause='dc.title = "å"', responsePosition="2", maximumTerms="2")) == [
            ("vinter", 1),
            ("århus", 1),
        ]
        assert terms_of(ask(scanClause='dc.title = ""', maximumTerms="2")) == [("i", 2), ("malere", 1)]

    def test_words_that_nobody_here_has_are_passed_over_for_a_while(
        self, ask: Ask, titles: dict[str, BibliographicRecord], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("catalogue.search.word_lists._MOST_PASSED_OVER", 2)
        wanted = {"scanClause": "dc.title = skagen", "responsePosition": "4", "maximumTerms": "9"}
        assert len(terms_of(ask(**wanted))) > 4
        counted: list[object] = []
        monkeypatch.setattr("catalogue.search.word_lists.count_of", lambda _searcher, query: counted.append(query))

        assert terms_of(ask(**wanted)) == []

        # Two each way, each of which is a search.
        assert len(counted) == 4

    def test_counts_are_the_host_s_own(self, ask: Ask, titles: dict[str, BibliographicRecord]) -> None:
        counts = {
            host: terms_of(ask(scanClause="dc.creator = holm", maximumTerms="1", host=host))
            for host in ("alpha.localhost", "beta.localhost", "localhost")
        }

        assert counts == {"alpha.localhost": [("holm", 2)], "beta.localhost": [("holm", 2)], "localhost": [("holm", 3)]}

    def test_a_counted_word_finds_as_many(self, alpha: Municipality, titles: dict[str, BibliographicRecord]) -> None:
        for index in ("cql.anywhere", "dc.title", "dc.creator", "dc.subject", "dc.publisher", "dc.relation"):
            terms = terms_of(answered(alpha, scanClause=f'{index} = ""', maximumTerms="50"))
            totals = [
                (word, int(answered(alpha, query=f'{index} = "{word}"').findtext("{*}numberOfRecords")))
                for word, _count in terms
            ]
            assert terms
            assert totals == terms

    def test_swedes_read_their_own_letters(self, alpha: Municipality, titles: dict[str, BibliographicRecord]) -> None:
        for language, word in (("da", "krøyer"), ("sv", "kröyer")):
            terms = terms_of(answered(alpha, language, scanClause="dc.creator = kröy", maximumTerms="1"))

            assert terms == [(word, 1)]

    @pytest.mark.parametrize(
        ("sent", "number", "details"),
        [
            ({"scanClause": "dc.date = 1994"}, 16, "dc.date"),
            ({"scanClause": "zz.title = a"}, 15, "zz"),
            ({"scanClause": "dc.title within a"}, 19, "within"),
            ({"scanClause": "dc.title =/stem a"}, 20, "stem"),
            ({"scanClause": 'dc.title = "a b"'}, 36, "A list of words begins at one word"),
            ({"scanClause": "a and b"}, 10, "A scan has one search clause"),
            ({"scanClause": "a", "maximumTerms": "0"}, 6, "maximumTerms"),
            ({"scanClause": "a", "responsePosition": "-1"}, 6, "responsePosition"),
            ({"scanClause": "a", "responsePosition": "5", "maximumTerms": "3"}, 120, "5"),
            ({"scanClause": " "}, 7, "scanClause"),
            ({"scanClause": "a", "startRecord": "1"}, 8, "startRecord"),
        ],
    )
    def test_refusals(self, ask: Ask, index_folder: Any, sent: dict[str, str], number: int, details: str) -> None:
        for version in VERSIONS:
            root = ask(sent, version=version)
            assert etree.QName(root).localname == "scanResponse"
            assert diagnostics_of(root) == [(number, details)]


class TestRequests:
    """Versions, operations and parameters."""

    @pytest.mark.parametrize(
        ("sent", "version", "name", "problems"),
        [
            ({}, "2.0", "explainResponse", []),
            ({"operation": "explain"}, "2.0", "explainResponse", []),
            ({"version": "1.2"}, "1.2", "explainResponse", []),
            ({"version": "1.1", "operation": "explain"}, "1.1", "explainResponse", []),
            ({"version": "2.0", "query": "a"}, "2.0", "searchRetrieveResponse", []),
            ({"query": "a", "x-info-5-restrict": "b"}, "2.0", "searchRetrieveResponse", []),
            ({"query": "a", "queryType": "cql", "renderedBy": "client"}, "2.0", "searchRetrieveResponse", []),
            ({"scanClause": "a"}, "2.0", "scanResponse", []),
            ({"version": "3.0", "query": "a"}, "2.0", "explainResponse", [(5, "2.0")]),
            ({"version": "1.0", "operation": "explain"}, "1.2", "explainResponse", [(5, "2.0")]),
            ({"version": "1.2", "query": "a"}, "1.2", "explainResponse", [(7, "operation")]),
            ({"version": "1.2", "operation": "update"}, "1.2", "explainResponse", [(4, "update")]),
            ({"operation": "SEARCHRETRIEVE", "query": "a"}, "2.0", "explainResponse", [(4, "SEARCHRETRIEVE")]),
            ({"operation": "searchRetrieve"}, "2.0", "searchRetrieveResponse", [(7, "query")]),
            ({"query": "a", "startRecord": "0"}, "2.0", "searchRetrieveResponse", [(6, "startRecord")]),
            ({"query": "a", "startRecord": "٣"}, "2.0", "searchRetrieveResponse", [(6, "startRecord")]),
            ({"query": "a", "maximumRecords": "-1"}, "2.0", "searchRetrieveResponse", [(6, "maximumRecords")]),
            ({"query": "a", "maximumRecords": "9" * 5000}, "2.0", "searchRetrieveResponse", [(6, "maximumRecords")]),
            ({"query": ["a", "b"]}, "2.0", "searchRetrieveResponse", [(6, "query")]),
            ({"query": "a", "queryType": "pqf"}, "2.0", "searchRetrieveResponse", [(6, "queryType")]),
            ({"query": "a", "recordSchema": "zz"}, "2.0", "searchRetrieveResponse", [(66, "zz")]),
            ({"query": "a", "recordXMLEscaping": "json"}, "2.0", "searchRetrieveResponse", [(71, "json")]),
            ({"query": "a", "recordPacking": "unpacked"}, "2.0", "searchRetrieveResponse", [(71, "unpacked")]),
            ({"query": "a", "stylesheet": "http://x/"}, "2.0", "searchRetrieveResponse", [(110, "")]),
            ({"query": "a", "recordXPath": "/a"}, "2.0", "searchRetrieveResponse", [(72, "")]),
            ({"query": "a", "facetLimit": "10"}, "2.0", "searchRetrieveResponse", [(8, "facetLimit")]),
            ({"query": "a", "sortKeys": "title"}, "2.0", "searchRetrieveResponse", [(8, "sortKeys")]),
            ({"query": "a", "<b>&": "1"}, "2.0", "searchRetrieveResponse", [(8, "<b>&")]),
            ({"query": "cql.resultSetId=a"}, "2.0", "searchRetrieveResponse", [(50, "")]),
            ({"query": "zz.a=b"}, "2.0", "searchRetrieveResponse", [(15, "zz")]),
            (
                {"version": "1.2", "operation": "searchRetrieve", "query": "a", "recordXMLEscaping": "xml"},
                "1.2",
                "searchRetrieveResponse",
                [(8, "recordXMLEscaping")],
            ),
        ],
    )
    def test_what_is_answered(
        self,
        client_of_alpha: Client,
        titles: dict[str, BibliographicRecord],
        sent: dict[str, Any],
        version: str,
        name: str,
        problems: list[tuple[int, str]],
    ) -> None:
        response = client_of_alpha.get("/sru", sent)
        root = checked(response.content, version)

        assert (response.status_code, etree.QName(root).localname) == (200, name)
        assert diagnostics_of(root) == problems

    @pytest.mark.parametrize("version", VERSIONS)
    def test_the_request_is_repeated(self, ask: Ask, titles: dict[str, BibliographicRecord], version: str) -> None:
        root = ask(query='title = "<a> & b"', startRecord="1", maximumRecords="5", version=version)
        said = root.find("{*}echoedSearchRetrieveRequest")

        assert said.findtext("{*}query") == 'title = "<a> & b"'
        assert said.findtext("{*}maximumRecords") == "5"
        assert said.findtext("{*}version") == (None if version == "2.0" else "1.2")

    def test_without_an_index_it_s_unavailable(self, ask: Ask, index_folder: Any) -> None:
        for sent in ({"query": "a"}, {"scanClause": "a"}):
            assert diagnostics_of(ask(sent)) == [(2, "The index is being built")]

    def test_posts_without_a_form_of_ours(self, alpha: Municipality, titles: dict[str, BibliographicRecord]) -> None:
        client = Client(headers={"host": "alpha.localhost"}, enforce_csrf_checks=True)

        assert client.post("/sru", {"query": "skagen"}).status_code == 200
        assert client.put("/sru").status_code == 405

    def test_whoever_asks_too_often_waits(
        self, client_of_alpha: Client, titles: dict[str, BibliographicRecord], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(PerSearcher, "rate", "2/min")
        # The counter outlives a test run.
        address = {"REMOTE_ADDR": uuid4().hex}
        given = [client_of_alpha.get("/sru", {"query": "skagen"}, **address) for _ in range(3)]

        assert [each.status_code for each in given] == [200, 200, 429]
        assert int(given[2]["Retry-After"]) > 0
        assert diagnostics_of(checked(given[2].content, "2.0")) == [(2, "Too many requests: wait a minute")]


class TestExplain:
    """What the server says of itself."""

    @pytest.mark.parametrize("version", VERSIONS)
    def test_says_what_it_can(self, ask: Ask, alpha: Municipality, version: str) -> None:
        root = ask(operation="explain", version=version)
        explained = root.find(".//{http://explain.z3950.org/dtd/2.0/}explain")

        assert explained.find("{*}serverInfo").attrib["version"] == version
        assert explained.findtext("{*}serverInfo/{*}host") == "alpha.localhost"
        assert explained.findtext("{*}serverInfo/{*}port") == "8000"
        assert explained.findtext("{*}serverInfo/{*}database") == "sru"
        assert explained.findtext("{*}databaseInfo/{*}title") == "Alpha"
        assert [each.attrib["name"] for each in explained.iterfind("{*}schemaInfo/{*}schema")] == [
            "marcxml",
            "marcxchange",
            "dc",
            "mods",
        ]

    def test_everything_it_says_is_true(self, alpha: Municipality, titles: dict[str, BibliographicRecord]) -> None:
        explained = answered(alpha, operation="explain").find(".//{http://explain.z3950.org/dtd/2.0/}explain")
        terms = {"date": "1994", "language": "dan", "isbn": "9788702000009", "issn": "0317-4654"}
        terms["standardIdentifier"] = terms["isbn"]
        for index in explained.iterfind("{*}indexInfo/{*}index"):
            name = index.find("{*}map/{*}name")
            called = f"{name.attrib['set']}.{name.text}"
            clause = f"{called} = {terms.get(name.text, 'skagen')}"

            assert diagnostics_of(answered(alpha, query=clause)) == []
            scanned = diagnostics_of(answered(alpha, scanClause=clause))
            assert scanned == ([] if index.attrib["scan"] == "true" else [(16, called)])
            sorts = diagnostics_of(answered(alpha, query=f"a sortBy {called}"))
            assert sorts == ([] if index.attrib["sort"] == "true" else [(80, called)])


class TestHostileInput:
    """What nobody should send."""

    @pytest.mark.parametrize(
        ("query", "number"),
        [
            ("(" * 100_000, 12),
            ("a or " * 400_000, 12),
            ("(" * 1900 + "a" + ")" * 1900, 13),
            ('"' + "\\" * 3999, 14),
            ("\u202e\u200b", 36),
            (".*", 49),
            ("aaa" + "?" * 490, 30),
            ('bath.classification = "' + "å" * 498 + '*"', 23),
            ("(a+)+$", 10),
            ("<!ENTITY x 'y'>", 10),
        ],
    )
    def test_is_refused(self, ask: Ask, titles: dict[str, BibliographicRecord], query: str, number: int) -> None:
        for method in ("get", "post"):
            assert [each for each, _details in diagnostics_of(ask(query=query, method=method))] == [number]

    def test_the_costliest_masks_do_no_harm(self, ask: Ask, titles: dict[str, BibliographicRecord]) -> None:
        masked = "so*" + "m" * 28 + "*" + "a" * 25 + "?"
        query = " or ".join(f"title = {masked}" for _ in range(6))

        assert found(ask, query) == []
        # The index wasn't taken for damaged.
        assert found(ask, "skagen") == [SKAGEN]
