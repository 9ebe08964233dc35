"""Harvests of other libraries' records: our own OAI-PMH output, served by a server that others could run."""

import re
import threading
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.http import QueryDict

from accounts.models import AuditEntry
from catalogue import oai_source, tasks
from catalogue.errors import Code, RecordRefused
from catalogue.models import BibliographicRecord, Change, ImportProfile, ImportRun, ImportSource
from catalogue.selectors.import_sources import due_sources
from catalogue.services import harvests
from catalogue.services.import_marc import import_marc
from catalogue.services.import_profiles import delete_profile
from catalogue.services.import_sources import save_source
from catalogue.services.records import Author
from catalogue.tasks import harvest_common_source, harvest_source
from interop.oai import answers
from interop.oai.repository import repository_of
from tests.catalogue.marc_samples import NOVEL, iso2709

pytestmark = pytest.mark.django_db
NIGHT = date(2026, 11, 19)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
EMPTY = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-11-20T01:00:00Z</responseDate>{}</OAI-PMH>'


class Server:
    """Another library's provider: answers each question with what was laid down for it.

    :ivar asked: the questions, in order
    """

    def __init__(self):
        self.answers, self.asked = {}, []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                query = dict(parse_qs(urlsplit(self.path).query))
                key = urlencode(sorted((name, values[0]) for name, values in query.items()))
                server.asked.append(key)
                status, body, headers = server.answers.get(key, (404, "", {}))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_words):
                """Say nothing."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.http.server_port}/oai"

    def lay_down(self, body, status=200, headers=None, **query):
        self.answers[urlencode(sorted(query.items()))] = (status, body, headers or {})


@pytest.fixture
def server(settings, monkeypatch):
    settings.REMOTE_PRIVATE_HOSTS = ("127.0.0.1",)
    monkeypatch.setattr(oai_source, "PAUSE", 0)
    served = Server()
    thread = threading.Thread(target=served.http.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield served
    served.http.shutdown()
    served.http.server_close()
    thread.join()


@pytest.fixture
def provided(server, alpha, now, monkeypatch):
    """Lay down what our own provider says of three records, two on a page, and forget the records."""
    monkeypatch.setattr(answers, "PAGE", 2)
    raw = b"".join(novel(str(number)) for number in (71, 72, 73))
    import_marc(file=BytesIO(raw), source="alpha", owner="alpha", now=now)
    connection.set_schema_to_public()
    repository = repository_of(type(alpha).objects.get(schema_name="public"))
    query = {"verb": "ListRecords", "metadataPrefix": "marcxml"}
    server.lay_down(answers.answer(repository, QueryDict("verb=Identify")), verb="Identify")
    while query:
        page = answers.answer(repository, QueryDict(urlencode(query)))
        server.lay_down(page, **query)
        token = re.search(r"<resumptionToken[^>]*>([^<]+)<", page)
        query = {"verb": "ListRecords", "resumptionToken": token[1]} if token else {}
    connection.set_tenant(alpha)
    Change.objects.all().delete()
    ImportRun.objects.all().delete()
    BibliographicRecord.objects.all().delete()
    server.asked.clear()
    return server


@pytest.fixture
def source(server, alpha):
    profile = ImportProfile.objects.create(name="National", municipality=alpha)
    return ImportSource.objects.create(municipality=alpha, name="DBC", address=server.address, profile=profile)


@pytest.fixture
def harvest(source, alpha, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path

    def run(day=NIGHT):
        harvest_source.run(schema_name="alpha", source_id=source.pk, local_day=day.isoformat() if day else "")
        connection.set_tenant(alpha)
        source.refresh_from_db()

    return run


def novel(number):
    return iso2709(
        [
            (tag, {"001": number, "020": f"  $a978951043390{number[-1]}", "245": f"10$aTitle {number}"}.get(tag, text))
            for tag, text in NOVEL
        ]
    )


def test_brings_in_page_after_page_and_next_time_asks_for_what_is_new(provided, source, harvest, tmp_path):
    harvest()

    run = ImportRun.objects.get(harvested_from=source)
    assert (run.state, run.counts) == (ImportRun.State.DONE, {"CREATED": 3})
    assert set(BibliographicRecord.objects.values_list("title", flat=True)) == {"Title 71", "Title 72", "Title 73"}
    assert MOMENT.fullmatch(source.since)
    assert (source.problem, source.token, source.asked_on) == ("", "", NIGHT)
    assert len(provided.asked) == 2
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert AuditEntry.objects.get(action="catalogue.harvest").facts["records"] == 3

    asks = {"verb": "ListRecords", "metadataPrefix": "marcxml", "from": source.since}
    provided.lay_down(EMPTY.format('<error code="noRecordsMatch"/>'), **asks)
    before = source.since
    harvest(date(2026, 11, 20))

    assert provided.asked[2:] == ["verb=Identify", urlencode(sorted(asks.items()))]
    assert (source.problem, source.since) == ("", before)
    assert ImportRun.objects.count() == 1


def test_is_asked_once_a_night_but_whenever_somebody_wants(provided, source, harvest):
    harvest()
    harvest()
    assert len(provided.asked) == 2

    harvest(day=None)
    assert provided.asked[2] == "verb=Identify"


def test_what_came_before_a_failure_is_in_and_the_next_night_goes_on(provided, source, harvest):
    second = next(key for key in provided.answers if "resumptionToken" in key)
    whole = provided.answers[second]
    provided.answers[second] = (500, "", {})
    harvest()

    assert (source.problem, bool(source.token), source.since) == ("REFUSED", True, "")
    assert BibliographicRecord.objects.count() == 2

    provided.answers[second] = whole
    harvest(date(2026, 11, 20))
    assert (source.problem, source.token, bool(MOMENT.fullmatch(source.since))) == ("", "", True)
    assert BibliographicRecord.objects.count() == 3


def test_a_forgotten_token_begins_anew(provided, source, harvest):
    ImportSource.objects.update(token="old", since_then="2026-11-18T01:00:00Z")
    no = EMPTY.format('<error code="badResumptionToken"/>')
    provided.lay_down(no, verb="ListRecords", resumptionToken="old")
    harvest()
    assert (source.problem, source.token) == ("TOKEN_TOO_OLD", "")

    harvest(date(2026, 11, 20))
    assert (source.problem, BibliographicRecord.objects.count()) == ("", 3)


def test_waits_when_it_is_asked_to_and_not_for_ever(provided, source, harvest, monkeypatch):
    waited = []
    monkeypatch.setattr(oai_source.time, "sleep", waited.append)
    first = urlencode({"metadataPrefix": "marcxml", "verb": "ListRecords"})
    provided.answers[first] = (503, "", {"Retry-After": "9000"})

    harvest()

    assert (source.problem, waited) == ("REFUSED", [120, 120, 120])


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("", "NO_OAI"),
        ("<html><body>Welcome</body></html>", "NO_OAI"),
        ('<!DOCTYPE a [<!ENTITY b "c">]>' + EMPTY.format("&b;"), "NO_OAI"),
        (EMPTY.format("<a>" * 5000 + "</a>" * 5000), "NO_OAI"),
        (EMPTY.format("<ListRecords>"), "NO_OAI"),
        (EMPTY.format('<error code="cannotDisseminateFormat"/>'), "SOURCE_SAYS_NO"),
        (EMPTY.format("<ListRecords><record><header/><metadata><dc/></metadata></record></ListRecords>"), "NO_MARC"),
        (EMPTY.format('<ListRecords><record><header status="deleted"/></record></ListRecords>'), ""),
        (EMPTY.format(f"<ListRecords><resumptionToken>{'x' * 4500}</resumptionToken></ListRecords>"), "NO_OAI"),
    ],
    ids=["empty", "a page", "entities", "deep", "cut off", "says no", "no MARC", "deleted", "long token"],
)
def test_what_a_source_may_send(server, source, harvest, body, problem):
    server.lay_down(body, verb="ListRecords", metadataPrefix="marcxml")

    harvest()

    assert (source.problem, ImportRun.objects.count()) == (problem, 0)


def test_a_ring_of_tokens_ends(server, source, harvest):
    ring = EMPTY.format("<ListRecords><resumptionToken>a</resumptionToken></ListRecords>")
    server.lay_down(ring, verb="ListRecords", metadataPrefix="marcxml")
    server.lay_down(ring, verb="ListRecords", resumptionToken="a")

    harvest()

    assert (source.problem, len(server.asked)) == ("NO_OAI", 2)


@pytest.mark.parametrize(("limit", "most"), [("_MOST_PAGES", 1), ("_SECONDS", -1.0)])
def test_a_harvest_that_is_too_long_for_a_night_goes_on_the_next(provided, source, harvest, monkeypatch, limit, most):
    monkeypatch.setattr(harvests, limit, most)
    harvest()
    assert (source.problem, bool(source.token), BibliographicRecord.objects.count()) == ("", True, 2)

    harvest(date(2026, 11, 20))
    assert (source.token, BibliographicRecord.objects.count()) == ("", 3)


def test_a_last_page_that_says_there_is_nothing_ends_a_harvest(provided, source, harvest):
    second = next(key for key in provided.answers if "resumptionToken" in key)
    provided.answers[second] = (200, EMPTY.format('<error code="noRecordsMatch"/>'), {})

    harvest()

    assert (source.problem, source.token, bool(MOMENT.fullmatch(source.since))) == ("", "", True)


def test_a_source_that_is_changed_while_it_is_asked_begins_anew(provided, source, harvest, monkeypatch, tmp_path):
    asked_for = harvests.pages

    def pages(wanted):
        yield from asked_for(wanted)
        ImportSource.objects.update(set_name="books")

    monkeypatch.setattr(harvests, "pages", pages)

    harvest()

    assert (source.set_name, source.since, source.since_then, source.token) == ("books", "", "", "")
    assert ImportRun.objects.count() == 0
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_a_killed_worker_fetched_is_brought_in_by_the_next(provided, source, harvest, monkeypatch):
    def die(**_run):
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(tasks, "run_profile_import", die)
        with pytest.raises(KeyboardInterrupt):
            harvest()
    assert ImportRun.objects.get().state == ImportRun.State.WAITING

    harvest()

    assert (ImportRun.objects.get().state, ImportRun.objects.get().counts) == (ImportRun.State.DONE, {"CREATED": 3})
    assert len(provided.asked) == 2


def test_our_own_machines_are_never_asked(server, source, harvest, settings):
    settings.REMOTE_PRIVATE_HOSTS = ()

    harvest()

    assert (source.problem, server.asked) == ("PRIVATE_ADDRESS", [])


def test_nobody_harvests_anothers_source(provided, source, beta, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    harvest_source.run(schema_name="beta", source_id=source.pk)
    harvest_common_source.run(source_id=source.pk)

    assert (provided.asked, ImportRun.objects.count()) == ([], 0)


def test_the_consortium_harvests_for_all(provided, source, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    common = ImportProfile.objects.create(name="For all")
    ImportSource.objects.update(municipality=None, profile=common)
    connection.set_schema_to_public()

    harvest_common_source.run(source_id=source.pk, local_day="2026-11-19")

    assert ImportRun.objects.get().counts == {"CREATED": 3}
    assert ImportRun.objects.get().municipality is None


def test_a_command_adds_a_source_of_the_consortium():
    connection.set_schema_to_public()
    with pytest.raises(CommandError, match="no profile"):
        call_command("add_import_source", "DBC", "https://library.example/oai", "--profile=For all")
    ImportProfile.objects.create(name="For all")
    with pytest.raises(CommandError, match="BAD_ADDRESS"):
        call_command("add_import_source", "DBC", "library.example", "--profile=For all")

    call_command("add_import_source", "DBC", "https://library.example/oai", "--profile=For all", "--set=books")

    made = ImportSource.objects.get()
    assert (made.municipality, made.set_name, made.is_active) == (None, "books", True)


@pytest.mark.parametrize(
    ("hour", "asked_on", "is_due"),
    [(0, None, True), (3, None, True), (3, date(2026, 11, 22), False), (3, NIGHT, True), (9, None, False)],
)
def test_its_night_is_the_municipality_s_own(source, alpha, hour, asked_on, is_due):
    ImportSource.objects.update(asked_on=asked_on)
    found = list(due_sources(datetime(2026, 11, 22, hour, 30, tzinfo=UTC)))

    assert found == ([("alpha", source.pk, date(2026, 11, 22))] if is_due else [])
    ImportSource.objects.update(is_active=False)
    assert not list(due_sources(datetime(2026, 11, 22, 3, 30, tzinfo=UTC)))


def test_a_source_is_kept_checked_and_begins_anew_elsewhere(source, alpha, beta):
    author = Author(None, alpha)
    ImportSource.objects.update(since="2026-11-18T01:00:00Z", token="x")
    for values, code in (
        ({"address": "ftp://library.example/"}, Code.BAD_ADDRESS),
        ({"address": "https://user:secret@library.example/"}, Code.BAD_ADDRESS),
        ({"profile_id": ImportProfile.objects.create(name="B", municipality=beta).pk}, Code.NO_SUCH_PROFILE),
        ({"name": " "}, Code.NO_NAME),
    ):
        with pytest.raises(RecordRefused) as refused:
            save_source(values=values, author=author, source_id=source.pk, expected_version=1)
        assert refused.value.codes == [code]
    with pytest.raises(RecordRefused, match="NO_SUCH_SOURCE"):
        save_source(values={"name": "Mine"}, author=Author(None, beta), source_id=source.pk, expected_version=1)
    with pytest.raises(RecordRefused, match="PROFILE_IN_USE"):
        delete_profile(profile_id=source.profile_id, author=author)

    renamed = save_source(values={"name": "New"}, author=author, source_id=source.pk, expected_version=1)
    assert (renamed.since, renamed.token) == ("2026-11-18T01:00:00Z", "x")
    moved = save_source(values={"set_name": "books"}, author=author, source_id=source.pk, expected_version=2)
    assert (moved.since, moved.token, moved.version) == ("", "", 3)
