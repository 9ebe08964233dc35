import threading
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import OperationalError, connection
from django_tenants.utils import tenant_context

from accounts.models import AuditEntry
from circulation import tasks
from circulation.errors import JobRefused
from circulation.models import Fee, Hold, Loan
from circulation.rules.nights import Job
from circulation.services.fees import close_overdue_fee
from circulation.services.nightly import batches, courtesy_notices, night, overdue_fees, overdue_notices, start_job
from circulation.services.nightly.expired_holds import expire_holds
from notices.models import Notice, NoticeKind
from notices.services.sending import send_batch
from tenants.locks import only_one
from tenants.models import JobRun, Municipality
from tenants.selectors import current_municipality
from tests.factories import HoldFactory, LoanFactory, PatronFactory, RuleFactory, StaffAccountFactory
from tests.factories.moments import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def rules(alpha):
    return RuleFactory()


def run(day=TODAY):
    return night.run_night(local_day=day, now=NOW)


def overdue_loans(count, days=10):
    due_date = TODAY - timedelta(days=days)
    return [LoanFactory(due_date=due_date, loaned_on=due_date - timedelta(days=28)) for _ in range(count)]


def runs():
    return list(JobRun.objects.order_by("pk").values_list("job", "state"))


class TestNight:
    def test_does_its_jobs_in_order(self, rules):
        overdue_loans(2)

        outcomes = run()

        assert outcomes == dict.fromkeys(Job.values, "DONE")
        assert runs() == [(job, "DONE") for job in Job.values]
        assert JobRun.objects.get(job="overdue-notices").counts == {"letters": 2, "loans": 2, "invoiced": 0}

    def test_does_nothing_the_second_time(self, rules):
        overdue_loans(2)
        run()

        assert run() == {}
        assert Notice.objects.count() == 2
        assert Fee.objects.count() == 2

    def test_job_that_fails_keeps_no_other_from_running_and_is_tried_again(self, rules, monkeypatch):
        overdue_loans(1)
        work = dict(night._WORK)
        monkeypatch.setitem(night._WORK, Job.OVERDUE_FEES, _broken)

        first = run()
        monkeypatch.setattr(night, "_WORK", work)
        second = run()

        assert first == {**dict.fromkeys(Job.values, "DONE"), "overdue-fees": "FAILED"}
        assert second == {"overdue-fees": "DONE"}
        assert Fee.objects.count() == 1

    def test_job_that_fails_again_and_again_waits_for_somebody(self, rules, monkeypatch):
        monkeypatch.setitem(night._WORK, Job.OVERDUE_FEES, _broken)
        for _ in range(3):
            run()

        assert run() == {}
        assert JobRun.objects.filter(job="overdue-fees", state="FAILED").count() == 3

    def test_next_night_is_another(self, rules):
        run()

        assert run(TODAY + timedelta(days=1)) == dict.fromkeys(Job.values, "DONE")

    def test_belongs_to_the_municipality(self, rules, beta):
        overdue_loans(1)

        with tenant_context(beta):
            run()

        assert Notice.objects.count() == 0
        assert JobRun.objects.exclude(municipality=beta).count() == 0


def _broken(*, on, now, counts):
    raise ArithmeticError("broken")


