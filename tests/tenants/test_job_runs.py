"""The diary of jobs, and what the console reads of it."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection

from common.errors import Reason, Refused
from holdings.models import Branch
from tenants import selectors
from tenants.models import JobRun
from tenants.selectors import health_of_municipalities, newest_job_runs
from tenants.services.job_runs import INTERRUPTED, job_run
from tests.factories.holdings import ItemFactory
from tests.factories.patrons import PatronFactory

DAY = date(2026, 11, 19)


@pytest.fixture(autouse=True)
def _clock(now):
    """Begin at the moment at which the rows here were made: what's a hundred days old is forgotten."""
    with time_machine.travel(now):
        yield


def test_writes_what_a_job_did(alpha):
    with job_run(job="overdue", local_day=DAY, by_hand=True) as counts:
        counts["notices"] += 2
        counts["fees"] += 1

    run = JobRun.objects.get()
    assert (run.municipality, run.job, run.local_day, run.started_by_hand) == (alpha, "overdue", DAY, True)
    assert (run.state, run.counts, run.problem) == (JobRun.State.DONE, {"notices": 2, "fees": 1}, "")
    assert run.seconds >= 0


def test_shows_a_job_while_it_runs(alpha):
    with job_run(job="overdue", local_day=DAY):
        run = JobRun.objects.get()

        assert (run.state, run.finished_at, run.seconds) == (JobRun.State.RUNNING, None, None)


def test_writes_the_kind_and_place_of_a_failure_without_the_values_in_it(alpha):
    def send_notices():
        with job_run(job="overdue", local_day=DAY) as counts:
            counts["notices"] += 1
            raise ValueError("Ida Jensen has no address")

    with pytest.raises(ValueError, match="Ida"):
        send_notices()

    run = JobRun.objects.get()
    assert (run.state, run.counts) == (JobRun.State.FAILED, {"notices": 1})
    assert run.problem.startswith("ValueError at tests/tenants/test_job_runs.py:")
    assert "Ida" not in run.problem


def test_writes_the_codes_of_a_refusal(alpha):
    with pytest.raises(Refused), job_run(job="overdue", local_day=DAY):
        raise Refused([Reason("NO_RULE_DEFINED"), Reason("BRANCH_CLOSED")])

    assert "NO_RULE_DEFINED, BRANCH_CLOSED" in JobRun.objects.get().problem


def test_writes_which_constraint_was_broken(committed_municipality):
    Branch.objects.create(code="main", name="Secret name")

    with pytest.raises(Exception, match="duplicate"), job_run(job="overdue", local_day=DAY):
        Branch.objects.create(code="main", name="Secret name")

    problem = JobRun.objects.get().problem
    assert problem.startswith("IntegrityError 23505 (holdings_branch_code_key) at tests/")
    assert "Secret" not in problem


def test_ends_a_run_that_a_killed_worker_left_open(alpha, now):
    JobRun.objects.create(municipality=alpha, job="overdue", local_day=DAY, started_at=now)
    JobRun.objects.create(municipality=alpha, job="holds", local_day=DAY, started_at=now)

    with job_run(job="overdue", local_day=DAY):
        pass

    assert list(JobRun.objects.order_by("id").values_list("job", "state", "problem")) == [
        ("overdue", "FAILED", INTERRUPTED),
        ("holds", "RUNNING", ""),
        ("overdue", "DONE", ""),
    ]


def test_forgets_runs_of_long_ago(alpha, now):
    JobRun.objects.create(municipality=alpha, job="overdue", local_day=DAY, started_at=now - timedelta(days=120))

    with job_run(job="overdue", local_day=DAY):
        pass

    assert JobRun.objects.get().state == JobRun.State.DONE


def test_runs_for_no_municipality_are_refused(db):
    with pytest.raises(LookupError), job_run(job="overdue", local_day=DAY):
        pass

    assert not JobRun.objects.exists()


def test_the_newest_run_of_each_job_is_read_for_each_municipality(alpha, beta, now, django_assert_num_queries):
    for municipality, job, minutes in [
        (alpha, "overdue", 9),
        (alpha, "overdue", 5),
        (alpha, "holds", 7),
        (beta, "overdue", 6),
    ]:
        JobRun.objects.create(
            municipality=municipality, job=job, local_day=DAY, started_at=now - timedelta(minutes=minutes)
        )

    with django_assert_num_queries(1):
        runs = [(run.municipality.name, run.job, run.started_at) for run in newest_job_runs()]

    assert runs == [
        ("Alpha", "holds", now - timedelta(minutes=7)),
        ("Alpha", "overdue", now - timedelta(minutes=5)),
        ("Beta", "overdue", now - timedelta(minutes=6)),
    ]


def test_health_counts_items_patrons_and_the_errors_of_a_day(alpha, beta, now):
    ItemFactory.create_batch(3)
    PatronFactory()
    for hours, state in [
        (1, JobRun.State.FAILED),
        (23, JobRun.State.FAILED),
        (25, JobRun.State.FAILED),
        (2, JobRun.State.DONE),
    ]:
        JobRun.objects.create(
            municipality=alpha, job="overdue", local_day=DAY, state=state, started_at=now - timedelta(hours=hours)
        )
    connection.set_schema_to_public()

    of_alpha, of_beta = health_of_municipalities(now=now)

    assert (of_alpha.municipality, of_alpha.host) == (alpha, "alpha.localhost")
    assert (of_alpha.sizes, of_alpha.errors) == ({"items": 3, "patrons": 1}, 2)
    assert (of_beta.sizes, of_beta.errors) == ({"items": 0, "patrons": 0}, 0)


def test_health_takes_the_databases_estimate_for_a_large_table(alpha, now, monkeypatch):
    monkeypatch.setattr(selectors, "_COUNTED_ROWS", 3)
    ItemFactory.create_batch(3)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE alpha.holdings_item")
    ItemFactory()
    connection.set_schema_to_public()

    assert health_of_municipalities(now=now)[0].sizes["items"] == 3


def test_health_takes_five_queries_however_many_members_there_are(db, now, django_assert_num_queries):
    health_of_municipalities(now=now)

    with django_assert_num_queries(5):
        health_of_municipalities(now=now)
