from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection

from accounts.models import AuditEntry, StaffAccount
from catalogue.search import IndexState
from catalogue.search.folder import Progress
from tenants.models import JobRun, Municipality, PolicyTemplate, ProvisioningRun, TemplateRule
from tests.factories import StaffAccountFactory
from web.console import jobs

WISHES = {
    "name": "Gammelby",
    "host": "gammelby",
    "country": "DK",
    "template": "bare",
    "population": "12000",
    "email": "it@gammelby.example",
}


@pytest.fixture
def sent(monkeypatch):
    """Catch what would go to a worker."""
    messages = []
    monkeypatch.setattr(
        "celery.current_app.send_task", lambda name, kwargs=None, **_more: messages.append((name, kwargs))
    )
    return messages


def test_lists_every_municipality_with_state_size_and_errors(operator_client, municipality, now):
    JobRun.objects.create(
        municipality=municipality,
        job="overdue-fees",
        local_day=now.date(),
        state="FAILED",
        started_at=now - timedelta(hours=2),
        problem="RuntimeError",
    )

    page = operator_client.get("/")

    rows = {row["name"]: row for row in page.context["rows"]}
    assert (rows["Alpha"]["kind"], rows["Alpha"]["errors"], rows["Alpha"]["why"]) == ("stop", 1, "Overdue fees")
    assert rows["Beta"]["kind"] == "ok"
    assert next(iter(rows)) == "Alpha"
    assert set(rows["Alpha"]["sizes"]) >= {"items", "patrons"}


def test_finds_a_municipality_by_a_part_of_its_name(operator_client, municipality):
    page = operator_client.get("/?find=ALPH")

    assert [row["name"] for row in page.context["rows"]] == ["Alpha"]


def test_suspends_with_a_reason_and_resumes(operator_client, municipality):
    operator_client.post(f"/municipalities/{municipality.pk}/suspend", {"reason": "Unpaid bill"})
    municipality.refresh_from_db()
    assert (municipality.state, municipality.suspended_reason) == ("SUSPENDED", "Unpaid bill")
    assert "Unpaid bill" in operator_client.get("/").content.decode()

    operator_client.post(f"/municipalities/{municipality.pk}/resume")
    municipality.refresh_from_db()
    assert municipality.state == "IN_SERVICE"
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "tenants.suspend",
        "tenants.resume",
    ]


def test_suspending_needs_a_reason(operator_client, municipality):
    response = operator_client.post(f"/municipalities/{municipality.pk}/suspend", {"reason": "  "})

    municipality.refresh_from_db()
    assert municipality.state == "IN_SERVICE"
    assert response.status_code == 422
    assert "Write why" in response.content.decode()


@pytest.mark.parametrize("verb", ["suspend", "resume"])
def test_neither_the_consortium_nor_a_stranger_can_be_suspended(operator_client, consortium, verb):
    own = Municipality.objects.get(schema_name="public")

    assert operator_client.post(f"/municipalities/{own.pk}/{verb}", {"reason": "x"}).status_code == 404
    assert operator_client.post(f"/municipalities/999999/{verb}", {"reason": "x"}).status_code == 404


def test_starts_provisioning_and_shows_how_far_it_is(
    operator_client, consortium, sent, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        response = operator_client.post("/provision", WISHES)

    run = ProvisioningRun.objects.get()
    assert response.url == f"/provision/{run.pk}"
    assert sent == [("tenants.tasks.provision_in_background", {"run_id": run.pk})]
    assert run.started_by == operator_client.staff.pk
    page = operator_client.get(response.url).content.decode()
    assert "Putting it into service" in page
    assert f"/provision/{run.pk}/steps" in page


def test_says_when_no_worker_answers(operator_client, consortium, sent, now):
    operator_client.post("/provision", WISHES)
    run = ProvisioningRun.objects.get()

    with time_machine.travel(now + timedelta(seconds=31)):
        page = operator_client.get(f"/provision/{run.pk}/steps").content.decode()

    assert "No worker answers" in page


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "Alpha"}, "name"),
        ({"name": ""}, "name"),
        ({"host": "alpha"}, "host"),
        ({"host": "www"}, "host"),
        ({"host": "Å b"}, "host"),
        ({"country": "XX"}, "country"),
        ({"template": "nothing"}, "template"),
        ({"population": "0"}, "population"),
        ({"population": "many"}, "population"),
        ({"email": "nobody"}, "email"),
    ],
)
def test_says_beside_the_field_what_is_wrong(operator_client, consortium, sent, fields, field):
    response = operator_client.post("/provision", WISHES | fields)

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not ProvisioningRun.objects.exists()


