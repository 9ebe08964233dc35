"""The follower: what changes is found, what's missing is built, what's damaged is replaced."""

import json
import os
import threading
from datetime import datetime
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django_tenants.utils import schema_context
from kombu.exceptions import OperationalError
from tantivy import Document, Index

from catalogue.models import BibliographicRecord, Change, HoldingsSummary
from catalogue.search import SearchRequest, State, folder, other_editions, reader, schema, search, suggest, writing
from catalogue.search.folder import Progress, WriterIsBusy
from catalogue.search.writing import catch_up, rebuild
from catalogue.selectors import latest_change
from catalogue.services.change_feed import FOLLOWER_TASK, WAKE_FLAG, announce
from catalogue.tasks import follow_change_feed
from tenants.models import Municipality
from tests.factories.catalogue import RecordFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def index(alpha: Municipality, index_folder: Path) -> Path:
    """Build an index of the one title that there is."""
    RecordFactory.create(title="Første sommer")
    follow_change_feed()
    return index_folder


def _titles(text: str, **limits: Any) -> list[str]:
    return [hit.title for hit in search(SearchRequest(text, **limits)).hits]


def _announced(record: BibliographicRecord, now: datetime, kind: str = "RECORD") -> None:
    announce(record_ids=[record.pk], kind=kind, now=now)


