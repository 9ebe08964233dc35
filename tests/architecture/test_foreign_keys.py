"""Foreign keys follow the same order as imports, for a model's name in a string hides from the linter."""

import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

ROOT = Path(settings.ROOT)
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
LAYERS = next(contract["layers"] for contract in CONTRACTS if "rooms" in contract["name"])
RANK = {room.strip(): rank for rank, layer in enumerate(reversed(LAYERS)) for room in layer.split(":")}
SHARED = {"tenants", "catalogue", "accounts"}
TENANT = {"holdings", "accounts", "staffing", "patrons", "notices", "circulation", "schools"}


def foreign_keys():
    for model in apps.get_models():
        if model._meta.app_label in RANK:
            for field in model._meta.get_fields():
                if field.is_relation and field.concrete and field.related_model is not None:
                    yield pytest.param(model._meta.app_label, field.related_model._meta.app_label, id=str(field))


@pytest.mark.parametrize(("room", "other"), list(foreign_keys()))
def test_a_foreign_key_points_downwards(room, other):
    assert RANK[other] <= RANK[room]


@pytest.mark.parametrize(("room", "other"), list(foreign_keys()))
def test_no_shared_table_points_into_a_municipality(room, other):
    if room in SHARED - TENANT:
        assert other in SHARED
