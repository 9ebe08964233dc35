"""Covers from the installation's source: asked for afterwards, looked at, kept, and given from our own host."""

import struct
from datetime import timedelta

import pytest
from celery import current_app
from django.core.cache import cache
from django.utils import timezone
from django_tenants.utils import schema_context
from kombu.exceptions import OperationalError

from catalogue.models import Cover
from catalogue.remote import covers
from catalogue.services.covers import COVER_TASK, ask_for_cover, keep_cover, place_at_source
from catalogue.tasks import fetch_cover
from common.remote_sources import RemoteAnswer, RemoteFailed, Trouble
from tests.factories import RecordFactory

ISBN = "9789510433904"


def png(width=200, height=300, more=b"rest"):
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + more


def jpeg(width=200, height=300):
    exif = b"\xff\xe1" + struct.pack(">H", 6) + b"Exif"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1)
    return b"\xff\xd8" + exif + frame + b"\x01\x11\x00\xff\xd9"


@pytest.fixture
def source(settings, monkeypatch, sent):
    """Name a source, which answers with what the test says; return the addresses that it was asked."""
    settings.COVER_SOURCE = "https://covers.example/{isbn}.jpg"
    asked = []

    def answers(body):
        def fetch(address, **limits):
            assert limits["most_bytes"] <= 500_000
            asked.append(address)
            if isinstance(body, Exception):
                raise body
            return RemoteAnswer(body, "text/html")

        monkeypatch.setattr(covers, "fetch", fetch)
        return asked

    return answers


@pytest.fixture
def sent(monkeypatch, settings):
    """Return the tasks that were sent; with a cache that nobody else empties meanwhile."""
    memory = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {**settings.CACHES["default"], "BACKEND": memory, "LOCATION": "covers"}}
    messages = []

    def send_task(name, **options):
        # Search has itself woken by pages, too.
        if name == COVER_TASK:
            messages.append((name, options["kwargs"]))

    monkeypatch.setattr(current_app, "send_task", send_task)
    cache.clear()
    return messages


def ask(*isbns):
    for isbn in isbns:
        ask_for_cover(isbn)


@pytest.fixture
def one_minute(monkeypatch):
    """Let the minute stand still."""
    monkeypatch.setattr("catalogue.services.covers.time.time", lambda: 1_800_000_000.0)


def test_a_broker_that_fails_leaves_the_next_reader_to_ask(alpha, sent, monkeypatch):
    def fail(*_, **__):
        raise OperationalError

    with monkeypatch.context() as broken:
        broken.setattr(current_app, "send_task", fail)
        ask(ISBN)
    assert sent == []

    ask(ISBN, ISBN)
    assert sent == [("catalogue.tasks.fetch_cover", {"isbn": ISBN})]


def test_one_municipality_s_flood_leaves_turns_to_others(alpha, beta, sent, one_minute, monkeypatch):
    monkeypatch.setattr("catalogue.services.covers._OF_ONE_A_MINUTE", 2)
    monkeypatch.setattr("catalogue.services.covers._A_MINUTE", 3)
    for name, isbns in (("alpha", "abcd"), ("beta", "aef"), ("alpha", "c")):
        with schema_context(name):
            ask(*isbns)
    # The first two of each, and one's not asked twice; then three are enough for all.
    assert [kwargs["isbn"] for _name, kwargs in sent] == ["a", "b", "e"]

    monkeypatch.setattr("catalogue.services.covers.time.time", lambda: 1_800_000_060.0)
    ask("c", "d")
    assert [kwargs["isbn"] for _name, kwargs in sent[3:]] == ["c", "d"]


def test_nobody_waits_for_a_source_that_is_silent_or_asked_by_enough(alpha, source, sent, monkeypatch):
    later = []
    monkeypatch.setattr(fetch_cover, "apply_async", lambda **options: later.append(options["kwargs"]))
    asked = source(jpeg())
    with schema_context("public"), place_at_source() as first, place_at_source() as second:
        fetch_cover.run(isbn=ISBN)
        assert (first, second, asked) == (True, True, [])
        again = later.pop()
        assert again["isbn"] == ISBN
        # However long others ask, it waits no longer than it would have at first; then the next reader asks anew.
        fetch_cover.run(**again)
        assert later == [again]
        cache.set(f"cover-asked-{ISBN}", True)
        fetch_cover.run(isbn=ISBN, until=timezone.now().timestamp())
        assert (later, cache.get(f"cover-asked-{ISBN}")) == ([again], None)

    asked = source(RemoteFailed(Trouble.TOO_SLOW))
    ask("another")
    for isbn in (ISBN, "another"):
        fetch_cover.run(isbn=isbn)
    ask("a third")
    assert (len(asked), len(sent)) == (1, 1)

    with schema_context("public"):
        cache.delete("cover-source-silent")
    ask("another")
    assert [kwargs["isbn"] for _name, kwargs in sent] == ["another", "another"]


