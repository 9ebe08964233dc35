"""What an index says of itself, and what's left of it when its writer is killed."""

import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from catalogue.search import SearchRequest, folder, index_state, reader, search
from catalogue.search.folder import Progress
from catalogue.search.writing import catch_up
from catalogue.services.change_feed import announce
from tenants.models import Municipality
from tests.factories.catalogue import RecordFactory

# What a follower does, until it's killed behind the step that's named.
DOOMED = """
import os, signal, sys
from pathlib import Path
import django
django.setup()
from django.conf import settings
settings.SEARCH_INDEX = Path(sys.argv[1])
from tantivy import Index
from catalogue.models import BibliographicRecord
from catalogue.search import folder
from catalogue.search.documents import Holdings, document_of

def step(name):
    if sys.argv[2] == name:
        os.kill(os.getpid(), signal.SIGKILL)

with folder.writer_lock():
    writer = Index.open(str(folder.current_index())).writer(heap_size=30_000_000, num_threads=1)
    for pk in range(10**6, 10**6 + 3000):
        record = BibliographicRecord(pk=pk, title=f"Spøgelse {pk}", control_number=str(pk), material_type="BOOK")
        writer.add_document(document_of(record, Holdings(), ""))
    step("adding")
    writer.commit()
    step("committed")
"""


@pytest.fixture
def index(alpha: Municipality, index_folder: Path) -> Path:
    """Build an index of the one title that there is."""
    RecordFactory.create(title="Første sommer")
    catch_up()
    return index_folder


def _titles(text: str) -> list[str]:
    return [hit.title for hit in search(SearchRequest(text)).hits]


def test_knows_how_many_changes_it_has_not_read_and_since_when(index: Path, now: datetime) -> None:
    assert (index_state().is_ready, index_state().behind, index_state().since) == (True, 0, None)
    for minutes in (5, 3):
        record = RecordFactory.create(title="Anden sommer")
        announce(record_ids=[record.pk], kind="RECORD", now=now - timedelta(minutes=minutes))

    assert (index_state().behind, index_state().since) == (2, now - timedelta(minutes=5))
    assert index_state().megabytes == 1
    catch_up()

    assert (index_state().behind, index_state().since) == (0, None)


def test_says_that_there_is_none_and_how_far_the_new_one_has_come(alpha: Municipality, index_folder: Path) -> None:
    assert (index_state().is_ready, index_state().building) == (False, None)
    index_folder.mkdir()
    folder.write_progress(Progress(250, 1000))

    assert index_state().building == Progress(250, 1000)


@pytest.mark.parametrize(("killed", "ghosts"), [("adding", False), ("committed", True)])
def test_a_killed_writer_leaves_an_index_that_answers_and_is_written_on(
    index: Path, now: datetime, killed: str, ghosts: bool
) -> None:
    record = RecordFactory.create(title="Anden sommer")
    announce(record_ids=[record.pk], kind="RECORD", now=now)

    doomed = subprocess.run([sys.executable, "-c", DOOMED, str(index), killed], check=False, capture_output=True)

    assert doomed.returncode == -signal.SIGKILL, doomed.stderr.decode()
    reader.close()
    # It has forgotten what it hadn't committed, and knows that it hasn't read what it had.
    assert _titles("sommer") == ["Første sommer"]
    assert bool(_titles("spøgelse")) is ghosts
    assert index_state().behind == 1
    catch_up()
    assert sorted(_titles("sommer")) == ["Anden sommer", "Første sommer"]
    assert index_state().behind == 0
