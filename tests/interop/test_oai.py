"""OAI-PMH, verb by verb and error by error, as the standard has them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from lxml import etree

from catalogue.models import BibliographicRecord, Change, HarvestEntry
from interop.oai import answers
from tenants.models import Municipality
from tests.factories.catalogue import RecordFactory
from tests.factories.holdings import BranchFactory
from tests.interop.harvests import OAI, checked, errors_of, hold, import_samples, numbers_of, tell, token_in

pytestmark = pytest.mark.django_db

LIST = {"verb": "ListRecords", "metadataPrefix": "oai_dc"}
MARCXML = "{http://www.loc.gov/MARC21/slim}"
DAY = datetime(2026, 3, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nobody_follows(monkeypatch):
    monkeypatch.setattr("catalogue.services.change_feed.wake_followers", lambda: None)


@pytest.fixture
def ask(alpha):
    """Return a function that asks a host and checks the answer against the standard."""

    def ask(arguments, *, host="alpha.localhost", method="get"):
        connection.set_schema_to_public()
        response = getattr(Client(headers={"host": host}), method)("/oai", arguments)
        connection.set_tenant(alpha)
        assert response.status_code == 200
        assert response["Content-Type"] == "text/xml; charset=utf-8"
        return checked(response.content)

    return ask


@pytest.fixture
def titles(alpha) -> list[BibliographicRecord]:
    """Return five titles of Alpha's main branch, changed one after the other."""
    made = RecordFactory.create_batch(5)
    for title in made:
        tell(title)
        hold(title, alpha)
    return made


def dated(record: BibliographicRecord, moment: datetime) -> None:
    HarvestEntry.objects.filter(record=record).update(changed_at=moment)


def listed(root: etree._Element) -> list[int]:
    return [number for number, _gone in numbers_of(root)]


def every_page(ask, arguments, **more):
    """Yield the pages of a list."""
    root = ask(arguments, **more)
    yield root
    while token := token_in(root):
        root = ask({"verb": arguments["verb"], "resumptionToken": token}, **more)
        yield root


class TestVerbs:
    """What's answered."""

    def test_identify(self, ask, titles):
        dated(titles[2], DAY)
        said = {child.tag.removeprefix(OAI): child.text for child in ask({"verb": "Identify"})[2]}

        assert said["repositoryName"] == "Alpha"
        assert said["baseURL"] == "http://alpha.localhost:8000/oai"
        assert said["protocolVersion"] == "2.0"
        assert "@" in said["adminEmail"]
        assert said["earliestDatestamp"] == "2026-03-10T00:00:00Z"
        assert said["deletedRecord"] == "persistent"
        assert said["granularity"] == "YYYY-MM-DDThh:mm:ssZ"

    def test_identify_tells_the_form_of_identifiers(self, ask):
        text = etree.tostring(ask({"verb": "Identify"})).decode()

        assert "<repositoryIdentifier>alpha.localhost</repositoryIdentifier>" in text
        assert "oai:alpha.localhost:1" in text

    def test_an_empty_repository_has_a_beginning_too(self, ask):
        assert ask({"verb": "Identify"}).findtext(f".//{OAI}earliestDatestamp")

    def test_list_metadata_formats(self, ask, titles):
        everything = ask({"verb": "ListMetadataFormats"})
        of_one = ask({"verb": "ListMetadataFormats", "identifier": f"oai:alpha.localhost:{titles[0].pk}"})

        for root in (everything, of_one):
            prefixes = [each.text for each in root.iter(f"{OAI}metadataPrefix")]
            assert prefixes == ["oai_dc", "marcxml", "marcxchange"]

    def test_list_sets(self, ask):
        BranchFactory(code="main", name="Main & Sons")
        sets = dict(
            zip(
                (each.text for each in ask({"verb": "ListSets"}).iter(f"{OAI}setSpec")),
                (each.text for each in ask({"verb": "ListSets"}).iter(f"{OAI}setName")),
                strict=True,
            )
        )

        assert sets["branch:main"] == "Main & Sons"
        assert sets["material:BOOK"] == "Book"
        assert {"branch", "material"} <= set(sets)

    def test_get_record(self, ask, titles):
        asked = {"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": f"oai:alpha.localhost:{titles[1].pk}"}
        root = ask(asked)

        assert numbers_of(root) == [(titles[1].pk, False)]
        assert [each.text for each in root.iter(f"{OAI}setSpec")] == ["material:BOOK", "branch:main"]
        assert root.findtext(".//{*}title") == titles[1].title
        assert dict(root.find(f"{OAI}request").attrib) == asked

    def test_list_identifiers(self, ask, titles):
        root = ask({"verb": "ListIdentifiers", "metadataPrefix": "marcxml"})

        assert listed(root) == [title.pk for title in titles]
        assert not list(root.iter(f"{OAI}metadata"))
        assert token_in(root) is None

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_list_records_by_either_method_without_a_form_of_ours(self, ask, titles, method):
        assert listed(ask(LIST, method=method)) == [title.pk for title in titles]

    def test_strict_about_csrf_elsewhere_not_here(self, alpha, titles):
        client = Client(headers={"host": "alpha.localhost"}, enforce_csrf_checks=True)

        assert client.post("/oai", LIST).status_code == 200

    def test_answers_are_packed_for_whoever_reads_that(self, alpha, titles):
        client = Client(headers={"host": "alpha.localhost", "accept-encoding": "gzip"})

        assert client.get("/oai", LIST)["Content-Encoding"] == "gzip"

    @pytest.mark.parametrize("prefix", ["oai_dc", "marcxml", "marcxchange"])
    @pytest.mark.parametrize(
        "name", ["marc21-utf8.mrc", "marc21-marc8.mrc", "marcxml.xml", "danmarc2-latin1.iso", "aleph.seq"]
    )
    def test_real_records_in_every_format(self, ask, alpha, prefix, name):
        records = import_samples(name)
        for record in records:
            hold(record, alpha)
        root = ask({"verb": "ListRecords", "metadataPrefix": prefix})

        assert listed(root) == [record.pk for record in records]
        assert len(list(root.iter(f"{OAI}metadata"))) == len(records)

    def test_markup_in_a_title_is_text(self, ask, alpha):
        title = RecordFactory(title='Mord & "brand" <i>II</i>\x0b')
        tell(title)
        hold(title, alpha)

        assert ask(LIST).findtext(".//{*}title") == 'Mord & "brand" <i>II</i>'
        assert ask(LIST | {"metadataPrefix": "marcxml"}).findtext(f".//{MARCXML}subfield") is not None


