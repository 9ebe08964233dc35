"""The consortium's own imports: the same pages as a municipality's, on its own host, and what comes in is for all."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from catalogue.models import BibliographicRecord, ImportEntry, ImportProfile, ImportRun, ImportSource
from catalogue.tasks import (
    harvest_common_source,
    import_common_by_profile,
    undo_common_import,
)
from tests.catalogue.marc_samples import NOVEL, iso2709
from tests.factories import RecordFactory

TASKS = {
    "go-on": import_common_by_profile,
    "undo": undo_common_import,
    "fetch": harvest_common_source,
}


@pytest.fixture
def profile(consortium):
    return ImportProfile.objects.create(name="Nation")


@pytest.fixture
def sent(monkeypatch):
    """Keep what is sent to workers."""
    found = []
    for name, task in TASKS.items():
        monkeypatch.setattr(task, "delay", lambda name=name, **message: found.append((name, message)))
    return found


def upload(client, **more):
    return client.post("/import", {"file": SimpleUploadedFile("delta.mrc", iso2709(NOVEL)), **more})


def test_a_file_is_looked_at_brought_in_for_all_and_taken_back(
    operator_client, profile, sent, django_capture_on_commit_callbacks
):
    answer = upload(operator_client, profile=profile.pk)
    run = ImportRun.objects.get()
    assert (answer.url, run.municipality, run.source, run.state) == (f"/import/{run.pk}", None, "import", "PAUSED")
    assert "Nothing has been done yet." in operator_client.get(answer.url).content.decode()

    for deed, state in (("go-on", "DONE"), ("undo", "UNDONE")):
        with django_capture_on_commit_callbacks(execute=True):
            operator_client.post(f"{answer.url}/{deed}")
        name, message = sent.pop()
        assert (name, message) == (deed, {"run_id": run.pk, "actor_id": operator_client.staff.pk})
        TASKS[name](**message)
        run.refresh_from_db()
        assert (run.state, run.municipality) == (state, None)
        record = BibliographicRecord.objects.get()
        assert (record.visible_to, record.changed_by) == (None, "Olga Operator")

    assert BibliographicRecord.objects.get().deleted_at is not None
    report = b"".join(operator_client.get(f"{answer.url}/report.csv").streaming_content)
    assert b"CREATED" in report


def test_without_a_profile_nothing_is_brought_in_for_all(operator_client, profile):
    assert upload(operator_client).status_code == 422
    assert not ImportRun.objects.exists()


def test_profiles_and_sources_for_all_are_kept_and_asked(
    operator_client, profile, sent, django_capture_on_commit_callbacks
):
    assert f"/import/profiles/{profile.pk}" in operator_client.get("/import/profiles").content.decode()
    values = {"name": "DBC", "address": "https://library.example/oai", "prefix": "marcxml", "profile": profile.pk}
    operator_client.post("/import/sources/add", values)
    source = ImportSource.objects.get()
    assert (source.municipality, source.profile) == (None, profile)
    assert "DBC" in operator_client.get("/import/sources").content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        operator_client.post(f"/import/sources/{source.pk}/fetch")

    assert sent == [("fetch", {"source_id": source.pk, "actor_id": operator_client.staff.pk})]


def test_a_municipality_s_import_is_none_of_the_consortium_s_and_the_other_way(
    operator_client, admin_client, profile, municipality, now
):
    theirs = ImportRun.objects.create(file_name="Alpha's", source="alpha", municipality=municipality, started_at=now)
    common = ImportRun.objects.create(file_name="All's", source="import", started_at=now)

    assert operator_client.get(f"/import/{theirs.pk}").status_code == 404
    assert operator_client.get(f"/import/{common.pk}").status_code == 200
    assert admin_client.get(f"/console/import/{common.pk}").status_code == 404
    assert admin_client.get(f"/console/import/profiles/{profile.pk}").status_code == 404


def test_the_consortium_brings_in_no_items_whatever_is_sent(operator_client, profile, sent):
    run = ImportRun.objects.get(pk=int(upload(operator_client, profile=profile.pk).url.rsplit("/", 1)[1]))
    ours = RecordFactory()
    asked = {"state": ImportRun.State.DONE, "position": 1, "counts": {"ASKED": 1}}
    ImportRun.objects.update(**asked, settings=run.settings | {"items": "952 barcode=p branch=a"})
    raw = iso2709([*NOVEL, ("952", "  $p301$aCPL")])
    ImportEntry.objects.create(run=run, position=1, title="One", outcome="ASKED", why="UNSURE", raw=raw)

    page = operator_client.post(f"/import/{run.pk}/answer/1", {"action": f"ITEMS {ours.pk}"}, follow=True)

    assert page.status_code == 200
    assert ImportEntry.objects.get().outcome == "ASKED"