class TestKilled:
    """`tests/circulation/test_nightly_killed.py` kills a real process; here the batches are looked at."""

    @pytest.fixture(autouse=True)
    def _small_batches(self, monkeypatch):
        for module in (overdue_fees, overdue_notices, courtesy_notices):
            monkeypatch.setattr(module, "BATCH", 3)

    def test_keeps_what_was_done_and_completes_the_rest(self, rules, monkeypatch):
        loans = overdue_loans(10)
        written = overdue_notices.write_letters
        calls = Counter()

        def dies_in_the_third(*arguments, **keywords):
            made = written(*arguments, **keywords)
            calls["batches"] += 1
            if calls["batches"] == 3:
                raise KeyboardInterrupt
            return made

        monkeypatch.setattr(overdue_notices, "write_letters", dies_in_the_third)
        with pytest.raises(KeyboardInterrupt):
            run()
        after_the_kill = Notice.objects.count()
        monkeypatch.setattr(overdue_notices, "write_letters", written)
        outcomes = run()

        assert after_the_kill == 6
        assert next(iter(outcomes)) == "overdue-notices"
        assert set(outcomes.values()) == {"DONE"}
        assert sorted(Notice.objects.values_list("patron", flat=True)) == sorted(loan.patron_id for loan in loans)
        assert set(Loan.objects.values_list("notices_made", flat=True)) == {1}
        assert set(Fee.objects.values_list("balance", flat=True)) == {Decimal("60.00")}

    def test_one_bad_loan_keeps_nobody_else_waiting(self, rules, monkeypatch):
        loans = overdue_loans(7)
        bad = loans[4].pk
        charge = overdue_fees.charge_loans

        def stumbles(cases, **keywords):
            if bad in {case.loan_id for case in cases}:
                raise ArithmeticError("no good")
            return charge(cases, **keywords)

        monkeypatch.setattr(overdue_fees, "charge_loans", stumbles)
        outcomes = run()

        assert outcomes["overdue-fees"] == "FAILED"
        assert set(Fee.objects.values_list("loan", flat=True)) == {loan.pk for loan in loans} - {bad}
        assert JobRun.objects.get(job="overdue-fees").counts == {
            "looked_at": 6,
            "charged": 6,
            "without_rule": 0,
            "failed": 1,
        }

    @pytest.mark.parametrize(("sqlstate", "tries"), [("40P01", 3), ("40001", 3), ("57P01", 1)])
    def test_tries_a_batch_again_after_a_deadlock(self, rules, sqlstate, tries):
        attempts = []

        def work(keys):
            attempts.append(keys)
            problem = OperationalError("in the way")
            problem.__cause__ = type("Cause", (Exception,), {"sqlstate": sqlstate})()
            raise problem

        with pytest.raises(OperationalError):
            batches.work_through(lambda after: [1, 2] if after is None else [], work, Counter())

        assert len(attempts) == tries


class TestExpiredHolds:
    def test_ends_what_was_not_collected_and_tells_the_patron(self, rules):
        over = HoldFactory(ready=True, shelf_until=TODAY - timedelta(days=1))
        HoldFactory(ready=True, shelf_until=TODAY)
        counts = Counter()

        expire_holds(on=TODAY, now=NOW, counts=counts)

        over.refresh_from_db()
        assert counts == {"not_collected": 1}
        assert (over.state, over.end_reason) == (Hold.State.EXPIRED, "NOT_COLLECTED")
        assert Notice.objects.get().kind == NoticeKind.HOLD_EXPIRED

    def test_ends_what_nobody_wants_any_longer(self, rules):
        HoldFactory(interest_until=TODAY - timedelta(days=1))
        HoldFactory(interest_until=TODAY)
        HoldFactory(interest_until=None)
        counts = Counter()

        expire_holds(on=TODAY, now=NOW, counts=counts)

        assert counts == {"interest_over": 1}
        assert Hold.objects.filter(state=Hold.State.QUEUED).count() == 2


class TestClock:
    @pytest.fixture
    def sent(self, monkeypatch):
        messages = []
        monkeypatch.setattr(tasks.run_night, "apply_async", lambda kwargs: messages.append(tuple(kwargs.values())))
        return messages

    def at(self, monkeypatch, *moment):
        monkeypatch.setattr(tasks.timezone, "now", lambda: datetime(*moment, tzinfo=UTC))
        connection.set_schema_to_public()
        return tasks.start_nights_that_are_due()

    def test_starts_each_municipality_in_its_own_time_zone(self, alpha, beta, sent, monkeypatch):
        Municipality.objects.filter(pk=beta.pk).update(time_zone="Europe/Helsinki")

        first = self.at(monkeypatch, 2026, 11, 19, 0, 5)
        second = self.at(monkeypatch, 2026, 11, 19, 1, 5)

        assert (first, second) == (1, 2)
        assert sent == [("beta", "2026-11-19"), ("alpha", "2026-11-19"), ("beta", "2026-11-19")]

    def test_starts_no_night_twice(self, alpha, beta, sent, monkeypatch):
        for municipality in (alpha, beta):
            with tenant_context(municipality):
                run()

        assert self.at(monkeypatch, 2026, 11, 19, 3, 0) == 0
        assert self.at(monkeypatch, 2026, 11, 20, 3, 0) == 2

    def test_starts_a_night_again_that_was_killed(self, alpha, beta, sent, monkeypatch):
        JobRun.objects.create(municipality=alpha, job="expire-holds", local_day=TODAY, state="RUNNING", started_at=NOW)

        self.at(monkeypatch, 2026, 11, 19, 3, 0)

        assert ("alpha", "2026-11-19") in sent

    def test_starts_a_night_once_when_the_clock_goes_back(self, alpha, beta, sent, monkeypatch):
        self.at(monkeypatch, 2026, 10, 25, 0, 0)
        for municipality in (alpha, beta):
            with tenant_context(municipality):
                run(datetime(2026, 10, 25, tzinfo=UTC).date())

        assert self.at(monkeypatch, 2026, 10, 25, 1, 0) == 0

    def test_leaves_suspended_municipalities_alone(self, alpha, beta, sent, monkeypatch):
        Municipality.objects.filter(pk=beta.pk).update(state=Municipality.State.SUSPENDED)

        assert self.at(monkeypatch, 2026, 11, 19, 3, 0) == 1

    def test_municipality_in_no_known_time_zone_stops_no_other(self, alpha, beta, sent, monkeypatch):
        Municipality.objects.filter(pk=alpha.pk).update(time_zone="Europe/Atlantis")

        assert self.at(monkeypatch, 2026, 11, 19, 3, 0) == 1
        assert sent == [("beta", "2026-11-19")]

    def test_message_that_cannot_be_sent_stops_no_other(self, alpha, beta, monkeypatch):
        sent = []

        def send(kwargs):
            if kwargs["schema_name"] == "alpha":
                raise ConnectionError("broker")
            sent.append(kwargs["schema_name"])

        monkeypatch.setattr(tasks.run_night, "apply_async", send)

        assert self.at(monkeypatch, 2026, 11, 19, 3, 0) == 1
        assert sent == ["beta"]