class TestFollowing:
    """The index follows the feed."""

    def test_finds_a_new_record_after_the_next_reading(self, index: Path, now: datetime) -> None:
        record = RecordFactory.create(title="Anden sommer")
        _announced(record, now)
        assert _titles("anden") == []

        follow_change_feed()

        assert _titles("anden") == ["Anden sommer"]

    def test_a_changed_record_is_found_by_its_new_words_only(self, index: Path, now: datetime) -> None:
        record = BibliographicRecord.objects.get(title="Første sommer")
        record.title = "Første vinter"
        record.save()
        _announced(record, now)

        follow_change_feed()

        assert _titles("vinter") == ["Første vinter"]
        assert search(SearchRequest("sommer", municipality=None)).total == 0

    def test_a_deleted_record_is_gone(self, index: Path, now: datetime) -> None:
        record = BibliographicRecord.objects.get(title="Første sommer")
        record.deleted_at = now
        record.save()
        _announced(record, now, Change.Kind.DELETED)

        follow_change_feed()

        assert _titles("") == []

    def test_new_holdings_bring_a_title_home(self, index: Path, alpha: Municipality, now: datetime) -> None:
        record = BibliographicRecord.objects.get(title="Første sommer")
        assert _titles("sommer", municipality="alpha") == []
        summary = HoldingsSummary.objects.create(
            record=record, municipality=alpha, branch_code="hb", items=1, loanable=1
        )
        _announced(record, now, Change.Kind.HOLDINGS)
        follow_change_feed()
        assert _titles("sommer", municipality="alpha", branch="hb") == ["Første sommer"]

        summary.delete()
        _announced(record, now, Change.Kind.HOLDINGS)
        follow_change_feed()

        assert _titles("sommer", municipality="alpha") == []

    def test_reading_twice_changes_nothing(self, index: Path, now: datetime) -> None:
        record = RecordFactory.create(title="Anden sommer")
        _announced(record, now)

        assert (catch_up(), catch_up()) == (1, 0)
        folder.write_state((index / "current").resolve(), change=0)
        catch_up()

        assert _titles("anden") == ["Anden sommer"]

    def test_remembers_the_last_change_it_knows(self, index: Path, now: datetime) -> None:
        for title in ("To", "Tre"):
            _announced(RecordFactory.create(title=title), now)

        follow_change_feed()

        state = folder.read_state((index / "current").resolve())
        assert state == folder.State(version=schema.VERSION, change=latest_change())

    def test_the_call_reaches_the_worker_of_every_node(self) -> None:
        queue = current_app.amqp.router.route({}, FOLLOWER_TASK)["queue"]

        assert (queue.exchange.type, queue.name) == ("fanout", f"search.{settings.NODE}")

    def test_only_one_process_writes(self, index: Path, now: datetime) -> None:
        _announced(RecordFactory.create(title="Anden sommer"), now)

        with folder.writer_lock():
            with pytest.raises(WriterIsBusy):
                catch_up()
            follow_change_feed()
        assert _titles("anden") == []

        follow_change_feed()
        assert _titles("anden") == ["Anden sommer"]

    def test_a_call_while_another_process_writes_keeps_no_later_change_from_calling(self, index: Path) -> None:
        with schema_context("public"):
            cache.set(WAKE_FLAG, True)

        with folder.writer_lock():
            follow_change_feed()

        with schema_context("public"):
            assert cache.get(WAKE_FLAG) is None

    def test_a_change_that_came_while_the_lock_was_held_is_read_before_going(
        self, index: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _announced(RecordFactory.create(title="Anden sommer"), now)
        late = [RecordFactory.create(title="Tredje sommer")]
        look = writing.catch_up_once

        def look_then_news() -> int:
            count = look()
            if late:
                _announced(late.pop(), now)
            return count

        monkeypatch.setattr(writing, "catch_up_once", look_then_news)

        assert catch_up() == 2
        assert _titles("tredje") == ["Tredje sommer"]

    def test_a_record_that_cannot_be_indexed_stops_no_other(
        self, index: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        good, bad = RecordFactory.create(title="Anden sommer"), RecordFactory.create(title="Umulig sommer")
        document_of = writing.document_of

        def refuse_the_bad(record: BibliographicRecord, *facts: Any, **more: Any) -> Document:
            if record.pk == bad.pk:
                raise ValueError("impossible")
            return document_of(record, *facts, **more)

        monkeypatch.setattr(writing, "document_of", refuse_the_bad)
        announce(record_ids=[bad.pk, good.pk], kind=Change.Kind.RECORD, now=now)

        follow_change_feed()

        assert sorted(_titles("sommer")) == ["Anden sommer", "Første sommer"]


class TestUnavailable:
    """Without an index, searches say so."""

    def test_says_so_with_the_progress_and_wakes_the_follower(
        self, alpha: Municipality, index_folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        woken: list[str] = []
        monkeypatch.setattr("celery.current_app.send_task", lambda name, **options: woken.append(name))
        record = RecordFactory.create(title="Første sommer")
        index_folder.mkdir()
        folder.write_progress(Progress(250, 1000))

        result = search(SearchRequest("sommer"))

        assert (result.state, result.total, result.progress) == (State.UNAVAILABLE, 0, Progress(250, 1000))
        assert result.progress.percent == 25
        assert suggest("sommer") == []
        assert other_editions(record) == []
        assert woken == ["catalogue.tasks.follow_change_feed"]

    def test_the_next_reading_builds_it(self, alpha: Municipality, index_folder: Path) -> None:
        RecordFactory.create(title="Første sommer")
        assert search(SearchRequest("sommer")).state is State.UNAVAILABLE

        follow_change_feed()

        assert _titles("sommer") == ["Første sommer"]
        assert folder.read_progress() is None

    @pytest.mark.parametrize("version", [schema.OLDEST_READABLE - 1, schema.VERSION + 1])
    def test_an_index_that_this_release_cannot_read_is_built_anew(self, index: Path, version: int) -> None:
        path = (index / "current").resolve()
        (path / "follower.json").write_text(json.dumps({"version": version, "change": 0}))
        reader.close()
        assert search(SearchRequest("sommer")).state is State.UNAVAILABLE

        follow_change_feed()

        assert _titles("sommer") == ["Første sommer"]
        assert [found.name for found in index.glob("index-*")] == [(index / "current").resolve().name]

    @pytest.mark.parametrize("damage", ["meta", "files", "gone"])
    def test_a_damaged_index_is_built_anew(self, index: Path, damage: str) -> None:
        path = (index / "current").resolve()
        os.utime(path / "built", (0, 0))
        if damage == "meta":
            (path / "meta.json").write_text("{")
        elif damage == "gone":
            (index / "current").unlink()
        else:
            for segment in path.glob("*.*"):
                if segment.suffix in (".term", ".idx", ".store", ".fast"):
                    segment.write_bytes(b"damaged")
        reader.close()

        assert search(SearchRequest("sommer")).state is State.UNAVAILABLE
        follow_change_feed()

        assert _titles("sommer") == ["Første sommer"]

    def test_one_that_was_built_just_now_is_not_built_again_and_again(self, index: Path) -> None:
        path = (index / "current").resolve()
        (path / "meta.json").write_text("{")

        for _search in range(2):
            assert search(SearchRequest("sommer")).state is State.UNAVAILABLE
        assert folder.current_index() == path

    def test_a_reader_that_was_overtaken_by_a_new_index_looks_again(
        self, index: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        old = (index / "current").resolve()
        os.utime(old / "built", (0, 0))
        reader.close()
        open_index = Index.open

        def too_late(path: str) -> Index:
            monkeypatch.setattr(reader, "Index", Index)
            rebuild()
            return open_index(path)

        monkeypatch.setattr(reader, "Index", SimpleNamespace(open=too_late))

        assert _titles("sommer") == ["Første sommer"]
        assert folder.current_index() not in (None, old)

    def test_without_a_broker_it_still_says_so(
        self, alpha: Municipality, index_folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_names: str, **_options: Any) -> None:
            raise OperationalError("no broker")

        monkeypatch.setattr("celery.current_app.send_task", refuse)

        assert search(SearchRequest("sommer")).state is State.UNAVAILABLE

    def test_an_index_that_knows_more_than_the_feed_is_built_anew(self, index: Path) -> None:
        path = (index / "current").resolve()
        folder.write_state(path, change=latest_change() + 1000)

        follow_change_feed()

        assert (index / "current").resolve() != path
        assert _titles("sommer") == ["Første sommer"]


class TestRebuilding:
    """A new index in a new folder."""

    def test_the_old_one_answers_until_the_new_one_is_done(self, index: Path) -> None:
        RecordFactory.create(title="Anden sommer")
        seen: list[tuple[Progress, list[str]]] = []

        rebuild(report=lambda progress: seen.append((progress, _titles("sommer"))))

        assert seen == [(Progress(2, 2), ["Første sommer"])]
        assert sorted(_titles("sommer")) == ["Anden sommer", "Første sommer"]

    def test_leaves_no_half_index_behind(self, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*arguments: Any) -> None:
            raise RuntimeError("out of disk")

        monkeypatch.setattr(writing, "_add", fail)
        with pytest.raises(RuntimeError, match="out of disk"):
            rebuild()
        assert folder.read_progress() is None
        assert _titles("sommer") == ["Første sommer"]
        monkeypatch.undo()

    def test_waits_for_whoever_writes(self, index: Path) -> None:
        began, done = threading.Event(), threading.Event()

        def hold() -> None:
            with folder.writer_lock():
                began.set()
                done.wait(60)

        holder = threading.Thread(target=hold)
        holder.start()
        assert began.wait(60)
        threading.Timer(0.2, done.set).start()

        assert rebuild() == 1
        assert done.is_set()
        holder.join()

    def test_the_command_tells_how_many(self, index: Path, now: datetime) -> None:
        RecordFactory.create_batch(3)
        said = StringIO()

        call_command("rebuild_index", stdout=said)

        assert said.getvalue().startswith("4 records in ")

    def test_takes_a_bounded_number_of_queries(
        self, index: Path, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(writing, "_BATCH", 3)
        RecordFactory.create_batch(5)

        # The way to the shared schema, the feed's number, the count, two batches with holdings, libraries' own fields,
        # works and whether these have other editions (three), none after.
        with django_assert_num_queries(18):
            rebuild()