def test_offers_the_countries_that_have_a_template_and_each_template_under_its_country(operator_client, consortium):
    fields = operator_client.get("/provision").context["form"].fields

    assert [name for _, name in fields["country"].choices] == [name for name, _ in fields["template"].choices]
    countries = [code for code, _ in fields["country"].choices]
    assert set(countries) == set(PolicyTemplate.objects.values_list("country", flat=True))
    danish = PolicyTemplate.objects.filter(country="DK").order_by("name")
    assert dict(fields["template"].choices)["Denmark"] == [(each.code, each.name) for each in danish]
    assert "NO" not in countries


def test_a_failed_run_says_why_and_that_nothing_is_left(operator_client, consortium, now):
    run = ProvisioningRun.objects.create(
        wanted={"name": "Gammelby"},
        state="FAILED",
        problems=[{"code": "STEP_FAILED", "facts": {"step": "schema", "problem": "DiskFull"}}],
        steps=[{"step": "schema", "state": "FAILED", "seconds": 0.2}],
        started_at=now,
        finished_at=now,
    )

    page = operator_client.get(f"/provision/{run.pk}").content.decode()

    assert "nothing of it is left behind" in page
    assert "DiskFull" in page
    assert "hx-get" not in page


@pytest.mark.parametrize(
    "address", ["/provision/999999", "/provision/999999/steps", "/staff/999999", "/templates/nothing"]
)
def test_what_is_not_there_is_a_404(operator_client, consortium, address):
    assert operator_client.get(address).status_code == 404


def test_shows_all_jobs_failures_first_in_few_queries(
    operator_client, municipality, now, django_assert_max_num_queries
):
    JobRun.objects.create(
        municipality=municipality,
        job="overdue-fees",
        local_day=now.date(),
        state="DONE",
        started_at=now,
        finished_at=now + timedelta(seconds=2),
        counts={"loans": 23, "charged": 2, "without_rule": 0},
    )

    with django_assert_max_num_queries(8):
        page = operator_client.get("/jobs")

    told = [row for row in page.context["rows"] if row["run"]]
    assert (told[0]["name"], told[0]["counts"], told[0]["seconds"]) == ("Overdue fees", "loans 23, charged 2", 2.0)


