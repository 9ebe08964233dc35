"""Servers and workers look for garbage seldom: each look goes through all that was read."""

import gc

from celery.signals import worker_init

from libsys import celery, web_server


def test_a_web_server_and_a_worker_look_for_garbage_seldom(monkeypatch):
    thresholds: list[tuple[int, ...]] = []
    monkeypatch.setattr(gc, "set_threshold", lambda *each: thresholds.append(each))

    web_server.when_ready(None)
    worker_init.send(sender=celery.app)

    assert gc.get_freeze_count() > 10_000
    assert len(thresholds) == 2
    assert all(youngest > 700 for youngest, *_ in thresholds)