class TestTasks:
    def test_one_municipality_s_failure_stops_no_other(self, alpha, beta, monkeypatch):
        for municipality in (alpha, beta):
            with tenant_context(municipality):
                RuleFactory()
                overdue_loans(1)
        charge = overdue_fees.charge_loans

        def fails_in_alpha(cases, **keywords):
            if connection.schema_name == "alpha":
                raise ArithmeticError("broken")
            return charge(cases, **keywords)

        monkeypatch.setattr(overdue_fees, "charge_loans", fails_in_alpha)
        outcomes = [
            tasks.run_night(schema_name=schema, local_day="2026-11-19")["overdue-fees"] for schema in ("alpha", "beta")
        ]

        assert outcomes == ["FAILED", "DONE"]
        with tenant_context(beta):
            assert Fee.objects.count() == 1

    def test_runs_one_job_by_hand(self, rules):
        overdue_loans(1)

        counts = tasks.run_one_job(schema_name="alpha", job="overdue-fees", local_day="2026-11-19")

        assert counts == {"looked_at": 1, "charged": 1, "without_rule": 0}
        assert JobRun.objects.get().started_by_hand is True

    def test_a_job_that_waited_begins_again_after_its_worker_died(self, rules):
        overdue_loans(1)
        waited = by_hand(JobRun.State.RUNNING)

        assert tasks.run_one_job(**message(waited))["charged"] == 1

        waited.refresh_from_db()
        assert (waited.state, waited.counts["charged"]) == (JobRun.State.DONE, 1)
        assert tasks.run_one_job(**message(waited)) is None

    def test_a_job_that_was_taken_back_stays_so_whatever_an_earlier_one_left(self, rules):
        overdue_loans(1)
        by_hand(JobRun.State.RUNNING)
        waited = by_hand(JobRun.State.WAITING)
        sent = message(waited)
        waited.delete()

        assert tasks.run_one_job(**sent) is None

        assert [run.state for run in JobRun.objects.all()] == [JobRun.State.RUNNING]
        assert not Fee.objects.exists()

    def test_what_runs_already_when_its_time_comes_waits_no_more(self, rules, monkeypatch):
        monkeypatch.setattr(night, "only_one", _taken)

        assert tasks.run_one_job(**message(by_hand(JobRun.State.WAITING))) is None

        assert JobRun.objects.count() == 0

    def test_same_job_runs_once_at_a_time(self, rules, monkeypatch):
        monkeypatch.setattr(night, "only_one", _taken)

        assert tasks.run_one_job(schema_name="alpha", job="overdue-fees", local_day="2026-11-19") is None
        assert run() == dict.fromkeys(Job.values, "BUSY")
        assert JobRun.objects.count() == 0

    def test_lock_is_the_municipality_s_own(self, alpha, beta, committed_lock):
        with tenant_context(alpha), only_one("job:overdue-fees") as free:
            assert free
            assert committed_lock("alpha", "job:overdue-fees") is False
            assert committed_lock("beta", "job:overdue-fees") is True
            assert committed_lock("alpha", "job:expire-holds") is True
        assert committed_lock("alpha", "job:overdue-fees") is True


