"""Sources of records that are asked every night: kept for a library or for all, with the profile they come in by."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from catalogue.errors import Code, RecordRefused
from catalogue.import_folders import has_folders, is_folder_name
from catalogue.models import ImportSource, SourceKind
from catalogue.selectors.import_profiles import profiles_for
from catalogue.services.records import Author
from common import audit
from common.errors import Reason
from common.remote_sources import RemoteFailed, check_address

# What else they're asked for is another harvest, which begins anew.
HARVESTED = ("kind", "folder", "address", "set_name", "prefix")


@transaction.atomic
def save_source(
    *, values: Mapping[str, Any], author: Author, source_id: int | None = None, expected_version: int = 0
) -> ImportSource:
    """Make a source, or change one.

    :param values: name, kind, profile_id, is_active; of a provider address, set_name and prefix, else the folder
    :param expected_version: of one that's changed, the version that the editor read
    :raises RecordRefused: with every reason found
    """
    municipality_id = author.municipality.pk if author.municipality else None
    source = ImportSource(municipality_id=municipality_id)
    if source_id is not None:
        source = _own(source_id, municipality_id)
        if source.version != expected_version:
            raise RecordRefused([Reason(Code.STALE, facts={"version": source.version})])
        source.version += 1
    if any(getattr(source, name) != values.get(name, getattr(source, name)) for name in HARVESTED):
        source.since = source.since_then = source.token = source.problem = ""
    for name, value in values.items():
        setattr(source, name, value)
    if source.kind == SourceKind.FOLDER:
        source.address = source.set_name = ""
    else:
        source.folder = ""
    if reasons := _reasons_against(source):
        raise RecordRefused(reasons)
    try:
        with transaction.atomic():
            source.save()
    except IntegrityError as error:
        raise RecordRefused([Reason(Code.NAME_TAKEN, facts={"name": source.name})]) from error
    facts = {"name": source.name, "address": source.address or source.folder, "version": source.version}
    audit.record(action="catalogue.save_import_source", actor=author.account, subject=source, facts=facts)
    return source


@transaction.atomic
def delete_source(*, source_id: int, author: Author) -> None:
    """Delete a source; what came from it stays, with its imports.

    :raises RecordRefused: NO_SUCH_SOURCE
    """
    source = _own(source_id, author.municipality.pk if author.municipality else None)
    facts = {"name": source.name, "address": source.address or source.folder}
    audit.record(action="catalogue.delete_import_source", actor=author.account, subject=source, facts=facts)
    source.delete()


def _own(source_id: int, municipality_id: int | None) -> ImportSource:
    mine = ImportSource.objects.select_for_update().filter(municipality=municipality_id, pk=source_id)
    found = mine.first()
    if found is None:
        raise RecordRefused([Reason(Code.NO_SUCH_SOURCE)])
    return found


def _reasons_against(source: ImportSource) -> list[Reason]:
    reasons = []
    if not source.name.strip():
        reasons.append(Reason(Code.NO_NAME))
    if source.profile_id not in {each.pk for each in profiles_for(source.municipality_id)}:
        reasons.append(Reason(Code.NO_SUCH_PROFILE))
    return reasons + (_against_folder(source) if source.kind == SourceKind.FOLDER else _against_address(source))


def _against_folder(source: ImportSource) -> list[Reason]:
    return [] if has_folders() and is_folder_name(source.folder) else [Reason(Code.BAD_FOLDER)]


def _against_address(source: ImportSource) -> list[Reason]:
    try:
        check_address(source.address)
    except RemoteFailed:
        return [Reason(Code.BAD_ADDRESS)]
    return []
