"""Import profiles in the console: kept, looked at beforehand, begun, paused, answered, reported and undone."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from accounts.models import AuditEntry
from catalogue.models import BibliographicRecord, ImportEntry, ImportProfile, ImportRun
from catalogue.services.import_marc import import_marc
from catalogue.tasks import import_by_profile, undo_profile_import
from tests.catalogue.marc_samples import NOVEL, iso2709
from tests.factories import BranchFactory
from tests.spreadsheets import cells_of

PROFILE = {
    "name": "Supplier",
    "matches_from": "90",
    "on_match": "ASK",
    "on_unsure": "ASK",
    "on_no_match": "NEW",
    "on_poor": "SKIP",
    "min_quality": "0",
    "preserve": "505, 6XX",
}


def novel(**changed):
    return iso2709([(tag, changed.get(f"t{tag}", text)) for tag, text in NOVEL])


@pytest.fixture
def profile(alpha):
    return ImportProfile.objects.create(name="Supplier", municipality=alpha, on_match="ASK")


@pytest.fixture
def started(monkeypatch):
    """Note what's sent to the worker."""
    sent = []
    for task in (import_by_profile, undo_profile_import):
        monkeypatch.setattr(task, "delay", lambda task=task, **message: sent.append((task, message)))
    return sent


@pytest.fixture
def work(started, alpha):
    """Do what was sent to the worker."""

    def do():
        while started:
            task, message = started.pop()
            task.run(**message)
        connection.set_tenant(alpha)

    return do


@pytest.fixture
def run(admin_client, profile, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    BranchFactory(code="main")
    file = SimpleUploadedFile("delivery.mrc", novel())
    admin_client.post("/console/import", {"file": file, "profile": profile.pk})
    return ImportRun.objects.get()


def test_keeps_a_profile(admin_client, alpha):
    BranchFactory(code="main")

    admin_client.post("/console/import/profiles/add", PROFILE)

    profile = ImportProfile.objects.get()
    assert (profile.name, profile.municipality, profile.on_match) == ("Supplier", alpha, "ASK")
    assert (profile.preserve, profile.takes_best) == (["505", "6XX"], False)
    assert "Supplier" in admin_client.get("/console/import/profiles").content.decode()
    assert AuditEntry.objects.filter(action="catalogue.save_import_profile").exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"preserve": "50"}, "These aren&#x27;t tags: 50."),
        ({"on_match": "ENRICH"}, "Name the tags that become local fields."),
        ({"matches_from": "10"}, "60"),
    ],
)
def test_says_what_is_wrong_with_a_profile(admin_client, alpha, changed, said):
    BranchFactory(code="main")

    answer = admin_client.post("/console/import/profiles/add", PROFILE | changed)

    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert not ImportProfile.objects.exists()


def test_a_profile_for_all_is_not_a_librarys_to_change(admin_client, alpha):
    BranchFactory(code="main")
    national = ImportProfile.objects.create(name="National")

    assert admin_client.post(f"/console/import/profiles/{national.pk}", PROFILE).status_code == 404
    assert admin_client.post(f"/console/import/profiles/{national.pk}/delete").status_code == 404
    assert "National" in admin_client.get("/console/import/profiles").content.decode()


def test_shows_what_would_become_of_the_records_before_it_begins(admin_client, run, started):
    page = admin_client.get(f"/console/import/{run.pk}").content.decode()

    assert "Yön äänet" in page
    assert "no match" in page
    assert (run.state, started) == (ImportRun.State.PAUSED, [])
    assert not BibliographicRecord.objects.exists()


