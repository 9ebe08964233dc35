"""`docker-compose.yml` gives the application what its settings ask for; no engine is needed to see that."""

import re
from pathlib import Path

import pytest
import yaml

from libsys.environment import KNOWN, SERVICES, read_environment

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = ("migrate", "web", "worker", "beat")
REQUIRED = re.compile(r"\$\{\w+:\?[^}]*\}")
OPTIONAL = re.compile(r"\$\{\w+:-([^}]*)\}")


def environment_of(name):
    values = COMPOSE["services"][name]["environment"]
    return {key: OPTIONAL.sub(r"\1", REQUIRED.sub("given", str(value))) for key, value in values.items()}


@pytest.mark.parametrize("name", OURS)
def test_the_environment_is_complete_and_known(name):
    environment = environment_of(name)

    read = read_environment(environment, root=ROOT)

    assert read.is_production
    assert set(SERVICES) <= set(environment)
    assert {key for key in environment if key.startswith("LIBSYS_")} <= set(KNOWN)


def test_web_and_worker_are_one_node():
    assert environment_of("web")["LIBSYS_NODE"] == environment_of("worker")["LIBSYS_NODE"]


@pytest.mark.parametrize("name", sorted(COMPOSE["services"]))
def test_every_service_that_stays_has_a_health_check(name):
    service = COMPOSE["services"][name]

    assert ("test" in service["healthcheck"]) is (service["restart"] != "no")


def test_no_secret_stands_in_the_file():
    for name in ("LIBSYS_SECRET_KEY", "LIBSYS_FIELD_KEYS"):
        assert REQUIRED.fullmatch(COMPOSE["services"]["web"]["environment"][name])


def test_nothing_of_ours_starts_before_the_migration_is_done():
    for name in set(OURS) - {"migrate"}:
        assert COMPOSE["services"][name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}


def test_the_image_takes_every_room():
    listed = (ROOT / ".dockerignore").read_text().splitlines()
    rooms = {path.parent.name for path in ROOT.glob("*/apps.py")} - {"bench"}

    assert {f"!{room}" for room in rooms | {"libsys", "web", "interop", "locale", "requirements", "manage.py"}} <= set(
        listed
    )