def by_hand(state):
    return JobRun.objects.create(
        municipality=current_municipality(),
        job="overdue-fees",
        local_day=TODAY,
        state=state,
        started_at=NOW,
        started_by_hand=True,
    )


def message(waited):
    return {"schema_name": "alpha", "job": "overdue-fees", "local_day": "2026-11-19", "waited": waited.pk}


@contextmanager
def _taken(name):
    yield False


@pytest.fixture
def committed_lock():
    """Say whether another connection would get a lock now."""

    def ask(schema, name):
        answer = []

        def other():
            connection.set_schema(schema)
            try:
                with only_one(name) as free:
                    answer.append(free)
            finally:
                connection.close()

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        return answer[0]

    return ask


class TestStartByHand:
    @pytest.fixture
    def sent(self, monkeypatch):
        messages = []
        monkeypatch.setattr(
            "circulation.services.nightly.start.current_app.send_task",
            lambda name, kwargs, **_: messages.append((name, kwargs)),
        )
        return messages

    def test_sends_the_job_to_a_worker(self, alpha, sent, django_capture_on_commit_callbacks):
        actor = StaffAccountFactory(it_admin=True)

        with django_capture_on_commit_callbacks(execute=True):
            start_job(job="overdue-fees", municipality=alpha, actor=actor, now=NOW)

        assert sent == [
            (
                tasks.run_one_job.name,
                {"schema_name": "alpha", "job": "overdue-fees", "local_day": "2026-11-19"},
            )
        ]
        entry = AuditEntry.objects.get(action="circulation.start_job")
        assert (entry.actor, entry.facts) == (actor, {"job": "overdue-fees", "local_day": "2026-11-19"})

    def test_says_everything_that_is_wrong(self, alpha, sent):
        alpha.state = Municipality.State.SUSPENDED

        with pytest.raises(JobRefused) as refusal:
            start_job(job="sweep-the-floor", municipality=alpha, actor=StaffAccountFactory(), now=NOW)

        assert refusal.value.codes == ["NOT_PERMITTED", "JOB_UNKNOWN", "NOT_IN_SERVICE"]
        assert sent == []


class TestBeforeSending:
    def notice_about(self, loan):
        run()
        return Notice.objects.get(about__loans__contains=[loan.pk])

    def test_keeps_back_a_reminder_of_what_was_returned_meanwhile(self, rules):
        [loan] = overdue_loans(1)
        notice = self.notice_about(loan)
        close_overdue_fee(loan=loan, on=TODAY, now=NOW, actor=None)
        Loan.objects.filter(pk=loan.pk).update(returned_at=NOW)

        assert send_batch(now=NOW) == {"CANCELLED": 1}
        notice.refresh_from_db()
        assert notice.problem == "OUTDATED"

    def test_keeps_back_a_reminder_of_what_was_renewed_meanwhile(self, rules):
        [loan] = overdue_loans(1)
        self.notice_about(loan)
        Loan.objects.filter(pk=loan.pk).update(due_date=TODAY + timedelta(days=28))

        assert send_batch(now=NOW) == {"CANCELLED": 1}

    def test_sends_what_is_still_true_of_one_loan(self, rules):
        patron = PatronFactory()
        loans = [LoanFactory(overdue=True, patron=patron) for _ in range(2)]
        self.notice_about(loans[0])
        Loan.objects.filter(pk=loans[0].pk).update(returned_at=NOW)

        assert send_batch(now=NOW) == {"SENT": 1}

    def test_keeps_back_that_a_hold_is_ready_when_it_is_not(self, alpha):
        hold = HoldFactory(cancelled=True)
        Notice.objects.create(
            patron=hold.patron,
            branch=hold.pickup_branch,
            kind=NoticeKind.HOLD_READY,
            key="HOLD_READY:1",
            about={"hold": hold.pk},
            channel="EMAIL",
            address="reader@post.example",
            addressee="Reader",
            language="en",
            created_at=NOW,
        )

        assert send_batch(now=NOW) == {"CANCELLED": 1}


def test_log_of_a_failure_names_nobody(rules, monkeypatch, caplog):
    [loan] = overdue_loans(1)

    def stumbles(*arguments, **keywords):
        raise ValueError(loan.patron.display_name)

    monkeypatch.setattr(overdue_notices, "write_letters", stumbles)
    run()

    told = [record for record in caplog.records if record.levelname == "ERROR"]
    assert [record.getMessage() for record in told] == [
        "batch failed, going on one by one",
        "row failed",
        "nightly job failed",
    ]
    assert loan.patron.display_name not in caplog.text
    assert not any(record.exc_info for record in told)
