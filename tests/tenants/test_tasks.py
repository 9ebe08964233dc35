"""Tasks that run in one municipality: in the one that's named, or not at all."""

import logging

import pytest
from celery import current_app
from django.db import connection

from holdings.models import Branch
from tenants.errors import UnknownMunicipality
from tenants.keys import tenant_name
from tenants.models import Municipality
from tenants.tasks import for_each_municipality, tenant_task


@tenant_task
def add_branch(code):
    """Add a branch to the current municipality."""
    Branch.objects.create(code=code, name=code)
    return tenant_name()


@tenant_task(name="tests.even_when_suspended", also_suspended=True)
def even_when_suspended():
    """Say where it runs."""
    return tenant_name()


@tenant_task
def break_down(**everything):
    """Fail with what came."""
    raise RuntimeError(str(sorted(everything)))


@pytest.fixture
def worker(db, monkeypatch):
    """Run a task as a worker does: with a message, in a thread where no municipality is chosen."""

    def run(task, **keywords):
        connection.set_schema_to_public()
        task.push_request(args=[], kwargs=keywords, called_directly=False, is_eager=False)
        try:
            return task.run(**keywords)
        finally:
            task.pop_request()

    return run


def branches_of(schema):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT code FROM {schema}.holdings_branch ORDER BY code")
        return [code for (code,) in cursor.fetchall()]


def test_runs_in_the_municipality_that_is_named(worker):
    assert worker(add_branch, schema_name="beta", code="b1") == "beta"

    assert branches_of("beta") == ["b1"]
    assert branches_of("alpha") == []


def test_leaves_no_municipality_behind(worker):
    worker(add_branch, schema_name="beta", code="b1")

    assert connection.schema_name == "public"


def test_leaves_no_municipality_behind_when_it_fails(worker):
    with pytest.raises(RuntimeError):
        worker(break_down, schema_name="beta")

    assert connection.schema_name == "public"


def test_gives_the_caller_its_own_municipality_back(alpha):
    add_branch(schema_name="beta", code="b1")

    assert connection.schema_name == "alpha"
    assert Branch.objects.count() == 0


@pytest.mark.parametrize("schema_name", [None, "", "public", "ghost", "template_municipality", "information_schema"])
def test_raises_and_touches_nothing_without_a_municipality(worker, schema_name):
    with pytest.raises(UnknownMunicipality):
        worker(add_branch, schema_name=schema_name, code="b1")

    assert (branches_of("alpha"), branches_of("beta")) == ([], [])
    assert connection.schema_name == "public"


def test_raises_when_the_message_names_no_municipality_at_all(alpha):
    with pytest.raises(UnknownMunicipality, match="sent without a municipality"):
        add_branch(code="b1")

    assert branches_of("alpha") == []


def test_is_skipped_for_a_suspended_municipality(worker):
    Municipality.objects.filter(schema_name="beta").update(state=Municipality.State.SUSPENDED)

    assert worker(add_branch, schema_name="beta", code="b1") is None
    assert worker(even_when_suspended, schema_name="beta") == "beta"
    assert branches_of("beta") == []


def test_is_skipped_for_a_municipality_that_is_being_provisioned(worker):
    Municipality.objects.filter(schema_name="beta").update(state=Municipality.State.BEING_PROVISIONED)

    assert worker(even_when_suspended, schema_name="beta") is None


def test_leaves_out_keywords_that_it_does_not_know(worker):
    assert worker(add_branch, schema_name="beta", code="b1", of_a_later_release=1) == "beta"


def test_hands_all_keywords_to_a_body_that_takes_all(worker):
    with pytest.raises(RuntimeError, match=r"\['of_a_later_release'\]"):
        worker(break_down, schema_name="beta", of_a_later_release=1)


def test_is_known_to_celery_by_its_module_and_name():
    assert "tests.tenants.test_tasks.add_branch" in current_app.tasks
    assert "tests.even_when_suspended" in current_app.tasks


def test_its_log_lines_carry_the_municipality(worker, caplog):
    seen = []

    @tenant_task(name="tests.log_a_line")
    def log_a_line():
        """Log."""
        logging.getLogger("tests").warning("something")
        seen.append(tenant_name())

    worker(log_a_line, schema_name="beta")

    assert seen == ["beta"]


class Recorder:
    """Stands in for a task and its broker."""

    name = "recorder"

    def __init__(self, broken_for=""):
        self.sent, self.broken_for = [], broken_for

    def apply_async(self, *, kwargs):
        if kwargs["schema_name"] == self.broken_for:
            raise ConnectionError("the broker hung up")
        self.sent.append(kwargs)


def test_for_each_municipality_sends_one_message_each_and_none_to_suspended_ones(db, now):
    Municipality.objects.filter(schema_name="beta").update(state=Municipality.State.SUSPENDED)
    task = Recorder()

    assert for_each_municipality(task, day="2026-11-19") == 1
    assert task.sent == [{"schema_name": "alpha", "day": "2026-11-19"}]


def test_for_each_municipality_goes_on_when_one_message_cannot_be_sent(db, caplog):
    task = Recorder(broken_for="alpha")

    assert for_each_municipality(task) == 1
    assert task.sent == [{"schema_name": "beta"}]
    assert [record.municipality for record in caplog.records] == ["alpha"]
