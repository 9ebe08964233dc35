from datetime import timedelta

import pytest
from celery.schedules import crontab
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from accounts.tasks import clear_sessions, start_clearing_sessions
from libsys.celery import app


@pytest.fixture
def sessions(alpha, beta):
    """Write an old and a new session in the shared schema and in each municipality; return how many are where."""
    ends = {"old": timezone.now() - timedelta(seconds=1), "new": timezone.now() + timedelta(hours=1)}

    def everywhere(action):
        found = {}
        for schema in ("public", "alpha", "beta"):
            connection.set_schema(schema)
            found[schema] = action()
        connection.set_tenant(alpha)
        return found

    everywhere(lambda: Session.objects.all().delete())
    everywhere(lambda: [Session.objects.create(session_key=key, expire_date=end) for key, end in ends.items()])
    return lambda: everywhere(lambda: sorted(Session.objects.values_list("session_key", flat=True)))


def test_deletes_one_municipalitys_sessions_whose_time_is_over(sessions):
    clear_sessions(schema_name="alpha")

    assert sessions() == {"public": ["new", "old"], "alpha": ["new"], "beta": ["new", "old"]}


def test_clears_the_consortiums_and_asks_for_everybody_elses(sessions, monkeypatch):
    sent = []
    monkeypatch.setattr(clear_sessions, "apply_async", lambda kwargs: sent.append(kwargs["schema_name"]))

    count = start_clearing_sessions()

    assert (count, sorted(sent)) == (2, ["alpha", "beta"])
    assert sessions() == {"public": ["new"], "alpha": ["new", "old"], "beta": ["new", "old"]}


def test_the_clock_starts_it_every_week():
    entry = app.conf.beat_schedule["clear-sessions"]

    assert entry["task"] == start_clearing_sessions.name
    assert entry["schedule"] == crontab(day_of_week="sunday", hour="4", minute="40")
