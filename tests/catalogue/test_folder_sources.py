"""Files that arrive in a folder are taken once, when nobody writes to them any more, and never from outside it."""

import os
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command

from catalogue import tasks
from catalogue.errors import Code, RecordRefused
from catalogue.import_folders import arrived, folder_of, is_folder_name, move_away, opened
from catalogue.models import BibliographicRecord, FolderFile, ImportProfile, ImportRun, ImportSource
from catalogue.selectors.import_sources import due_sources
from catalogue.services.import_sources import save_source
from catalogue.services.records import Author
from catalogue.tasks import harvest_common_source, harvest_source
from tests.catalogue.marc_samples import NOVEL, iso2709

pytestmark = pytest.mark.django_db
RECORD = iso2709(NOVEL)


@pytest.fixture(autouse=True)
def root(settings, tmp_path):
    settings.IMPORT_FOLDERS = tmp_path / "folders"
    (settings.IMPORT_FOLDERS / "alpha" / "books").mkdir(parents=True)
    return settings.IMPORT_FOLDERS


@pytest.fixture
def folder(root):
    return root / "alpha" / "books"


@pytest.fixture
def source(alpha):
    profile = ImportProfile.objects.create(name="Supplier", municipality=alpha)
    values = {"name": "Books", "kind": "FOLDER", "folder": "books", "profile_id": profile.pk}
    return save_source(values=values, author=Author(None, alpha))


@pytest.fixture
def arrive(folder, now):
    def write(name, content=RECORD, *, seconds_ago=600):
        path = folder / name
        path.write_bytes(content)
        when = now.timestamp() - seconds_ago
        os.utime(path, (when, when))
        return path

    return write


@pytest.fixture
def look(alpha, source, now, monkeypatch):
    def once(*, after=timedelta()):
        monkeypatch.setattr(tasks.timezone, "now", lambda: now + after)
        harvest_source(schema_name=alpha.schema_name, source_id=source.pk)
        source.refresh_from_db()

    return once


def test_takes_a_file_once_and_moves_it_away(arrive, look, folder, source):
    arrive("week 47.mrc")

    look()

    run = ImportRun.objects.get()
    assert (run.file_name, run.state, run.counts, run.harvested_from) == (
        "week 47.mrc",
        "DONE",
        {"CREATED": 1},
        source,
    )
    assert [each.name for each in folder.iterdir()] == ["done"]
    (done,) = (folder / "done").iterdir()
    assert (done.name.endswith("-week 47.mrc"), done.read_bytes()) == (True, RECORD)
    assert not default_storage.exists(run.stored_as)

    arrive("the same again.mrc")
    look()
    assert ImportRun.objects.count() == FolderFile.objects.count() == 1
    assert not (folder / "the same again.mrc").exists()


@pytest.mark.parametrize(("state", "runs"), [("UNDONE", 2), ("FAILED", 2), ("DONE", 1)])
def test_takes_the_same_content_again_once_its_import_is_taken_back(arrive, look, state, runs):
    arrive("week 47.mrc")
    look()
    ImportRun.objects.update(state=state)

    arrive("again.mrc", seconds_ago=500)
    look()

    assert ImportRun.objects.count() == runs


def test_files_that_cannot_be_moved_keep_no_new_one_out(arrive, look, monkeypatch):
    monkeypatch.setattr("catalogue.services.folder_sources.move_away", lambda file, now: None)
    monkeypatch.setattr("catalogue.services.folder_sources._MOST_FILES", 1)
    for number in range(3):
        arrive(f"{number}.mrc", iso2709([("001", f"2026{number}"), *NOVEL[1:]]), seconds_ago=900 - number)
        look()

    assert sorted(ImportRun.objects.values_list("file_name", flat=True)) == ["0.mrc", "1.mrc", "2.mrc"]


def test_waits_until_nobody_writes_any_more(arrive, look):
    arrive("growing.mrc", RECORD[:100], seconds_ago=10)
    arrive("copied.mrc.part")
    arrive(".hidden")
    arrive("empty.mrc", b"")

    look()
    assert not ImportRun.objects.exists()

    arrive("growing.mrc", RECORD, seconds_ago=300)
    look()
    assert ImportRun.objects.get().counts == {"CREATED": 1}


def test_leaves_a_file_that_grows_while_it_is_read(arrive, look, monkeypatch):
    path = arrive("growing.mrc")
    monkeypatch.setattr("catalogue.services.folder_sources.is_as_it_was", lambda _file: False)

    look()

    assert (ImportRun.objects.exists(), path.exists()) == (False, True)