class TestErrors:
    """What isn't."""

    @pytest.mark.parametrize(
        "arguments",
        [{}, {"verb": ""}, {"verb": "Nonsense"}, {"verb": "identify"}, {"verb": ["Identify", "Identify"]}],
    )
    def test_bad_verb(self, ask, arguments):
        root = ask(arguments)

        assert errors_of(root) == ["badVerb"]
        assert not root.find(f"{OAI}request").attrib

    @pytest.mark.parametrize(
        "arguments",
        [
            {"verb": "Identify", "set": "x"},
            {"verb": "Identify", "<&\x01": "x"},
            {"verb": "ListSets", "from": "2026-01-01"},
            {"verb": "GetRecord", "identifier": "oai:alpha.localhost:1"},
            {"verb": "GetRecord", "metadataPrefix": "oai_dc"},
            {"verb": "ListRecords"},
            {"verb": "ListRecords", "resumptionToken": "x", "metadataPrefix": "oai_dc"},
            {"verb": "ListIdentifiers", "metadataPrefix": ["oai_dc", "oai_dc"]},
            LIST | {"set": ""},
            LIST | {"set": "a b"},
            LIST | {"set": "branch:"},
            LIST | {"from": "2026"},
            LIST | {"from": "2026-02-30"},
            LIST | {"from": "0000-01-01"},
            LIST | {"from": "2026-01-01T00:00Z"},
            LIST | {"from": "2026-01-01T00:00:00"},
            LIST | {"from": "2026-01-01T25:00:00Z"},
            LIST | {"from": "２０２６-01-01"},
            LIST | {"until": "2026-01-01T00:00:00+01:00"},
            LIST | {"from": "2026-01-01", "until": "2026-01-02T00:00:00Z"},
            LIST | {"from": "2026-01-02", "until": "2026-01-01"},
        ],
        ids=str,
    )
    def test_bad_argument(self, ask, titles, arguments):
        root = ask(arguments)

        assert set(errors_of(root)) == {"badArgument"}
        assert not root.find(f"{OAI}request").attrib

    def test_every_wrong_argument_is_named(self, ask):
        assert len(errors_of(ask({"verb": "ListRecords", "a": "1", "b": "2"}))) == 3

    @pytest.mark.parametrize("prefix", ["OAI_DC", "mods", "a b", "<", "\x02"])
    def test_cannot_disseminate_format(self, ask, titles, prefix):
        one = {"verb": "GetRecord", "identifier": f"oai:alpha.localhost:{titles[0].pk}"}

        assert errors_of(ask(LIST | {"metadataPrefix": prefix})) == ["cannotDisseminateFormat"]
        assert errors_of(ask(one | {"metadataPrefix": prefix})) == ["cannotDisseminateFormat"]

    @pytest.mark.parametrize(
        "identifier",
        ["x", "oai:alpha.localhost:", "oai:alpha.localhost:0", "oai:alpha.localhost:-1", "oai:alpha.localhost:00{}"]
        + [
            "oai:alpha.localhost:٣",
            "oai:beta.localhost:{}",
            "oai:alpha.localhost:{} ",
            "oai:alpha.localhost:" + "9" * 19,
        ]
        + ["oai:alpha.localhost:" + "9" * 40, "{}", "<\x02&"],
    )
    def test_id_does_not_exist(self, ask, titles, identifier):
        asked = identifier.format(titles[0].pk)

        for verb in ({"verb": "ListMetadataFormats"}, {"verb": "GetRecord", "metadataPrefix": "oai_dc"}):
            assert errors_of(ask(verb | {"identifier": asked})) == ["idDoesNotExist"]

    @pytest.mark.parametrize(
        "more",
        [
            {"set": "branch:nowhere"},
            {"set": "material:GAME"},
            {"set": "nonsense"},
            {"set": "nonsense:main"},
            {"until": "1999-01-01"},
            {"from": "9999-12-31"},
            {"from": "9999-12-31T23:59:59Z", "until": "9999-12-31T23:59:59Z"},
        ],
        ids=str,
    )
    def test_no_records_match(self, ask, titles, more):
        assert errors_of(ask(LIST | more)) == ["noRecordsMatch"]

    def test_the_end_of_time_is_a_date(self, ask, titles):
        assert len(listed(ask(LIST | {"from": "0001-01-01", "until": "9999-12-31"}))) == 5

    def test_other_methods(self, alpha):
        assert Client(headers={"host": "alpha.localhost"}).put("/oai").status_code == 405

    def test_unknown_host_and_suspended_municipality(self, beta):
        assert Client(headers={"host": "nobody.localhost"}).get("/oai", LIST).status_code == 404
        Municipality.objects.filter(pk=beta.pk).update(state=Municipality.State.SUSPENDED)

        assert Client(headers={"host": "beta.localhost"}).get("/oai", LIST).status_code == 503


