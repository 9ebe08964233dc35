"""Sources of records in the console: kept, asked by hand, their troubles told."""

import pytest

from catalogue.models import ImportProfile, ImportRun, ImportSource
from catalogue.tasks import harvest_source
from tests.factories import NOW, BranchFactory

LISTED = "/console/import/sources"
SENT = {"name": "National", "address": "https://library.example/oai", "prefix": "marcxml", "is_active": "on"}


@pytest.fixture
def profile(alpha):
    BranchFactory(code="main")
    return ImportProfile.objects.create(name="Nightly", municipality=alpha)


@pytest.fixture
def source(alpha, profile):
    return ImportSource.objects.create(municipality=alpha, name="DBC", address=SENT["address"], profile=profile)


def test_keeps_a_source(admin_client, alpha, profile):
    answer = admin_client.post(f"{LISTED}/add", SENT | {"profile": profile.pk, "set_name": "books"})

    made = ImportSource.objects.get()
    assert (answer.url, made.municipality, made.profile, made.set_name) == (LISTED, alpha, profile, "books")
    assert "National" in admin_client.get(LISTED).content.decode()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"address": "file:///etc/passwd"}, "This can&#x27;t be an address."),
        ({"prefix": "marc xml"}, "Enter a valid value."),
        ({"profile": "0"}, "Select a valid choice."),
    ],
)
def test_says_what_is_wrong_with_a_source(admin_client, profile, changed, said):
    answer = admin_client.post(f"{LISTED}/add", SENT | {"profile": profile.pk} | changed)

    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert not ImportSource.objects.exists()


def test_tells_what_came_of_it(admin_client, alpha, source):
    ImportSource.objects.update(asked_at=NOW, problem="UNREACHABLE")
    ImportRun.objects.create(
        file_name="DBC 2026-11-18", source="alpha", municipality=alpha, started_at=NOW, harvested_from=source
    )

    page = admin_client.get(LISTED).content.decode()

    assert "It can&#x27;t be reached." in page
    assert "UNREACHABLE" not in page
    assert "DBC 2026-11-18" in page


def test_asks_now_and_deletes(admin_client, source, monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr(harvest_source, "delay", lambda **message: sent.append(message))

    with django_capture_on_commit_callbacks(execute=True):
        admin_client.post(f"{LISTED}/{source.pk}/fetch")
    assert [(each["schema_name"], each["source_id"]) for each in sent] == [("alpha", source.pk)]

    refused = admin_client.post(f"/console/import/profiles/{source.profile_id}/delete", follow=True)
    assert "A source is imported by this profile." in refused.content.decode()
    admin_client.post(f"{LISTED}/{source.pk}/delete")
    assert not ImportSource.objects.exists()


def test_a_neighbours_source_is_nobodys_business(admin_client, source, beta):
    ImportSource.objects.update(municipality=beta)

    assert admin_client.get(f"{LISTED}/{source.pk}").status_code == 404
    for what in ("delete", "fetch"):
        assert admin_client.post(f"{LISTED}/{source.pk}/{what}").status_code == 404


def test_keeps_a_folder_where_the_installation_has_them(admin_client, alpha, profile, settings, tmp_path):
    assert "Folder" not in admin_client.get(f"{LISTED}/add").content.decode()
    settings.IMPORT_FOLDERS = tmp_path
    sent = {"name": "Books", "kind": "FOLDER", "profile": profile.pk, "is_active": "on"}

    refused = admin_client.post(f"{LISTED}/add", sent | {"folder": "../beta"})
    kept = admin_client.post(f"{LISTED}/add", sent | {"folder": "suppliers/books"})

    assert (refused.status_code, "This can&#x27;t be a folder of ours." in refused.content.decode()) == (422, True)
    source = ImportSource.objects.get()
    assert (kept.url, source.kind, source.folder, source.address) == (LISTED, "FOLDER", "suppliers/books", "")
    assert "suppliers/books" in admin_client.get(LISTED).content.decode()
