"""`manage.py provision`."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.services.invitations import invited_account
from tenants import provisioning_steps
from tenants.models import Municipality
from tenants.services.standard_templates import load_standard_templates

ASKED = {"host": "sundbyberg", "country": "SE", "template": "standard-se", "population": 54_000}


@pytest.fixture(autouse=True)
def _templates(db):
    load_standard_templates()


def test_tells_each_step_and_where_the_municipality_answers(capsys):
    call_command("provision", "Sundbyberg", **ASKED)

    lines = capsys.readouterr().out.splitlines()
    names = ["municipality", "schema", *provisioning_steps.registered(), "service"]
    assert [line.split()[:2] for line in lines[: len(names)]] == [[name, "done"] for name in names]
    assert lines[len(names)].startswith("Sundbyberg is in service after ")
    assert lines[len(names)].endswith("http://sundbyberg.localhost:8000/")
    assert Municipality.objects.get(name="Sundbyberg").language == "sv"


def test_names_everything_that_is_wrong_and_does_nothing():
    with pytest.raises(CommandError, match=r"(?s)Nothing was done:.*NAME_TAKEN.*HOST_TAKEN.*POPULATION_INVALID"):
        call_command("provision", "Alpha", **(ASKED | {"host": "alpha", "population": 0}))

    assert Municipality.objects.count() == 3


def test_says_which_step_broke(monkeypatch, capsys):
    def break_it(_new):
        raise RuntimeError("no paper")

    monkeypatch.setitem(provisioning_steps._steps, "broken", break_it)

    with pytest.raises(CommandError, match="Everything was taken back, for the step broken: RuntimeError: no paper"):
        call_command("provision", "Sundbyberg", **ASKED)

    assert capsys.readouterr().out.splitlines()[-1].split()[:2] == ["broken", "failed"]


def test_ends_with_the_first_administrators_link(capsys):
    call_command("provision", "Sundbyberg", **ASKED, admin_email="ida@example.org")

    link = capsys.readouterr().out.split()[-1]
    assert link.startswith("http://sundbyberg.localhost:8000/account/")
    connection.set_tenant(Municipality.objects.get(name="Sundbyberg"))
    account = invited_account(link.rstrip("/").rpartition("/")[2], now=timezone.now())
    assert (account.role, account.email) == ("IT_ADMIN", "ida@example.org")
