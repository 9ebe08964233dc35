"""The background work of imports by a profile."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection

from catalogue.models import BibliographicRecord, ImportProfile, ImportRun
from catalogue.services.import_by_profile import plan_profile_import
from catalogue.services.import_undo import begin_undo
from catalogue.services.records import Author
from catalogue.tasks import import_by_profile, undo_profile_import
from tests.catalogue.marc_samples import NOVEL, iso2709

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(alpha, now, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    connection.set_tenant(alpha)
    stored_as = default_storage.save("imports/delivery.mrc", ContentFile(iso2709(NOVEL)))
    profile = ImportProfile.objects.create(name="Supplier", municipality=alpha)
    author = Author(None, alpha)
    return plan_profile_import(
        profile=profile, file_name="delivery.mrc", source="alpha", author=author, now=now, stored_as=stored_as
    )


def work(task, run):
    task.run(run_id=run.pk, actor_id=None, schema_name="alpha")
    connection.set_tenant(run.municipality)
    run.refresh_from_db()
    return run


def test_brings_the_file_in_and_deletes_it_then(run):
    assert work(import_by_profile, run).counts == {"CREATED": 1}
    assert not default_storage.exists(run.stored_as)


def test_a_message_that_comes_twice_does_no_harm(run):
    work(import_by_profile, run)

    assert work(import_by_profile, run).counts == {"CREATED": 1}


def test_keeps_the_file_of_a_paused_run(run):
    ImportRun.objects.update(state=ImportRun.State.PAUSED)

    assert work(import_by_profile, run).counts == {}
    assert default_storage.exists(run.stored_as)


def test_undoes_it(run, alpha):
    work(import_by_profile, run)
    begin_undo(run_id=run.pk, author=Author(None, alpha))

    assert work(undo_profile_import, run).state == ImportRun.State.UNDONE
    assert not BibliographicRecord.objects.filter(deleted_at=None).exists()
