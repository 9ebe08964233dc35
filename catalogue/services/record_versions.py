"""Keeping what a record was: its content is copied aside, by the database itself, before anything overwrites it."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from django.db import connection
from psycopg import sql

from catalogue.models import BibliographicRecord, Enrichment, EnrichmentVersion, RecordVersion
from catalogue.selectors.visibility import viewer, visible_to

# One writer of records at a time: two that bring the same new record would otherwise collide, and an import that has
# looked at a record would overwrite what a cataloguer saves in the same moment.
_WRITERS_LOCK = (7_260_411, 2)
_COPIED = (
    "raw",
    "raw_format",
    "raw_encoding",
    "owner",
    "deleted_at",
    "changed_at",
    "change_kind",
    "changed_by",
    "changed_in_id",
    "import_run_id",
)


def be_the_only_writer() -> None:
    """Wait until no other transaction writes records, and keep others waiting until this one ends.

    Taken before any row is read that the writer decides upon.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", _WRITERS_LOCK)


def locked_records(record_ids: Collection[int]) -> dict[int, BibliographicRecord]:
    """Return those of these records that the asking municipality sees, locked in the order of their keys.

    Nobody else changes them, and no item is added to them, until the transaction ends.
    """
    # FOR UPDATE, not the weaker lock of an update: an item that's being added to the record holds it until it's in.
    shown = BibliographicRecord.objects.filter(visible_to(viewer()), pk__in=record_ids)
    return {record.pk: record for record in shown.order_by("pk").select_for_update(of=("self",))}


def keep_superseded(record_ids: Sequence[int]) -> None:
    """Keep the present contents of records that the caller is about to change, in one statement however many they are.

    The caller is the only writer, and gives each record the next version number in the same transaction.
    """
    if record_ids:
        with connection.cursor() as cursor:
            cursor.execute(_copying_statement(), [list(record_ids)])


def keep_superseded_enrichments(rows: Sequence[Enrichment]) -> None:
    """Keep the present contents of enrichments that the caller is about to give the next version."""
    columns = ("fields", "deleted_at", "changed_at", "change_kind", "changed_by", "changed_in_id", "import_run_id")
    EnrichmentVersion.objects.bulk_create(
        EnrichmentVersion(enrichment=row, number=row.version, **{name: getattr(row, name) for name in columns})
        for row in rows
    )


def origin(
    *, kind: str, by: Any = None, municipality_id: int | None = None, run_id: int | None = None
) -> dict[str, Any]:
    """Return the columns that say who made a record's newest version.

    :param by: the staff account, or None for the system
    """
    return {
        "change_kind": kind,
        "changed_by": str(by)[:150] if by is not None else "",
        "changed_in_id": municipality_id,
        "import_run_id": run_id,
    }


@cache
def _copying_statement() -> str:
    return (
        sql.SQL(
            "INSERT INTO {versions} (record_id, number, {columns})"
            " SELECT id, version, {columns} FROM {records} WHERE id = ANY(%s)"
        )
        .format(
            versions=sql.Identifier(RecordVersion._meta.db_table),
            records=sql.Identifier(BibliographicRecord._meta.db_table),
            columns=sql.SQL(", ").join(map(sql.Identifier, _COPIED)),
        )
        .as_string(None)
    )
