"""Programs that libraries search with, over HTTP, against a server: sruthi, and YAZ where it's installed."""

import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from celery import current_app
from sruthi import Client, SruError

from catalogue.models import RemoteTarget
from catalogue.remote.questions import Question
from catalogue.remote.sru import ask
from catalogue.search import reader
from catalogue.search.writing import rebuild
from interop.sru.views import PerSearcher
from tenants.models import Domain
from tenants.selectors import forget_hosts
from tests.factories.catalogue import RecordFactory
from tests.interop.harvests import hold
from tests.interop.live_server import serving

ISBN = "9789510433904"


@pytest.fixture
def address(
    committed_municipality: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, settings: Any
) -> Iterator[str]:
    """Serve seven titles of Gamma's, and one that nobody has."""
    monkeypatch.setattr("catalogue.services.change_feed.wake_followers", lambda: None)
    monkeypatch.setattr(current_app, "send_task", lambda *names, **options: None)
    monkeypatch.setattr(PerSearcher, "rate", "100000/min")
    settings.SEARCH_INDEX = tmp_path / "search-index"
    reader.close()
    titles = [
        RecordFactory(
            title=f"Sommer {number}", author="Holm, Anne", year=2000 + number, isbns=[ISBN] if number == 3 else []
        )
        for number in range(8)
    ]
    for title in titles[:7]:
        hold(title, committed_municipality)
    rebuild()
    with serving(monkeypatch) as port:
        yield f"http://gamma.localhost:{port}/sru"
    reader.close()


@pytest.mark.parametrize(("version", "schema"), [("1.1", "marcxml"), ("1.2", "marcxchange")])
def test_our_own_client_gets_a_record_by_its_isbn(address: str, settings: Any, version: str, schema: str) -> None:
    settings.REMOTE_PRIVATE_HOSTS = frozenset({"gamma.localhost"})
    target = RemoteTarget(
        name="Gamma",
        address=address,
        version=version,
        record_schema=schema,
        isbn_index="bath.isbn",
        title_index="dc.title",
        author_index="dc.creator",
    )

    none = ask(target, Question("9788702407006"), seconds=60)
    found = ask(target, Question(ISBN), seconds=60)
    by_words = ask(target, Question(title="3 SOMMER", author="Anne Holm"), seconds=60)

    assert (none.found, none.trouble, none.diagnostic) == (0, None, "")
    assert [record.values("245", "a") for record in found.records] == [["Sommer 3"]]
    assert (found.found, found.unreadable) == (1, 0)
    assert (by_words.found, by_words.diagnostic, by_words.records) == (1, "", found.records)


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_sruthi_reads_all_pages_in_order(address: str, version: str) -> None:
    found = Client(address, maximum_records=3, record_schema="dc", sru_version=version).searchretrieve(
        "dc.creator = holm sortBy dc.date"
    )

    assert (found.sru_version, found.count) == (version, 7)
    assert [record["title"] for record in found] == [f"Sommer {number}" for number in range(7)]
    assert {record["schema"] for record in found} == {"info:srw/schema/1/dc-v1.1"}


def test_sruthi_reads_marc(address: str) -> None:
    records = list(Client(address, maximum_records=10).searchretrieve('dc.title == "Sommer 3"'))

    assert len(records) == 1
    assert "leader" in records[0]
    assert len(list(Client(address.replace("gamma.", "")).searchretrieve('dc.title == "Sommer 7"'))) >= 1


def test_sruthi_reads_what_the_server_is(address: str) -> None:
    explained = Client(address).explain()

    assert explained.server["host"] == "gamma.localhost"
    assert explained.database["title"] == "Gamma"
    assert set(explained.schema) == {"marcxml", "marcxchange", "dc", "mods"}
    assert explained.index["dc"]["title"] == "Title, with its subtitle"
    assert explained.config["maximumRecords"] == 100


def test_sruthi_is_told_what_is_wrong(address: str) -> None:
    with pytest.raises(SruError, match="info:srw/diagnostic/1/16, dc.nothing, Unsupported index"):
        Client(address).searchretrieve("dc.nothing = a")


@pytest.mark.skipif(not shutil.which("yaz-client"), reason="YAZ isn't installed")
@pytest.mark.parametrize("way", ["get 1.1", "post 1.2", "get 2.0", "post 2.0"])
def test_yaz_searches_scans_and_is_told_what_is_wrong(address: str, committed_municipality: Any, way: str) -> None:
    # It looks up names by itself, and knows no gamma.localhost.
    domain = Domain.objects.create(domain="127.0.0.1", tenant=committed_municipality, is_primary=False)
    forget_hosts()
    commands = (
        f"sru {way}",
        f"open {address.replace('gamma.localhost', '127.0.0.1')}",
        "querytype cql",
        "find dc.creator = holm and dc.date > 2003",
        "show 1+2",
        "scan dc.title = s",
        "find dc.nothing = a",
        "quit",
    )
    try:
        said = subprocess.run(
            ["yaz-client"],  # noqa: S607
            input="\n".join(commands),
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        ).stdout
    finally:
        domain.delete()

    assert "Number of hits: 3" in said
    assert said.count("<leader>") == 2
    assert "sommer: 7" in said
    assert "info:srw/diagnostic/1/16" in said