def test_begins_reports_and_undoes(admin_client, run, work, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        admin_client.post(f"/console/import/{run.pk}/go-on")
    work()
    run.refresh_from_db()
    assert (run.state, run.counts) == (ImportRun.State.DONE, {"CREATED": 1})

    report = admin_client.get(f"/console/import/{run.pk}/report.csv").getvalue().decode("utf-8-sig")
    assert report.splitlines()[1].startswith("1,20260001,Yön äänet,CREATED,NO_MATCH")
    answer = admin_client.get(f"/console/import/{run.pk}/report.csv?file=import-lines.xlsx")
    assert answer["Content-Disposition"] == f'attachment; filename="import-{run.pk:06d}.xlsx"'
    assert cells_of(answer.getvalue())[1][:5] == [1.0, "20260001", "Yön äänet", "CREATED", "NO_MATCH"]

    with django_capture_on_commit_callbacks(execute=True):
        admin_client.post(f"/console/import/{run.pk}/undo")
    work()
    run.refresh_from_db()
    assert run.state == ImportRun.State.UNDONE
    assert not BibliographicRecord.objects.filter(deleted_at=None).exists()


def test_pauses_and_refuses_what_cannot_be_done_now(admin_client, run, started):
    ImportRun.objects.update(state=ImportRun.State.RUNNING)

    admin_client.post(f"/console/import/{run.pk}/pause")
    run.refresh_from_db()
    assert run.state == ImportRun.State.PAUSED

    answer = admin_client.post(f"/console/import/{run.pk}/pause", follow=True)
    assert "The import has gone on meanwhile" in answer.content.decode()


@pytest.mark.parametrize(
    ("state", "way", "button"), [("WAITING", "go-on", "import-go-on"), ("UNDOING", "undo", "undo-go-on")]
)
def test_what_lost_its_message_or_broke_off_goes_on(
    admin_client, run, started, state, way, button, django_capture_on_commit_callbacks
):
    ImportRun.objects.update(state=state, position=1)
    address = f"/console/import/{run.pk}/{way}"
    page = admin_client.get(f"/console/import/{run.pk}").content.decode()
    assert page.count(f'action="{address}"') == page.count(f'id="{button}"') == 1

    with django_capture_on_commit_callbacks(execute=True):
        admin_client.post(address)

    run.refresh_from_db()
    expected = import_by_profile if way == "go-on" else undo_profile_import
    assert (run.state, [(task, message["run_id"]) for task, message in started]) == (state, [(expected, run.pk)])


def test_answers_a_question(admin_client, run):
    ImportRun.objects.update(state=ImportRun.State.DONE, position=1, counts={"ASKED": 1})
    ImportEntry.objects.create(run=run, position=1, title="Yön äänet", outcome="ASKED", why="UNSURE", raw=novel())
    assert "perhaps the same" in admin_client.get(f"/console/import/{run.pk}").content.decode()

    admin_client.post(f"/console/import/{run.pk}/answer/1", {"action": "NEW"})

    assert ImportEntry.objects.get().outcome == "CREATED"
    assert admin_client.post(f"/console/import/{run.pk}/answer/1", {"action": "ASK"}).status_code == 404


def test_a_neighbours_import_is_nobodys_business(admin_client, run, beta):
    ImportRun.objects.update(municipality=beta)

    for what in ("go-on", "pause", "undo", "answer/1"):
        assert admin_client.post(f"/console/import/{run.pk}/{what}", {"action": "SKIP"}).status_code == 404
    assert admin_client.get(f"/console/import/{run.pk}/report.csv").status_code == 404


def test_items_only_names_what_was_refused_and_asks_about_items(admin_client, run, alpha):
    items = {"items": "952 barcode=p", "on_match": "ITEMS"}
    ImportRun.objects.update(state=ImportRun.State.DONE, position=2, counts={"ITEMS": 1}, settings=run.settings | items)
    ImportEntry.objects.create(
        run=run, position=1, title="One", outcome="ITEMS", why="SAME_NUMBER", reasons=["BARCODE_TAKEN 3010"]
    )

    page = admin_client.get(f"/console/import/{run.pk}").content.decode()
    assert "3010: Another item has this barcode." in page
    assert "Got items" in page

    filled = PROFILE | {"name": "Items", "on_match": "ITEMS", "items": "952 colour=p"}
    page = admin_client.post("/console/import/profiles/add", filled).content.decode()
    assert "line 1 can&#x27;t be read" in page
    admin_client.post("/console/import/profiles/add", filled | {"items": "952 barcode=p\r\nbranch * = hb\r\n"})
    assert ImportProfile.objects.get(name="Items").on_match == "ITEMS"


def ask(run, count):
    ImportRun.objects.update(state=ImportRun.State.DONE, position=count, counts={"ASKED": count})
    ImportEntry.objects.bulk_create(
        ImportEntry(run=run, position=place, title=f"Asked {place}", outcome="ASKED", why="UNSURE", raw=novel())
        for place in range(1, count + 1)
    )


def test_questions_have_pages(admin_client, run):
    ask(run, 12)

    first = admin_client.get(f"/console/import/{run.pk}").content.decode()
    last = admin_client.get(f"/console/import/{run.pk}?page=2").content.decode()

    assert [f"Asked {place}<" in first for place in (1, 10, 11)] == [True, True, False]
    assert [f"Asked {place}<" in last for place in (1, 10, 11)] == [False, False, True]
    answer = admin_client.post(f"/console/import/{run.pk}/answer/12", {"action": "SKIP", "page": "2"})
    assert answer.url == f"/console/import/{run.pk}?page=2#h-asked"
    for strange in ("&page=1", "-1", "x", "9" * 40):
        assert admin_client.get(f"/console/import/{run.pk}", {"page": strange}).status_code == 200


def test_a_question_shows_what_it_may_be_and_what_would_change(admin_client, run, now):
    older = novel(t001="7", t003="SUPPLIER", t300="  $a99 sivua")
    import_marc(file=BytesIO(older), source="test", owner="alpha", now=now)
    ours = BibliographicRecord.objects.get()
    ask(run, 1)

    page = admin_client.get(f"/console/import/{run.pk}").content.decode()
    assert f'value="OVERLAY {ours.pk}"' in page
    assert "99 sivua" in page
    assert "ENRICH" not in page

    admin_client.post(f"/console/import/{run.pk}/answer/1", {"action": f"OVERLAY {ours.pk}"})
    ours.refresh_from_db()
    assert (ours.version, ours.extent) == (2, "312 sivua")


def test_no_code_is_ever_shown(admin_client, run):
    ImportRun.objects.update(state=ImportRun.State.DONE, position=3)
    kept = ("UNREADABLE", "OF_ANOTHER_RELEASE", "FIELDS_ARE_COMMON 245,260")
    for place, code in enumerate(kept, start=1):
        ImportEntry.objects.create(run=run, position=place, outcome="FAILED", reasons=[code], kept_because=[code])

    page = admin_client.get(f"/console/import/{run.pk}").content.decode()

    assert "Only the common record has these fields: 245, 260." in page
    assert not [code for code in kept if code.split()[0] in page]


def test_six_xx_is_written_as_it_may_be(admin_client, alpha):
    BranchFactory(code="main")

    admin_client.post("/console/import/profiles/add", PROFILE | {"preserve": "6xx, d08 50x"})

    assert ImportProfile.objects.get().preserve == ["6XX", "d08", "50X"]