def test_remembers_a_file_that_cannot_be_moved(arrive, look, monkeypatch):
    monkeypatch.setattr("catalogue.services.folder_sources.move_away", lambda *_about: False)
    path = arrive("kept.mrc")

    look()
    look(after=timedelta(hours=1))

    assert (ImportRun.objects.count(), path.exists()) == (1, True)


def test_a_file_that_is_no_marc_is_reported_and_the_next_one_comes_in(arrive, look, source):
    arrive("1 letter.txt", b"Dear librarian", seconds_ago=900)
    arrive("2 books.mrc")

    look()

    runs = ImportRun.objects.order_by("pk").values_list("file_name", "state", "problem")
    assert list(runs) == [("1 letter.txt", "FAILED", "UNKNOWN_FORMAT"), ("2 books.mrc", "DONE", "")]
    assert source.problem == ""


def test_a_folder_that_is_not_there_is_told(look, source, folder):
    folder.rmdir()

    look()

    assert (source.problem, source.asked_at is not None) == ("NO_FOLDER", True)


def test_links_lead_nowhere(arrive, look, root, folder, source):
    outside = root / "beta"
    outside.mkdir()
    (outside / "theirs.mrc").write_bytes(RECORD)
    os.utime(outside / "theirs.mrc", (0, 0))
    (folder / "theirs.mrc").symlink_to(outside / "theirs.mrc")

    look()
    assert not ImportRun.objects.exists()

    (root / "alpha" / "linked").symlink_to(outside)
    ImportSource.objects.update(folder="linked")
    look()
    assert (ImportRun.objects.exists(), source.problem) == (False, "NO_FOLDER")


def test_a_link_put_in_a_folders_place_meanwhile_leads_nowhere(arrive, folder, root, now):
    arrive("ours.mrc", b"ours")
    outside = root / "beta"
    outside.mkdir()
    (outside / "ours.mrc").write_bytes(b"theirs")

    with folder_of("alpha", "books") as found:
        folder.rename(root / "alpha" / "aside")
        folder.symlink_to(outside)
        [file] = arrived(found, now)
        with opened(file) as stream:
            assert stream.read() == b"ours"
        (root / "alpha" / "aside" / "done").symlink_to(outside)
        assert not move_away(file, now)
        (root / "alpha" / "aside" / "done").unlink()
        assert move_away(file, now)

    assert [each.name for each in outside.iterdir()] == ["ours.mrc"]
    assert len(list((root / "alpha" / "aside" / "done").iterdir())) == 1


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../beta", "books/../../beta", "/etc", "books/", "a//b", ".ssh", "done", "a/done", "a\0b", "a\nb"],
)
def test_a_folder_has_a_name_below_the_librarys_own(name, alpha, source):
    assert not is_folder_name(name)
    with pytest.raises(RecordRefused) as refusal:
        save_source(
            values={"folder": name}, author=Author(None, alpha), source_id=source.pk, expected_version=source.version
        )
    assert refusal.value.codes == [Code.BAD_FOLDER]


def test_without_folders_in_the_installation_there_is_none(alpha, source, settings, look):
    settings.IMPORT_FOLDERS = None

    with pytest.raises(RecordRefused) as refusal:
        save_source(values={}, author=Author(None, alpha), source_id=source.pk, expected_version=source.version)
    assert refusal.value.codes == [Code.BAD_FOLDER]
    look()
    assert source.problem == "NO_FOLDER"


def test_is_looked_into_every_half_hour(source, now):
    def due(after):
        return [source_id for _, source_id, _ in due_sources(now + after)]

    assert due(timedelta()) == [source.pk]
    ImportSource.objects.update(asked_at=now)
    assert due(timedelta(minutes=29)) == []
    assert due(timedelta(minutes=30)) == [source.pk]
    ImportSource.objects.update(is_active=False)
    assert due(timedelta(minutes=30)) == []


def test_the_consortium_has_a_folder_of_its_own_for_all(root, now):
    ImportProfile.objects.create(name="Common")
    call_command("add_import_source", "Nation", "--folder=delta", "--profile=Common")
    (root / "public" / "delta").mkdir(parents=True)
    file = root / "public" / "delta" / "delta.mrc"
    file.write_bytes(RECORD)
    os.utime(file, (0, 0))

    harvest_common_source(source_id=ImportSource.objects.get().pk, local_day="2026-11-22")

    assert BibliographicRecord.objects.get().visible_to is None
    assert ImportRun.objects.get().municipality is None
