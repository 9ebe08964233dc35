"""Taking the files that have arrived in a source's folder, each once: an import like any other waits with each."""

import hashlib
import tempfile
from collections.abc import Callable
from datetime import datetime
from typing import BinaryIO, cast

from django.db import transaction

from catalogue.import_folders import Arrived, FolderFailed, arrived, folder_of, is_as_it_was, move_away, opened
from catalogue.models import FolderFile, ImportRun, ImportSource
from catalogue.services.import_by_profile import plan_profile_import
from catalogue.services.records import Author
from common import audit

# What's left is taken the next time.
_MOST_FILES = 200
_CHUNK = 1 << 20

Store = Callable[[BinaryIO], str]


def take_files(*, source: ImportSource, store: Store, author: Author, now: datetime) -> list[ImportRun]:
    """Take what lies ready in a source's folder, and return the imports that wait with it, in the files' order.

    A file is moved into the folder's `done`. One that can't be moved is remembered, so that neither it nor the same
    content under another name is taken again, unless its import failed or was taken back. One that can't be read
    doesn't keep the others.

    :param store: keeps the file in the municipality's own storage and returns its name there
    """
    problem, runs = "", []
    schema_name = author.municipality.schema_name if author.municipality else "public"
    try:
        with folder_of(schema_name, source.folder) as folder:
            for file in _new(source, arrived(folder, now), now):
                try:
                    run = _take(source, file, store, author, now)
                except FolderFailed as failed:
                    problem = failed.code.value
                else:
                    runs += [run] if run else []
    except FolderFailed as failed:
        problem = failed.code.value
    ImportSource.objects.filter(pk=source.pk).update(problem=problem)
    return runs


def _new(source: ImportSource, files: list[Arrived], now: datetime) -> list[Arrived]:
    """Return the files to take now; those that were taken already are moved away if they can be."""
    taken = set(FolderFile.objects.filter(source=source).values_list("name", "size", "changed_ns"))
    new = []
    for file in files:
        if (file.name, file.size, file.changed_ns) in taken:
            move_away(file, now)
        else:
            new.append(file)
    return new[:_MOST_FILES]


def _take(source: ImportSource, file: Arrived, store: Store, author: Author, now: datetime) -> ImportRun | None:
    with tempfile.TemporaryFile() as copy:
        digest = hashlib.sha256()
        with opened(file) as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                copy.write(chunk)
        if not is_as_it_was(file):
            # Somebody goes on writing; the next time it may be whole.
            return None
        run = None
        if not _is_known(source, digest.hexdigest()):
            copy.seek(0)
            run = _planned(source, file, digest.hexdigest(), store(cast(BinaryIO, copy)), author, now)
    move_away(file, now)
    return run


def _is_known(source: ImportSource, sha256: str) -> bool:
    """Return whether this content has come in. It hasn't where the import failed, or was taken back or away since."""
    known = FolderFile.objects.filter(source=source, sha256=sha256, run__isnull=False)
    return known.exclude(run__state__in=(ImportRun.State.FAILED, ImportRun.State.UNDONE)).exists()


@transaction.atomic
def _planned(
    source: ImportSource, file: Arrived, sha256: str, stored_as: str, author: Author, now: datetime
) -> ImportRun:
    run = plan_profile_import(
        profile=source.profile,
        file_name=file.name,
        source=author.municipality.schema_name if author.municipality else "import",
        author=author,
        now=now,
        stored_as=stored_as,
        harvested_from=source,
    )
    seen = {"name": file.name, "size": file.size, "changed_ns": file.changed_ns, "taken_at": now, "run": run}
    FolderFile.objects.update_or_create(source=source, sha256=sha256, defaults=seen)
    facts = {"name": source.name, "file": file.name, "size": file.size}
    audit.record(action="catalogue.take_file", actor=author.account, subject=source, facts=facts)
    return run