def test_starts_a_job_by_hand(operator_client, municipality, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        response = operator_client.post(f"/jobs/{municipality.pk}/overdue-fees/run", {"confirmed": "1"})

    assert response.status_code == 302
    assert sent[0][0] == "circulation.tasks.run_one_job"
    assert sent[0][1]["schema_name"] == "alpha"


def test_starts_no_job_of_a_suspended_municipality(operator_client, municipality, sent):
    Municipality.objects.filter(pk=municipality.pk).update(state="SUSPENDED")

    response = operator_client.post(f"/jobs/{municipality.pk}/overdue-fees/run", {"confirmed": "1"}, follow=True)

    assert "so its jobs wait" in response.content.decode()
    assert sent == []


@pytest.mark.parametrize("address", ["/jobs/999999/overdue-fees/run", "/jobs/1/nothing/run"])
def test_starts_no_job_that_is_not_there(operator_client, consortium, sent, address):
    assert operator_client.post(address).status_code == 404
    assert sent == []


def test_shows_a_templates_rules_in_words(operator_client, consortium):
    template = PolicyTemplate.objects.create(
        code="test",
        name="Test standard",
        country="DK",
        patron_categories=[{"code": "adult", "name": {"en": "Adult"}}],
        item_types=[{"code": "film", "name": {"en": "Film"}}],
    )
    TemplateRule.objects.create(template=template, values={"loan_days": 28})
    TemplateRule.objects.create(template=template, item_type="film", values={"loan_days": 7})

    page = operator_client.get("/templates/test").content.decode()

    assert "Test standard" in operator_client.get("/templates").content.decode()
    assert "28 days" in page
    assert "7 days" in page
    assert "everybody and everything" in page


def test_adds_an_operator_and_shows_her_link_once(operator_client, consortium):
    response = operator_client.post("/staff/add", {"username": "ole", "name": "Ole", "email": "", "role": "OPERATOR"})

    assert response.status_code == 200
    assert "http://localhost/account/invitation/" in response.context["link"]
    assert StaffAccount.objects.get(username="ole").role == "OPERATOR"


def test_an_operator_is_all_that_an_account_can_be(operator_client, consortium):
    response = operator_client.post("/staff/add", {"username": "ole", "name": "Ole", "role": "LIBRARIAN"})

    assert response.status_code == 422


def test_the_last_operator_stays_one(operator_client, consortium):
    own = operator_client.staff

    response = operator_client.post(f"/staff/{own.pk}", {"name": "Olga", "email": "", "role": "OPERATOR"})

    own.refresh_from_db()
    assert (response.status_code, own.is_active) == (422, True)
    assert "last administrator" in response.content.decode()


def test_shows_who_did_what(operator_client, municipality):
    operator_client.post(f"/municipalities/{municipality.pk}/suspend", {"reason": "Unpaid bill"})

    page = operator_client.get("/audit").content.decode()

    assert "Suspended a municipality" in page
    assert "Olga Operator" in page


@pytest.mark.parametrize(
    "query",
    [
        "before=x",
        "before=-1",
        "before=" + "9" * 40,
        "area=nonsense",
        "area=%00",
        "before=٣",
        "who=x",
        "since=x",
        "until=9999-12-31",
        "about=x",
        "about=a:b",
    ],
)
def test_nonsense_in_the_logs_address_counts_as_not_given(operator_client, consortium, query):
    assert operator_client.get(f"/audit?{query}").status_code in (200, 400)


def test_starting_a_job_keeps_what_was_looked_for(operator_client, municipality, monkeypatch):
    monkeypatch.setattr("circulation.services.nightly.start.current_app.send_task", lambda *_, **__: None)
    page = operator_client.get("/jobs?find=alp&state=none").content.decode()
    form = {"find": "alp", "state": "none", "confirmed": "1"}

    answer = operator_client.post(f"/jobs/{municipality.pk}/expire-holds/run", form)

    assert 'name="find" value="alp"' in page
    assert answer.url == "/jobs?find=alp&state=none"
    assert (
        operator_client.post(f"/jobs/{municipality.pk}/expire-holds/run", {"state": "<", "confirmed": "1"}).url
        == "/jobs"
    )


def test_lists_the_jobs_that_are_looked_for(operator_client, municipality):
    assert municipality.name in operator_client.get("/jobs?find=ALP").content.decode()
    assert "Nothing fits." in operator_client.get("/jobs?find=nobody").content.decode()
    assert "Nothing fits." in operator_client.get("/jobs?state=stop").content.decode()


PAGES = ["/provision", "/jobs", "/audit", "/templates", "/staff", "/staff/add"]


@pytest.mark.parametrize("address", ["/", *PAGES])
def test_is_for_operators_who_have_logged_in(consortium, client, address):
    assert client.get(address, headers={"host": "localhost"}).status_code == 302


@pytest.mark.parametrize("address", PAGES)
def test_a_municipalitys_host_has_none_of_these_pages(admin_client, address):
    assert admin_client.get(address).status_code == 404


def test_an_operator_is_nobody_in_a_municipality(operator_client, alpha):
    connection.set_schema_to_public()
    StaffAccountFactory(operator=True)

    response = operator_client.get("/console/", headers={"host": "alpha.localhost"})

    assert response.status_code == 302


def test_an_operator_chooses_columns_too(operator_client):
    operator_client.post("/account/columns/municipalities", {"column": ["health", "errors-24-h"], "next": "/"})

    page = operator_client.get("/").content.decode()
    assert 'data-without="3 4 5 6 8"' in page
    assert 'data-without="4 5"' not in operator_client.get("/jobs").content.decode()


def test_jobs_and_municipalities_come_back_as_they_were_left(operator_client):
    operator_client.get("/jobs?find=alp&state=none")
    operator_client.get("/?find=bet")

    assert operator_client.get("/jobs").url == "/jobs?find=alp&state=none"
    assert operator_client.get("/").url == "/?find=bet"
    assert operator_client.get("/?forget=1").url == "/"
    assert operator_client.get("/").status_code == 200


@pytest.mark.parametrize("column", ["name", "user-name", "role"])
def test_the_accounts_stand_in_the_order_that_is_chosen(operator_client, column):
    page = operator_client.get("/staff", {"order": f"staff:-{column}"})

    assert 'aria-sort="descending"' in page.content.decode()


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (IndexState(True, None, megabytes=7), ["Every change is found", "7 MB"]),
        (IndexState(True, None, 2, datetime(2026, 11, 19, 9, 5, tzinfo=UTC)), ["2 changes aren't found yet", "10:05"]),
        (
            IndexState(True, Progress(250, 1000), behind=3, megabytes=7, is_older=True),
            ["The index of the release before answers", "250 of 1000 titles", "3 changes aren't found yet", "7 MB"],
        ),
        (IndexState(False, Progress(250, 1000)), ["The search is being rebuilt", "250 of 1000 titles"]),
    ],
)
def test_says_how_far_the_search_is_behind(operator_client, monkeypatch, state, said):
    monkeypatch.setattr(jobs, "index_state", lambda: state)

    page = operator_client.get("/jobs").content.decode()

    assert [text for text in said if text not in page] == []
