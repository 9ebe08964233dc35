"""`manage.py import_by_profile`, and the report that it writes."""

import csv
from io import BytesIO, StringIO

import pytest
from django.core.management import CommandError, call_command

from catalogue.models import BibliographicRecord, ImportEntry, ImportProfile, ImportRun
from catalogue.services.import_marc import import_marc
from tests.catalogue.marc_samples import NOVEL, iso2709

pytestmark = pytest.mark.django_db


def novel(**changed):
    return iso2709([(tag, changed.get(f"t{tag}", text)) for tag, text in NOVEL])


@pytest.fixture
def delivery(tmp_path):
    path = tmp_path / "delivery.mrc"
    path.write_bytes(novel() + novel(t001="2", t020="  $a9788702407006", t245="10$a=SUM(A1)"))
    return path


@pytest.fixture
def profile(db):
    return ImportProfile.objects.create(name="National")


def run(*arguments):
    out = StringIO()
    call_command("import_by_profile", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_imports_reports_and_undoes(delivery, profile, tmp_path):
    said = run(delivery, "--profile=National", f"--report={tmp_path / 'report.csv'}")

    assert "2 created" in said
    rows = list(csv.DictReader((tmp_path / "report.csv").read_text("utf-8-sig").splitlines()))
    assert [(row["position"], row["outcome"], row["title"]) for row in rows] == [
        ("1", "CREATED", "Yön äänet"),
        # No spreadsheet takes it for a formula.
        ("2", "CREATED", "'=SUM(A1)"),
    ]
    made = ImportRun.objects.get()
    assert "2 undone" in run(f"--undo={made.pk}")
    assert not BibliographicRecord.objects.filter(deleted_at=None).exists()


def test_shows_beforehand_and_writes_nothing(delivery, profile, now):
    import_marc(file=BytesIO(novel(t245="10$aYön äänet")), source="x", owner="", now=now)

    said = run(delivery, "--profile=National", "--preview")

    assert "1 Yön äänet: OVERLAY SAME_NUMBER" in said
    assert "    CHANGED 245 10$aYön äänet :$bromaani /$cAino Tähti." in said
    assert not ImportEntry.objects.exists()


def test_goes_on_with_a_run_that_broke_off(delivery, profile):
    run(delivery, "--profile=National")
    made = ImportRun.objects.get()
    ImportRun.objects.update(state=ImportRun.State.FAILED)

    assert "2 created" in run(delivery, f"--resume={made.pk}")
    assert ImportEntry.objects.count() == BibliographicRecord.objects.count() == 2


def test_a_library_uses_its_own_profile_before_the_one_for_all(delivery, profile, alpha):
    ImportProfile.objects.create(name="National", municipality=alpha, on_no_match="SKIP")

    said = run(delivery, "--profile=National", "--municipality=alpha")

    assert "2 skipped" in said
    assert ImportRun.objects.get().municipality == alpha


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--profile=Other",), "There's no profile 'Other'"),
        (("--profile=National", "--municipality=nowhere"), "There's no municipality nowhere"),
        (("--resume=1",), "There's no import 1 by a profile"),
        (("--undo=1",), "There's no import 1 by a profile"),
    ],
)
def test_says_what_is_not_there(delivery, profile, arguments, message):
    with pytest.raises(CommandError, match=message):
        run(delivery, *arguments)

    assert not ImportRun.objects.exists()


def test_notes_no_run_for_a_file_that_is_not_there(profile, tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "missing.mrc", "--profile=National")

    assert not ImportRun.objects.exists()


def test_undoes_nothing_twice(delivery, profile):
    run(delivery, "--profile=National")
    made = ImportRun.objects.get()
    run(f"--undo={made.pk}")

    with pytest.raises(CommandError, match="NOT_NOW"):
        run(f"--undo={made.pk}")