class TestDates:
    """From when to when."""

    @pytest.fixture
    def days(self, titles) -> list[int]:
        """Date the titles: midnight, noon, the day's last moment, the next midnight, the day before."""
        moments = (DAY, DAY + timedelta(hours=12), DAY + timedelta(days=1, microseconds=-1), DAY + timedelta(days=1))
        for title, moment in zip(titles, (*moments, DAY - timedelta(microseconds=1)), strict=True):
            dated(title, moment)
        return [title.pk for title in titles]

    @pytest.mark.parametrize(
        ("more", "found"),
        [
            ({"from": "2026-03-10"}, [0, 1, 2, 3]),
            ({"until": "2026-03-10"}, [4, 0, 1, 2]),
            ({"from": "2026-03-10", "until": "2026-03-10"}, [0, 1, 2]),
            ({"from": "2026-03-10T12:00:00Z"}, [1, 2, 3]),
            ({"from": "2026-03-10T12:00:01Z"}, [2, 3]),
            ({"until": "2026-03-10T23:59:59Z"}, [4, 0, 1, 2]),
            ({"until": "2026-03-10T23:59:58Z"}, [4, 0, 1]),
            ({"from": "2026-03-10T12:00:00Z", "until": "2026-03-10T12:00:00Z"}, [1]),
        ],
        ids=str,
    )
    def test_both_ends_count_and_a_day_is_whole(self, ask, days, more, found):
        assert listed(ask(LIST | more)) == [days[place] for place in found]

    def test_the_date_of_the_answer_leads_to_what_comes_next(self, ask, titles):
        answered = ask(LIST).findtext(f"{OAI}responseDate")
        tell(titles[3])
        hold(titles[3], Municipality.objects.get(schema_name="alpha"), items=2)

        assert titles[3].pk in listed(ask(LIST | {"from": answered}))