def test_covers_have_a_queue_of_their_own_that_every_worker_reads():
    route = current_app.amqp.router.route({}, "catalogue.tasks.fetch_cover")

    assert route["queue"].name == "covers"
    assert {"celery", "covers"} <= set(current_app.amqp.queues.consume_from)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (png(), "image/png"),
        (jpeg(), "image/jpeg"),
        (png(1, 1), ""),
        (png(60_000, 60_000), ""),
        (jpeg(200, 60_000), ""),
        (png()[:20], ""),
        (jpeg()[:12], ""),
        (b"\xff\xd8\xff\xe1\x00\x00" * 20, ""),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", ""),
        (b"<html>not found</html>", ""),
        (b"GIF89a", ""),
        (b"", ""),
        (RemoteFailed(Trouble.REFUSED, status=404), ""),
        (RemoteFailed(Trouble.TOO_LONG), ""),
    ],
)
def test_only_a_picture_of_a_sane_size_is_kept_and_nothing_is_kept_too(alpha, source, now, body, expected):
    asked = source(body)
    fetch_cover.run(isbn=ISBN)

    kept = Cover.objects.get()
    assert asked == [f"https://covers.example/{ISBN}.jpg"]
    assert (kept.content_type, bytes(kept.content)) == (expected, body if expected else b"")


def test_a_source_that_does_not_answer_takes_no_picture_away(alpha, source, now):
    keep_cover(isbn=ISBN, content=png(), content_type="image/png", now=now - timedelta(days=365))
    source(RemoteFailed(Trouble.UNREACHABLE))
    fetch_cover.run(isbn=ISBN)

    kept = Cover.objects.get()
    assert bytes(kept.content) == png()
    assert kept.ask_again_at > now - timedelta(days=1)


def test_is_asked_for_once_and_shown_the_next_time(alpha, client, settings, source, sent, now):
    source(jpeg())
    RecordFactory(isbns=[ISBN])
    address = f"/cover/{ISBN}"

    first, second = (client.get(address, headers={"host": "alpha.localhost"}) for _ in range(2))
    assert (first.status_code, first["Content-Type"], first.content) == (200, "image/png", second.content)
    assert sent == [("catalogue.tasks.fetch_cover", {"isbn": ISBN})]

    fetch_cover.run(isbn=ISBN)
    shown = client.get(address, headers={"host": "alpha.localhost"})
    assert (shown["Content-Type"], shown.content, shown["X-Content-Type-Options"]) == ("image/jpeg", jpeg(), "nosniff")
    assert "public" in shown["Cache-Control"]
    assert len(sent) == 1


def test_the_source_is_not_asked_about_what_we_have_not_got(alpha, client, source, sent, settings):
    source(jpeg())
    get = {"headers": {"host": "alpha.localhost"}}

    assert client.get(f"/cover/{ISBN}", **get).status_code == 200
    assert sent == []
    for wrong in ("9789510433905", "951043390X", "x", "0"):
        assert client.get(f"/cover/{wrong}", **get).status_code == 404
    settings.COVER_SOURCE = ""
    assert client.get(f"/cover/{ISBN}", **get).status_code == 404


def test_pages_name_our_own_host_alone_and_draw_without_a_source(alpha, client, source, settings):
    source(jpeg())
    record = RecordFactory(title="Yön äänet", isbns=[ISBN])
    page = client.get(f"/title/{record.pk}", headers={"host": "alpha.localhost"}).content.decode()
    assert f'<img src="/cover/{ISBN}" alt=""' in page
    assert "covers.example" not in page

    settings.COVER_SOURCE = ""
    page = client.get(f"/title/{record.pk}", headers={"host": "alpha.localhost"}).content.decode()
    assert "/cover/" not in page
    assert 'class="cover"' in page
