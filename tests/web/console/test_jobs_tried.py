"""Running a job by hand: shown first, to the municipality with names, to the consortium in numbers; then taken back."""

import pytest

from tenants.models import JobRun
from tests.factories import LoanFactory, PatronFactory, RuleFactory


@pytest.fixture
def sent(monkeypatch):
    messages = []
    monkeypatch.setattr(
        "circulation.services.nightly.start.current_app.send_task",
        lambda name, kwargs, **options: messages.append((kwargs, options)),
    )
    return messages


def test_shows_the_municipality_what_and_to_whom(admin_client, desk_branch, sent):
    RuleFactory()
    loan = LoanFactory(overdue=True, lending_branch=desk_branch, patron=PatronFactory(home_branch=desk_branch))

    page = admin_client.post("/console/jobs/overdue-fees/run").content.decode()

    assert "Nothing has been done yet." in page
    assert f'<a href="/desk/patrons/{loan.patron_id}">{loan.patron.display_name}</a>' in page
    assert loan.item.record.title in page
    assert sent == []
    assert not JobRun.objects.exists()


def test_shows_the_consortium_numbers_only(operator_client, municipality):
    page = operator_client.post(f"/jobs/{municipality.pk}/overdue-fees/run").content.decode()

    assert "Nothing has been done yet." in page
    assert "/desk/" not in page.partition("<main")[2].partition("</main>")[0]


def test_starts_and_takes_back(admin_client, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        started = admin_client.post("/console/jobs/courtesy-notices/run", {"confirmed": "1"}, follow=True)
    assert "It begins in 2 minutes, and can be taken back until then." in started.content.decode()
    assert 'action="/console/jobs/courtesy-notices/take-back"' in started.content.decode()
    assert sent[0][1] == {"countdown": 120.0}

    back = admin_client.post("/console/jobs/courtesy-notices/take-back", follow=True).content.decode()
    again = admin_client.post("/console/jobs/courtesy-notices/take-back", follow=True).content.decode()

    assert "nothing has been done" in back
    assert "has begun for" in again
    assert not JobRun.objects.exists()


def test_the_consortium_takes_back_too(operator_client, municipality, sent):
    address = f"/jobs/{municipality.pk}/courtesy-notices"
    operator_client.post(f"{address}/run", {"confirmed": "1"})

    answer = operator_client.post(f"{address}/take-back", {"find": "alp"})

    assert answer.url == "/jobs?find=alp"
    assert not JobRun.objects.exists()
    assert operator_client.post("/jobs/999999/courtesy-notices/take-back").status_code == 404


def test_a_job_that_is_not_there_is_a_404(admin_client, sent):
    for action in ("run", "take-back"):
        assert admin_client.post(f"/console/jobs/nothing/{action}").status_code == 404
