"""The change feed: numbers that followers can rely on, and one call for many changes."""

import threading
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from celery import current_app
from django.db import connection, connections, transaction

from catalogue.models import Change
from catalogue.selectors import follow, latest_change
from catalogue.services.change_feed import FOLLOWER_TASK, announce, followers_are_reading
from tests.factories.catalogue import RecordFactory


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Catch what would go to the broker."""
    names: list[str] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **options: names.append(name))
    return names


@pytest.mark.django_db
def test_numbers_grow_and_are_read_in_order(now: datetime, sent: list[str]) -> None:
    before = latest_change()
    first, second = RecordFactory.create_batch(2)

    announce(record_ids=[second.pk, first.pk], kind=Change.Kind.RECORD, now=now)
    announce(record_ids=[first.pk], kind=Change.Kind.HOLDINGS, now=now)

    entries = follow(before, limit=10)
    assert [(entry.record_id, entry.kind, entry.at) for entry in entries] == [
        (second.pk, "RECORD", now),
        (first.pk, "RECORD", now),
        (first.pk, "HOLDINGS", now),
    ]
    assert [entry.number for entry in entries] == sorted({entry.number for entry in entries})
    assert latest_change() == entries[-1].number


@pytest.mark.django_db
def test_reads_on_from_the_number_it_knows(now: datetime, sent: list[str]) -> None:
    before = latest_change()
    records = RecordFactory.create_batch(3)
    announce(record_ids=[record.pk for record in records], kind=Change.Kind.RECORD, now=now)

    first_page = follow(before, limit=2)
    second_page = follow(first_page[-1].number, limit=2)

    assert [entry.record_id for entry in first_page] == [records[0].pk, records[1].pk]
    assert [entry.record_id for entry in second_page] == [records[2].pk]


@pytest.mark.django_db
def test_enters_a_record_once_though_named_twice(now: datetime, sent: list[str]) -> None:
    before = latest_change()
    record = RecordFactory.create()

    announce(record_ids=[record.pk, record.pk], kind=Change.Kind.RECORD, now=now)

    assert len(follow(before)) == 1


@pytest.mark.django_db
def test_wakes_the_followers_once_for_many_changes_and_only_after_the_commit(
    now: datetime, sent: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    record = RecordFactory.create()
    followers_are_reading()

    with django_capture_on_commit_callbacks(execute=True):
        announce(record_ids=[record.pk], kind=Change.Kind.RECORD, now=now)
        announce(record_ids=[record.pk], kind=Change.Kind.HOLDINGS, now=now)
        assert sent == []

    assert sent == [FOLLOWER_TASK]


@pytest.mark.django_db
def test_wakes_them_again_once_they_have_begun_to_read(
    now: datetime, sent: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    record = RecordFactory.create()
    followers_are_reading()

    for _round in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            announce(record_ids=[record.pk], kind=Change.Kind.RECORD, now=now)
        followers_are_reading()

    assert sent == [FOLLOWER_TASK, FOLLOWER_TASK]


@pytest.mark.django_db
def test_one_municipality_wakes_the_followers_for_all(
    alpha: Any, beta: Any, now: datetime, sent: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    record = RecordFactory.create()
    followers_are_reading()

    for municipality in (alpha, beta):
        connection.set_tenant(municipality)
        with django_capture_on_commit_callbacks(execute=True):
            announce(record_ids=[record.pk], kind=Change.Kind.HOLDINGS, now=now)

    assert sent == [FOLLOWER_TASK]
    assert connection.schema_name == "beta"


@pytest.mark.django_db
def test_nothing_changed_is_no_news(now: datetime, sent: list[str], django_capture_on_commit_callbacks: Any) -> None:
    before = latest_change()

    with django_capture_on_commit_callbacks(execute=True):
        announce(record_ids=[], kind=Change.Kind.RECORD, now=now)

    assert follow(before) == []
    assert sent == []


@pytest.fixture
def committing(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Let a test commit what several connections must see, and take it away again."""
    with django_db_blocker.unblock():
        connection.set_schema_to_public()
        yield
        with connection.cursor() as cursor:
            for table in ("change", "harvestentry", "bibliographicrecord"):
                cursor.execute(f"DELETE FROM catalogue_{table}")


class TestTransactions:
    """What only shows when transactions really commit."""

    def test_refuses_outside_a_transaction(self, now: datetime, committing: None) -> None:
        with pytest.raises(RuntimeError, match="inside the transaction"):
            announce(record_ids=[1], kind=Change.Kind.RECORD, now=now)

    def test_a_lower_number_never_appears_after_a_higher_one(
        self, now: datetime, committing: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("catalogue.services.change_feed.wake_followers", lambda: None)
        slow, quick = RecordFactory.create_batch(2)
        before = latest_change()
        quick_is_done = threading.Event()

        def quick_writer() -> None:
            with transaction.atomic():
                announce(record_ids=[quick.pk], kind=Change.Kind.RECORD, now=now)
            quick_is_done.set()
            connections.close_all()

        with transaction.atomic():
            announce(record_ids=[slow.pk], kind=Change.Kind.RECORD, now=now)
            thread = threading.Thread(target=quick_writer)
            thread.start()
            assert not quick_is_done.wait(0.3)
            assert latest_change() > before
        thread.join(60)

        assert quick_is_done.is_set()
        assert [entry.record_id for entry in follow(before)] == [slow.pk, quick.pk]