class TestPages:
    """Lists longer than a page."""

    @pytest.fixture(autouse=True)
    def _short_pages(self, monkeypatch):
        monkeypatch.setattr(answers, "PAGE", 2)

    def test_pages_are_complete_and_the_last_has_an_empty_token(self, ask, titles):
        pages = list(every_page(ask, LIST))

        assert [listed(page) for page in pages] == [
            [t.pk for t in titles[:2]],
            [t.pk for t in titles[2:4]],
            [titles[4].pk],
        ]
        assert token_in(pages[-1]) == ""
        assert [next(page.iter(f"{OAI}resumptionToken")).get("cursor") for page in pages] == ["0", "2", "4"]

    def test_titles_of_one_moment_are_parted_by_their_numbers(self, ask, titles):
        HarvestEntry.objects.update(changed_at=DAY)

        assert [number for page in every_page(ask, LIST) for number in listed(page)] == [t.pk for t in titles]

    def test_the_same_token_gives_the_same_page(self, ask, titles):
        token = token_in(ask(LIST))
        pages = [ask({"verb": "ListRecords", "resumptionToken": token}) for _ in range(2)]

        assert listed(pages[0]) == listed(pages[1])
        assert token_in(pages[0]) == token_in(pages[1])

    def test_what_changes_during_a_harvest_comes_again_and_nothing_is_lost(self, ask, alpha, titles):
        pages = every_page(ask, LIST)
        seen = listed(next(pages))
        tell(titles[0])
        hold(titles[0], alpha, items=3)
        hold(titles[2], alpha, items=0)
        new = RecordFactory()
        tell(new)
        hold(new, alpha)
        rest = [entry for page in pages for entry in numbers_of(page)]

        assert seen == [titles[0].pk, titles[1].pk]
        gone = (titles[2].pk, True)
        assert rest == [(titles[3].pk, False), (titles[4].pk, False), (titles[0].pk, False), gone, (new.pk, False)]

    def test_a_page_whose_titles_have_all_moved_on_is_no_error(self, ask, alpha, titles):
        for title in titles:
            dated(title, DAY)
        first = ask(LIST | {"until": "2026-03-10"})
        for title in titles[2:]:
            dated(title, DAY + timedelta(days=9))
        last = ask({"verb": "ListRecords", "resumptionToken": token_in(first)})

        assert listed(last) == [titles[1].pk]
        assert token_in(last) == ""

    def test_a_token_keeps_set_span_and_format(self, ask, alpha, titles):
        hold(titles[4], alpha, "east")
        for title in titles:
            hold(title, alpha, "west")
        asked = {"set": "branch:west", "metadataPrefix": "marcxml", "from": "2020-01-01"}
        pages = list(every_page(ask, LIST | asked))

        assert [number for page in pages for number in listed(page)] == [title.pk for title in titles]
        assert pages[-1].find(f".//{MARCXML}record") is not None

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda token: "",
            lambda token: "x",
            lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
            lambda token: "A" + token[1:],
            lambda token: token.rpartition(":")[0],
            lambda token: token + "\x02",
            lambda token: "WzFd:" + token.rpartition(":")[2],
        ],
    )
    def test_a_forged_token_is_refused(self, ask, titles, spoil):
        token = spoil(token_in(ask(LIST)))
        root = ask({"verb": "ListRecords", "resumptionToken": token})

        assert errors_of(root) == (["badResumptionToken"] if token else ["badArgument"])

    def test_a_token_belongs_to_its_verb(self, ask, titles):
        token = token_in(ask(LIST))

        for verb in ("ListIdentifiers", "ListSets"):
            assert errors_of(ask({"verb": verb, "resumptionToken": token})) == ["badResumptionToken"]

    def test_a_page_costs_the_same_however_far_the_harvest_is(self, alpha, titles, django_assert_num_queries):
        client = Client(headers={"host": "alpha.localhost"})
        token = token_in(checked(client.get("/oai", LIST).content))

        with django_assert_num_queries(8):
            client.get("/oai", {"verb": "ListRecords", "resumptionToken": token})


