"""The two full municipalities, with the consortium above them, and a search index of their titles."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from celery import current_app
from celery.app.task import Task
from django.db import connection

from catalogue.search import reader
from catalogue.search.writing import rebuild
from tenants.models import Municipality, ProvisioningRun
from tests.factories import NOW
from tests.isolation.towns import Town, announce_titles, build_consortium, build_town


@pytest.fixture
def messages_sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """Return the messages that went to the broker, as (task, keywords); none really goes."""
    sent: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, kwargs=None, **_: sent.append((name, kwargs or {})))
    monkeypatch.setattr(Task, "apply_async", lambda task, args=None, kwargs=None, **_: sent.append((task.name, kwargs)))
    return sent


@pytest.fixture
def towns(db: None, settings: Any, tmp_path: Any, messages_sent: list[Any]) -> Iterator[tuple[Town, Town, Town]]:
    """Return Alpha, Beta and the consortium; no municipality is chosen. Time stands still."""
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": str(tmp_path),
            "KEY_FUNCTION": "tenants.keys.cache_key",
        }
    }
    settings.SEARCH_INDEX = tmp_path / "search-index"
    reader.close()
    with time_machine.travel(NOW, tick=False):
        alpha, beta = (build_town(Municipality.objects.get(schema_name=name)) for name in ("alpha", "beta"))
        consortium = build_consortium()
        run = ProvisioningRun.objects.create(wanted={"name": "Gamma"}, started_at=NOW)
        for town in (alpha, beta, consortium):
            town.things |= {"municipality": beta.municipality.pk, "run": run.pk}
        announce_titles()
        rebuild()
        yield alpha, beta, consortium
    reader.close()
    connection.set_schema_to_public()
