"""Filling the keys that candidates are found by, for records that came in before there were keys."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from catalogue.marc.columns import parse_columns
from catalogue.marc.problems import RecordProblem
from catalogue.marc.reading import parse_raw
from catalogue.models import BibliographicRecord
from catalogue.rules.match_facts import comparable, title_key, title_key_of
from catalogue.services.record_versions import be_the_only_writer

_BATCH = 500
_READ = ("pk", "raw", "raw_format", "raw_encoding", "title")
# Only where there's still none: a writer who came meanwhile has given the key of the newer title.
_FILL = """
    UPDATE catalogue_bibliographicrecord AS record SET title_key = found.title_key
    FROM unnest(%s::bigint[], %s::text[]) AS found (id, title_key)
    WHERE record.id = found.id AND record.title_key IS NULL
"""


def fill_title_keys(*, most: int | None = None) -> int:
    """Give records without one their key, a batch at a time, and return to how many; run again, it goes on.

    :param most: how many records at most, rounded up to a batch; None for all
    """
    filled = 0
    while most is None or filled < most:
        rows = list(BibliographicRecord.objects.filter(title_key=None).order_by("pk").values_list(*_READ)[:_BATCH])
        if not rows:
            break
        ids, keys = [row[0] for row in rows], [_key(row[1:]) for row in rows]
        with transaction.atomic():
            be_the_only_writer()
            with connection.cursor() as cursor:
                cursor.execute(_FILL, [ids, keys])
        filled += len(rows)
    return filled


def _key(content: Sequence[Any]) -> str:
    raw, raw_format, raw_encoding, title = content
    try:
        record = parse_raw(bytes(raw), raw_format=raw_format, raw_encoding=raw_encoding)
    except RecordProblem:
        return title_key(comparable(title))
    return title_key_of(record, parse_columns(record))
