"""An upgrade that raises the index's version: the old index answers until the new one is built beside it."""

import json
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from tantivy import Index, SchemaBuilder

from catalogue.search import SearchRequest, State, folder, index_state, reader, schema, search
from catalogue.search.folder import Progress
from catalogue.search.writing import catch_up, rebuild
from catalogue.services.change_feed import announce
from tenants.models import Municipality
from tests.factories.catalogue import RecordFactory

# What a worker of the new release does, until it's killed: within the build, or just before it's through.
DOOMED = """
import os, signal, sys
from pathlib import Path
import django
django.setup()
from django.conf import settings
settings.SEARCH_INDEX = Path(sys.argv[1])
from catalogue.models import BibliographicRecord
from catalogue.search import folder, schema, writing
from catalogue.search.documents import Holdings, document_of

schema.VERSION += 1

def die(*_arguments):
    os.kill(os.getpid(), signal.SIGKILL)

def add(writer, records):
    for record in records:
        writer.add_document(document_of(record, Holdings(), ""))

def batches():
    yield [BibliographicRecord(pk=10**6, title="Spøgelse", control_number="1", material_type="BOOK")]
    if sys.argv[2] == "adding":
        die()

writing.latest_change = lambda: 0
writing._count = lambda: 4
writing._batches, writing._add = batches, add
folder.make_current = die
with folder.writer_lock():
    writing.catch_up_once()
"""


@pytest.fixture
def index(alpha: Municipality, index_folder: Path) -> Path:
    """Build an index of the one title that there is."""
    RecordFactory.create(title="Første sommer")
    catch_up()
    return index_folder


@pytest.fixture
def old(index: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the release that comes after this one run, and return the folder of the index that's old to it."""
    monkeypatch.setattr(schema, "OLDEST_READABLE", schema.VERSION)
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    reader.close()
    return (index / "current").resolve()


def _titles(text: str) -> list[str]:
    return [hit.title for hit in search(SearchRequest(text)).hits]


def _contents(path: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in path.iterdir() if not each.name.startswith(".")}


def test_the_old_index_answers_and_says_that_it_is_old(old: Path) -> None:
    assert _titles("sommer") == ["Første sommer"]
    assert (index_state().is_ready, index_state().is_older, index_state().building) == (True, True, None)


def test_nobody_writes_in_the_old_index_and_it_answers_while_the_new_one_is_built(old: Path, now: datetime) -> None:
    record = RecordFactory.create(title="Anden sommer")
    announce(record_ids=[record.pk], kind="RECORD", now=now)
    before = _contents(old)
    seen: list[object] = []

    def look(progress: Progress) -> None:
        seen.append((progress, _titles("sommer"), index_state().is_older, index_state().behind))
        assert _contents(old) == before

    rebuild(report=look)

    assert seen == [(Progress(2, 2), ["Første sommer"], True, 1)]
    assert not old.exists()
    assert (index_state().is_older, sorted(_titles("sommer"))) == (False, ["Anden sommer", "Første sommer"])


def test_the_follower_builds_the_new_one_and_reads_on_in_it(old: Path, now: datetime) -> None:
    late = RecordFactory.create(title="Anden sommer")

    catch_up()
    announce(record_ids=[late.pk], kind="RECORD", now=now)

    assert catch_up() == 1
    assert (index_state().is_older, index_state().behind) == (False, 0)
    assert sorted(_titles("sommer")) == ["Anden sommer", "Første sommer"]


@pytest.mark.parametrize("killed", ["adding", "switching"])
def test_a_build_that_is_killed_leaves_the_old_index_answering_and_begins_again(
    index: Path, killed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = (index / "current").resolve()

    doomed = subprocess.run([sys.executable, "-c", DOOMED, str(index), killed], check=False, capture_output=True)

    assert doomed.returncode == -signal.SIGKILL, doomed.stderr.decode()
    assert len(list(index.glob("index-*"))) == 2
    monkeypatch.setattr(schema, "OLDEST_READABLE", schema.VERSION)
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    reader.close()
    assert (_titles("sommer"), _titles("spøgelse")) == (["Første sommer"], [])
    assert (index / "current").resolve() == old
    assert index_state().is_older
    catch_up()
    assert (_titles("sommer"), _titles("spøgelse")) == (["Første sommer"], [])
    assert [each.name for each in index.glob("index-*")] == [(index / "current").resolve().name]
    assert (index_state().is_older, index_state().building) == (False, None)


def test_a_process_of_the_release_before_goes_on_with_what_it_has_open(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _titles("sommer") == ["Første sommer"]
    RecordFactory.create(title="Anden sommer")
    with monkeypatch.context() as upgraded:
        upgraded.setattr(schema, "VERSION", schema.VERSION + 1)
        rebuild()

    assert (folder.current_index(), folder.is_of_a_later_release()) == (None, True)
    assert [_titles("sommer"), _titles("sommer")] == [["Første sommer"]] * 2
    reader.close()
    assert search(SearchRequest("sommer")).state is State.UNAVAILABLE
    catch_up()

    assert sorted(_titles("sommer")) == ["Anden sommer", "Første sommer"]


def test_an_old_index_with_other_fields_does_not_answer(old: Path) -> None:
    meta = json.loads((old / "meta.json").read_text())
    meta["schema"] = meta["schema"][1:]
    (old / "meta.json").write_text(json.dumps(meta))

    assert search(SearchRequest("sommer")).state is State.UNAVAILABLE
    assert not index_state().is_ready
    catch_up()

    assert _titles("sommer") == ["Første sommer"]


def test_an_old_index_that_is_damaged_does_not_answer(old: Path) -> None:
    (old / "meta.json").write_text("{")

    assert search(SearchRequest("sommer")).state is State.UNAVAILABLE
    catch_up()

    assert _titles("sommer") == ["Første sommer"]


def test_fields_in_another_order_are_other_fields(tmp_path: Path) -> None:
    builder = SchemaBuilder()
    builder.add_text_field(schema.TITLE)
    Index(builder.build(), path=str(tmp_path))

    assert not schema.has_our_fields(tmp_path)
