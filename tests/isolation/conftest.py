"""The two full municipalities, with the consortium above them, and a search index of their titles."""

import shutil
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import time_machine
from celery import current_app
from celery.app.task import Task
from django.db import connection, transaction
from django.test import override_settings

from catalogue.search import reader
from catalogue.search.writing import rebuild
from tenants.choice import choose_none
from tenants.models import Municipality, PolicyTemplate, ProvisioningRun, TemplateChange, TemplateRule
from tenants.selectors import forget_hosts
from tests.factories import NOW
from tests.isolation.towns import TABLE, Town, announce_titles, build_consortium, build_town

Towns = tuple[Town, Town, Town]
_COVERS = "https://covers.example/{isbn}"


def _caught_messages(patch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    sent: list[tuple[str, dict[str, Any]]] = []
    patch.setattr(current_app, "send_task", lambda name, kwargs=None, **_: sent.append((name, kwargs or {})))
    patch.setattr(Task, "apply_async", lambda task, args=None, kwargs=None, **_: sent.append((task.name, kwargs)))
    return sent


def _cache_in(folder: Path) -> dict[str, Any]:
    return {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": str(folder),
            "KEY_FUNCTION": "tenants.keys.cache_key",
        }
    }


@pytest.fixture
def messages_sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """Return the messages that went to the broker, as (task, keywords); none really goes."""
    return _caught_messages(monkeypatch)


def _build_towns() -> Towns:
    alpha, beta = (build_town(Municipality.objects.get(schema_name=name)) for name in ("alpha", "beta"))
    consortium = build_consortium()
    run = ProvisioningRun.objects.create(wanted={"name": "Gamma"}, started_at=NOW)
    bare = PolicyTemplate.objects.get(code="bare")
    row = TemplateRule.objects.create(template=bare, item_type="film", valid_from=NOW.date())
    change = TemplateChange.objects.create(rule=row, name="shelf_days", before={"value": 9}, at=NOW, by="Changer")
    for town in (alpha, beta, consortium):
        town.things |= {"municipality": beta.municipality.pk, "run": run.pk, "template_change": change.pk}
    announce_titles()
    rebuild()
    connection.check_constraints()
    return alpha, beta, consortium


@pytest.fixture(scope="module")
def towns_of_module(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any
) -> Iterator[tuple[Towns, Path]]:
    """Build the towns and their index for the tests of a module, in a transaction around all of theirs."""
    strangers = [
        item.name
        for item in request.session.items
        if item.path == request.path and "django_db_setup" in item.fixturenames and "towns" not in item.fixturenames
    ]
    assert not strangers, f"They'd find the towns full: put them into a module without `towns`: {strangers}"
    folder = tmp_path_factory.mktemp("towns")
    with django_db_blocker.unblock():
        choose_none()
        with transaction.atomic():
            with (
                override_settings(CACHES=_cache_in(folder), SEARCH_INDEX=folder / "search-index", COVER_SOURCE=_COVERS),
                pytest.MonkeyPatch.context() as patch,
                time_machine.travel(NOW, tick=False),
            ):
                reader.close()
                _caught_messages(patch)
                built = _build_towns()
                reader.close()
            choose_none()
            with django_db_blocker.block():
                yield built, folder / "search-index"
            choose_none()
            transaction.set_rollback(True)
    forget_hosts()


@pytest.fixture
def towns(
    towns_of_module: tuple[Towns, Path], db: None, settings: Any, tmp_path: Path, messages_sent: list[Any]
) -> Iterator[Towns]:
    """Return Alpha, Beta and the consortium; no municipality is chosen. Time stands still.

    They're built once for all tests of a module, each of which takes back what it does to them.
    """
    built, index = towns_of_module
    settings.CACHES, settings.SEARCH_INDEX = _cache_in(tmp_path), tmp_path / "search-index"
    settings.COVER_SOURCE = _COVERS
    shutil.copytree(index, settings.SEARCH_INDEX)
    reader.close()
    for town in built[:2]:
        table = Path(settings.MEDIA_ROOT) / town.municipality.schema_name / TABLE
        table.parent.mkdir(parents=True, exist_ok=True)
        table.write_text(f"Navn;Klasse\n{town.things['table']};5.B\n", encoding="utf-8")
    with time_machine.travel(NOW, tick=False):
        yield deepcopy(built)
    reader.close()
    connection.set_schema_to_public()
