"""Trying a nightly job changes nothing and says what it would do; started by hand, it can be taken back at first."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django_tenants.utils import get_public_schema_name

from accounts.models import AuditEntry
from circulation import tasks
from circulation.errors import JobRefused
from circulation.models import Fee, Hold, LedgerEntry, Loan
from circulation.rules.nights import UNDO_WINDOW, Job, jobs_left
from circulation.services.nightly import due_nights, start_job, take_job_back, try_now
from circulation.services.nightly.rehearsal import tried
from notices.models import Notice
from tenants.models import JobRun
from tests.factories import HoldFactory, LoanFactory, StaffAccountFactory
from tests.factories.moments import NOW, TODAY

ALL = tuple(Job)


def rows():
    """Return how many rows there are of all that jobs write."""
    return {model.__name__: model.objects.count() for model in (Notice, Fee, LedgerEntry, AuditEntry, JobRun)}


@pytest.fixture
def admin(alpha):
    return StaffAccountFactory(it_admin=True)


@pytest.fixture
def night(library):
    """Return a library with a late loan, a hold that wasn't collected, and one whose time is over."""
    loan = LoanFactory(overdue=True, patron=library.patron, lending_branch=library.main)
    over = HoldFactory(pickup_branch=library.main, interest_until=TODAY - timedelta(days=1))
    return loan, over


def test_says_what_fees_would_be_charged_and_charges_none(night, admin, alpha):
    before = rows()

    found = try_now("overdue-fees", municipality=alpha, actor=admin, now=NOW)

    assert dict(found.counts) == {"looked_at": 1, "charged": 1, "without_rule": 0}
    (charge,) = found.charges
    assert (charge.patron_id, charge.about) == (night[0].patron_id, night[0].item.record.title)
    assert charge.amount > Decimal("0.00")
    assert (found.is_whole, found.is_nothing) == (True, False)
    assert rows() == before


def test_says_which_messages_would_go_to_whom_and_writes_none(night, admin, alpha):
    before = rows()

    found = try_now("overdue-notices", municipality=alpha, actor=admin, now=NOW)

    assert found.counts["letters"] == sum(found.kinds.values()) == 1
    assert [(each.kind, each.patron_id) for each in found.messages] == [(*found.kinds, night[0].patron_id)]
    assert rows() == before
    assert Loan.objects.get(pk=night[0].pk).notices_made == 0


def test_says_which_holds_would_end_and_ends_none(night, admin, alpha):
    found = try_now("expire-holds", municipality=alpha, actor=admin, now=NOW)

    assert found.counts["interest_over"] == 1
    assert found.entries
    assert Hold.objects.get(pk=night[1].pk).state == Hold.State.QUEUED


@pytest.mark.parametrize("job", ALL)
def test_no_job_leaves_a_trace_of_its_trial(night, admin, alpha, job):
    before = rows()

    assert try_now(job, municipality=alpha, actor=admin, now=NOW) is not None
    assert rows() == before


def test_stops_when_somebody_would_wait_too_long(night):
    found = tried(Job.OVERDUE_FEES, local_day=TODAY, now=NOW, seconds=-1)

    assert (found.is_whole, dict(found.counts)) == (False, {})


def test_what_it_tries_it_does(night, admin, alpha):
    found = try_now("overdue-fees", municipality=alpha, actor=admin, now=NOW)

    assert tasks.run_one_job(schema_name="alpha", job="overdue-fees", local_day=TODAY.isoformat()) == found.counts


def test_the_consortium_s_own_schema_is_chosen_again(night, admin, alpha):
    connection.set_schema_to_public()
    try:
        try_now("overdue-fees", municipality=alpha, actor=admin, now=NOW)
        assert connection.schema_name == get_public_schema_name()
    finally:
        connection.set_tenant(alpha)


@pytest.fixture
def sent(monkeypatch):
    messages = []
    monkeypatch.setattr(
        "circulation.services.nightly.start.current_app.send_task",
        lambda name, kwargs, **options: messages.append((kwargs, options)),
    )
    return messages


@pytest.fixture
def started(admin, alpha, sent, django_capture_on_commit_callbacks):
    """Start a job that sends messages, and return what went to the worker."""
    with django_capture_on_commit_callbacks(execute=True):
        until = start_job("courtesy-notices", municipality=alpha, actor=admin, now=NOW)
    assert until == NOW + UNDO_WINDOW
    return sent[0]


def test_what_sends_messages_waits_for_a_moment(started):
    run = JobRun.objects.get()
    assert (run.state, run.started_at, run.started_by_hand) == ("WAITING", NOW + UNDO_WINDOW, True)
    keywords, options = started
    assert (keywords["waited"], options) == (run.pk, {"countdown": UNDO_WINDOW.total_seconds()})

    assert tasks.run_one_job(**keywords) is not None

    assert [run.state for run in JobRun.objects.all()] == ["DONE"]


def test_is_taken_back_until_it_begins(started, admin, alpha):
    assert take_job_back("courtesy-notices", municipality=alpha, actor=admin) is True
    assert take_job_back("courtesy-notices", municipality=alpha, actor=admin) is False

    assert tasks.run_one_job(**started[0]) is None
    assert not JobRun.objects.exists()
    assert AuditEntry.objects.filter(action="circulation.take_job_back").count() == 1


def test_asked_for_once_more_it_waits_anew(started, admin, alpha):
    start_job("courtesy-notices", municipality=alpha, actor=admin, now=NOW + timedelta(seconds=30))

    assert tasks.run_one_job(**started[0]) is None
    assert JobRun.objects.get().started_at == NOW + UNDO_WINDOW + timedelta(seconds=30)


def test_a_job_that_waits_is_no_attempt_of_the_night(started, alpha):
    assert due_nights([alpha], now=NOW) == {"alpha": TODAY}
    assert len(jobs_left([])) == len(Job)


def test_fees_are_charged_at_once(admin, alpha, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert start_job("overdue-fees", municipality=alpha, actor=admin, now=NOW) is None

    assert sent[0][1] == {}
    assert not JobRun.objects.exists()


def test_nobody_else_may_try_or_take_back(night, alpha):
    clerk = StaffAccountFactory()

    for act in (try_now, take_job_back):
        with pytest.raises(JobRefused) as refused:
            act("overdue-fees", municipality=alpha, actor=clerk)
        assert refused.value.codes == ["NOT_PERMITTED"]