class TestWhatIsGone:
    """Withdrawn titles, last items, and sets that titles leave."""

    def test_a_withdrawn_record_stays_as_deleted(self, ask, titles):
        titles[0].deleted_at = DAY
        titles[0].save()
        tell(titles[0], kind=Change.Kind.DELETED)

        assert numbers_of(ask(LIST))[-1] == (titles[0].pk, True)
        one = {"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": f"oai:alpha.localhost:{titles[0].pk}"}
        assert numbers_of(ask(one)) == [(titles[0].pk, True)]
        assert not list(ask(one).iter(f"{OAI}metadata"))
        assert errors_of(ask({"verb": "ListMetadataFormats", "identifier": one["identifier"]})) == []

    def test_the_last_item_takes_the_title_along_and_a_new_one_brings_it_back(self, ask, alpha, titles):
        hold(titles[1], alpha, items=0)
        assert numbers_of(ask(LIST))[-1] == (titles[1].pk, True)

        hold(titles[1], alpha, "east")
        assert numbers_of(ask(LIST))[-1] == (titles[1].pk, False)

    def test_a_title_that_moves_leaves_its_branchs_set(self, ask, alpha, titles):
        hold(titles[0], alpha, "east")
        hold(titles[0], alpha, "main", items=0)

        assert numbers_of(ask(LIST | {"set": "branch:main"}))[-1] == (titles[0].pk, True)
        assert numbers_of(ask(LIST | {"set": "branch:east"})) == [(titles[0].pk, False)]
        assert numbers_of(ask(LIST))[-1] == (titles[0].pk, False)

    def test_a_title_catalogued_anew_leaves_its_materials_set(self, ask, titles):
        titles[0].material_type = "E_BOOK"
        titles[0].save()
        tell(titles[0])

        assert numbers_of(ask(LIST | {"set": "material:BOOK"}))[-1] == (titles[0].pk, True)
        assert numbers_of(ask(LIST | {"set": "material:E_BOOK"})) == [(titles[0].pk, False)]
        assert numbers_of(ask(LIST | {"set": "material"}))[-1] == (titles[0].pk, False)

    def test_a_change_of_the_record_dates_it_wherever_it_is_held(self, ask, alpha, beta, titles):
        hold(titles[0], beta, "hb")
        for title in titles:
            dated(title, DAY)
        tell(titles[0])

        for host in ("alpha.localhost", "beta.localhost", "localhost"):
            assert listed(ask(LIST | {"from": "2026-03-11"}, host=host)) == [titles[0].pk]


class TestWhose:
    """Each host has its own titles; the consortium's has all."""

    @pytest.fixture
    def neighbours(self, beta, titles) -> BibliographicRecord:
        """Return a title that only Beta has."""
        title = RecordFactory(title="Of Beta")
        tell(title)
        hold(title, beta, "beta-only")
        return title

    def test_a_municipality_lists_its_own(self, ask, titles, neighbours):
        assert neighbours.pk not in listed(ask(LIST))
        assert listed(ask(LIST, host="beta.localhost")) == [neighbours.pk]

    def test_the_consortium_lists_all_and_says_not_whose(self, ask, titles, neighbours):
        root = ask(LIST, host="localhost")

        assert listed(root) == [*(title.pk for title in titles), neighbours.pk]
        assert {each.text for each in root.iter(f"{OAI}setSpec")} == {"material:BOOK"}
        assert root.findtext(f".//{OAI}identifier") == f"oai:localhost:{titles[0].pk}"
        sets = [each.text for each in ask({"verb": "ListSets"}, host="localhost").iter(f"{OAI}setSpec")]
        assert not [name for name in sets if name.startswith("branch")]
        assert errors_of(ask(LIST | {"set": "branch:main"}, host="localhost")) == ["noRecordsMatch"]

    def test_a_neighbours_title_is_unknown_here(self, ask, neighbours):
        for identifier in (f"oai:alpha.localhost:{neighbours.pk}", f"oai:beta.localhost:{neighbours.pk}"):
            asked = {"verb": "GetRecord", "metadataPrefix": "marcxml", "identifier": identifier}
            assert errors_of(ask(asked)) == ["idDoesNotExist"]

    def test_a_neighbours_set_is_empty_here(self, ask, neighbours):
        assert errors_of(ask(LIST | {"set": "branch:beta-only"})) == ["noRecordsMatch"]

    def test_a_neighbours_token_is_worth_nothing(self, ask, titles, neighbours, monkeypatch):
        monkeypatch.setattr(answers, "PAGE", 2)
        tokens = {host: token_in(ask(LIST, host=host)) for host in ("alpha.localhost", "localhost")}
        assert all(tokens.values())

        for host in ("alpha.localhost", "beta.localhost", "localhost"):
            for other, token in tokens.items():
                root = ask({"verb": "ListRecords", "resumptionToken": token}, host=host)
                assert errors_of(root) == ([] if host == other else ["badResumptionToken"])

    def test_what_a_neighbour_buys_dates_nothing_here(self, ask, beta, titles):
        for title in titles:
            dated(title, DAY)
        hold(titles[0], beta)

        for host in ("alpha.localhost", "localhost"):
            assert errors_of(ask(LIST | {"from": "2026-03-11"}, host=host)) == ["noRecordsMatch"]
