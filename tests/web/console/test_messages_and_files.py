import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from catalogue.marc.problems import Problem
from catalogue.models import ImportRun
from notices.models import Notice, NoticeTemplate
from tests.factories import BranchFactory, PatronFactory


@pytest.fixture
def branch(alpha):
    return BranchFactory(name="Main Library", code="main")


@pytest.fixture
def notice(branch, now):
    def make(state, **columns):
        patron = PatronFactory(home_branch=branch)
        values = {
            "patron": patron,
            "branch": branch,
            "kind": "OVERDUE_1",
            "key": f"test:{patron.pk}",
            "language": "en",
            "channel": "EMAIL",
            "address": patron.email,
            "subject": "Please bring it back",
            "body": "Dear Ingrid\n\nPlease bring it back.",
            "state": state,
            "created_at": now - timedelta(hours=1),
        }
        return Notice.objects.create(**values | columns)

    return make


@pytest.mark.parametrize("language", ["da", "sv", "fi", "en"])
@pytest.mark.parametrize("kind", ["COURTESY", "OVERDUE_1", "INVOICE", "HOLD_READY", "RENEWED", "DIGEST"])
def test_previews_each_message_in_each_language(admin_client, branch, kind, language):
    page = admin_client.get(f"/console/notices/{kind}/{language}")

    assert page.status_code == 200
    assert page.context["example"].subject
    assert "{" not in page.context["example"].body


def test_previews_without_saving_and_saves(admin_client, branch):
    text = {"subject": "Hello {patron}", "body": "Come to {library}."}
    address = "/console/notices/HOLD_READY/en"

    preview = admin_client.post(address, text)
    assert preview.context["example"].body.strip() == "Come to Main Library."
    assert not NoticeTemplate.objects.exists()

    assert admin_client.post(address, text | {"save": "1"}).status_code == 302
    assert NoticeTemplate.objects.get().subject == "Hello {patron}"

    admin_client.post(f"{address}/reset")
    assert not NoticeTemplate.objects.exists()


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ({"subject": "", "body": "x"}, "subject"),
        ({"subject": "x", "body": ""}, "body"),
        ({"subject": "x" * 151, "body": "x"}, "subject"),
        ({"subject": "x", "body": "{nonsense}"}, "body"),
        ({"subject": "x", "body": "x" * 10_001}, "body"),
    ],
)
def test_refuses_a_text_that_can_not_be(admin_client, branch, text, field):
    response = admin_client.post("/console/notices/HOLD_READY/en", text | {"save": "1"})

    assert (response.status_code, field in response.context["form"].errors) == (422, True)
    assert not NoticeTemplate.objects.exists()


def test_shows_what_was_sent(admin_client, notice):
    sent = notice("SENT")

    listed = admin_client.get("/console/outbox").content.decode()
    one = admin_client.get(f"/console/outbox/{sent.pk}").content.decode()

    assert "Please bring it back" in listed
    assert "Dear Ingrid" in one


def test_filters_by_state(admin_client, notice):
    notice("SENT", subject="Went out")
    notice("QUEUED", subject="Waits")

    page = admin_client.get("/console/outbox?state=QUEUED")

    assert [row["notice"].subject for row in page.context["notices"]] == ["Waits"]


def test_decides_what_becomes_of_a_message_that_failed(admin_client, notice):
    again, aside = notice("FAILED", problem="refused"), notice("FAILED", problem="refused")

    admin_client.post(f"/console/outbox/{again.pk}/again")
    admin_client.post(f"/console/outbox/{aside.pk}/aside")

    again.refresh_from_db()
    aside.refresh_from_db()
    assert (again.state, aside.state) == ("QUEUED", "CANCELLED")


def test_a_message_that_was_sent_is_not_sent_again(admin_client, notice):
    sent = notice("SENT")

    response = admin_client.post(f"/console/outbox/{sent.pk}/again", follow=True)

    sent.refresh_from_db()
    assert sent.state == "SENT"
    assert "isn&#x27;t among the failed ones" in response.content.decode()


@pytest.fixture
def started(monkeypatch):
    calls = []
    monkeypatch.setattr("web.console.imports.import_uploaded_file.delay", lambda **message: calls.append(message))
    return calls


def test_takes_a_file_and_starts_its_import(admin_client, branch, started, django_capture_on_commit_callbacks):
    file = SimpleUploadedFile("books.mrc", b"00000nam a2200000 a 4500")

    with django_capture_on_commit_callbacks(execute=True):
        response = admin_client.post("/console/import", {"file": file})

    run = ImportRun.objects.get()
    assert response.url == f"/console/import/{run.pk}"
    assert (started[0]["run_id"], started[0]["schema_name"]) == (run.pk, "alpha")
    assert admin_client.get(response.url).status_code == 200
    assert "books.mrc" in admin_client.get("/console/import").content.decode()


@pytest.mark.parametrize(
    "files", [{}, {"file": SimpleUploadedFile("empty.mrc", b"")}, {"file": SimpleUploadedFile("x" * 300, b"x")}]
)
def test_refuses_no_file_an_empty_one_and_an_endless_name(admin_client, branch, started, files):
    assert admin_client.post("/console/import", files).status_code == 422
    assert not ImportRun.objects.exists()


def test_refuses_a_file_beyond_the_limit(admin_client, branch, started, settings):
    settings.MARC_UPLOAD_MAX_BYTES = 1000

    response = admin_client.post("/console/import", {"file": SimpleUploadedFile("large.mrc", b"x" * 2000)})

    assert response.status_code == 422
    assert "At most" in response.content.decode()
    assert not ImportRun.objects.exists()


def test_a_neighbours_import_is_not_there(admin_client, branch, beta, now):
    run = ImportRun.objects.create(file_name="theirs.mrc", source="beta", municipality=beta, started_at=now)

    assert admin_client.get(f"/console/import/{run.pk}").status_code == 404
    assert "theirs.mrc" not in admin_client.get("/console/import").content.decode()


def test_a_file_that_nobody_can_read_has_no_record_number(admin_client, branch, alpha, now):
    failures = [
        {"position": position, "offset": 0, "id": "", "code": code, "detail": ""}
        for position, code in ((0, Problem.NO_RECORDS.value), (7, Problem.NO_TITLE.value))
    ]
    run = ImportRun.objects.create(
        file_name="letter.docx", source="alpha", municipality=alpha, started_at=now, state="FAILED", failures=failures
    )

    page = admin_client.get(f"/console/import/{run.pk}").content.decode()

    assert re.findall(r'<td class="n">([^<]*)</td>', page) == ["–", "7"]
