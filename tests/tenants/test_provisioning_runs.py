"""Provisioning in the background, followed by a page."""

from datetime import timedelta

import pytest
from celery import current_app
from django.db import connection

from accounts.models import AuditEntry, StaffAccount
from tenants import provisioning_steps
from tenants.errors import ProvisioningRefused
from tenants.models import Municipality, ProvisioningRun
from tenants.services import provisioning_runs
from tenants.services.provisioning_runs import carry_out, invitation_of, start_provisioning
from tenants.services.standard_templates import load_standard_templates
from tenants.tasks import provision_in_background
from tests.fixtures.municipalities import remove_municipality

ASKED = {
    "name": "Hedensted",
    "host_label": "hedensted",
    "country": "DK",
    "template_code": "standard-dk",
    "population": 46_000,
    "first_admin_email": "",
}


@pytest.fixture
def queue(monkeypatch):
    """Note the messages instead of sending them."""
    sent = []
    monkeypatch.setattr(current_app, "send_task", lambda name, kwargs: sent.append((name, kwargs)))
    return sent


@pytest.fixture
def real_commits(committed_municipality):
    """Work in the shared schema with real transactions, since steps are written beside the one that provisions."""
    connection.set_schema_to_public()
    load_standard_templates()
    yield
    connection.set_schema_to_public()
    remove_municipality("hedensted")


def start(now, **changes):
    return start_provisioning(**(ASKED | changes), actor=None, now=now)


def test_starting_writes_a_run_and_sends_it_after_the_commit(db, now, queue, django_capture_on_commit_callbacks):
    load_standard_templates()
    operator = StaffAccount.objects.create(username="op", name="Operator", role=StaffAccount.Role.OPERATOR)

    with django_capture_on_commit_callbacks(execute=True):
        run = start_provisioning(**ASKED, actor=operator, now=now)
        assert queue == []

    assert queue == [(provision_in_background.name, {"run_id": run.pk})]
    assert (run.state, run.wanted, run.started_by) == (ProvisioningRun.State.QUEUED, ASKED, operator.pk)


def test_starting_refuses_at_once_with_everything_that_is_wrong(db, now, queue):
    load_standard_templates()

    with pytest.raises(ProvisioningRefused) as refused:
        start(now, name="Alpha", host_label="www")

    assert refused.value.codes == ["NAME_TAKEN", "HOST_RESERVED"]
    assert not ProvisioningRun.objects.exists()


def test_the_task_provisions_and_writes_each_step(real_commits, now, queue):
    run = start(now)

    provision_in_background(run_id=run.pk, of_a_later_release=True)

    run.refresh_from_db()
    assert (run.state, run.problems) == (ProvisioningRun.State.DONE, [])
    assert run.municipality == Municipality.objects.get(name="Hedensted")
    assert run.finished_at > run.started_at
    names = ["municipality", "schema", *provisioning_steps.registered(), "service"]
    assert [(step["step"], step["state"]) for step in run.steps] == [(name, "DONE") for name in names]


def test_the_page_sees_the_steps_while_the_municipality_is_being_made(real_commits, now, queue, monkeypatch):
    seen = []

    def look(_new):
        with connection.copy().cursor() as cursor:
            cursor.execute("SELECT state, steps FROM public.tenants_provisioningrun")
            seen.extend(cursor.fetchall())

    monkeypatch.setitem(provisioning_steps._steps, "look", look)
    run = start(now)

    carry_out(run_id=run.pk, now=now)

    ((state, steps),) = seen
    assert state == ProvisioningRun.State.RUNNING
    assert '"step": "look", "state": "RUNNING"' in str(steps).replace("'", '"')


def test_the_operator_who_asked_stands_in_the_audit_log(real_commits, now, queue):
    operator = StaffAccount.objects.create(username="op", name="Operator", role=StaffAccount.Role.OPERATOR)
    run = start_provisioning(**ASKED, actor=operator, now=now)

    carry_out(run_id=run.pk, now=now)

    assert AuditEntry.objects.filter(action="tenants.provision").first().actor == operator


def test_the_invitation_is_kept_for_the_result_page_and_not_in_the_database(real_commits, now, queue, monkeypatch):
    monkeypatch.setitem(provisioning_steps._steps, "first_admin", lambda _new: {"invitation": "s3cret-token"})
    run = start(now, first_admin_email="ida@example.org")

    carry_out(run_id=run.pk, now=now)

    assert invitation_of(run) == "s3cret-token"
    assert "s3cret" not in str(ProvisioningRun.objects.values())


def test_a_broken_step_ends_in_the_run(real_commits, now, queue, monkeypatch):
    def break_it(_new):
        raise RuntimeError("no paper")

    monkeypatch.setitem(provisioning_steps._steps, "broken", break_it)
    run = start(now)

    carry_out(run_id=run.pk, now=now)

    run.refresh_from_db()
    assert run.state == ProvisioningRun.State.FAILED
    assert run.problems == [{"code": "STEP_FAILED", "facts": {"step": "broken", "problem": "RuntimeError: no paper"}}]
    assert (run.steps[-1]["step"], run.steps[-1]["state"]) == ("broken", "FAILED")
    assert not Municipality.objects.filter(name="Hedensted").exists()


def test_a_refusal_ends_in_the_run(real_commits, now, queue):
    first, second = start(now), start(now)

    carry_out(run_id=first.pk, now=now)
    carry_out(run_id=second.pk, now=now)

    second.refresh_from_db()
    assert second.state == ProvisioningRun.State.FAILED
    assert [problem["code"] for problem in second.problems] == ["NAME_TAKEN", "HOST_TAKEN"]


def test_what_breaks_outside_the_steps_ends_in_the_run_too(real_commits, now, queue, monkeypatch):
    def go_away(**_keywords):
        raise ConnectionError("the database went away")

    monkeypatch.setattr(provisioning_runs, "provision", go_away)
    run = start(now)

    carry_out(run_id=run.pk, now=now)

    run.refresh_from_db()
    assert run.problems == [{"code": "STEP_FAILED", "facts": {"step": "commit", "problem": "ConnectionError"}}]


def test_a_message_that_comes_twice_provisions_once(real_commits, now, queue):
    run = start(now)
    carry_out(run_id=run.pk, now=now)

    assert carry_out(run_id=run.pk, now=now) is None
    assert ProvisioningRun.objects.get().state == ProvisioningRun.State.DONE


def test_a_run_that_was_killed_is_done_when_its_message_comes_back(real_commits, now, queue):
    run = start(now)
    ProvisioningRun.objects.update(state=ProvisioningRun.State.RUNNING)

    assert carry_out(run_id=run.pk, now=now + timedelta(minutes=1)) is None
    assert carry_out(run_id=run.pk, now=now + timedelta(hours=1)).state == ProvisioningRun.State.DONE
