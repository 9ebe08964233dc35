"""Filling the series of records that came in when the catalogue kept only the first one of each."""

import json

from django.db import connection, transaction
from django.utils import timezone

from catalogue.marc.columns import parse_columns
from catalogue.marc.problems import RecordProblem
from catalogue.marc.reading import parse_raw
from catalogue.marc.series import every_series
from catalogue.models import BibliographicRecord, Change
from catalogue.services import change_feed
from catalogue.services.record_versions import be_the_only_writer

_BATCH = 500
_READ = ("pk", "raw", "raw_format", "raw_encoding", "series", "all_series")
# Only where there are still none: a writer who came meanwhile has given those of the newer content.
_FILL = """
    UPDATE catalogue_bibliographicrecord AS record
    SET all_series = found.series, stated_series = found.stated, series = coalesce(found.series[1], '')
    FROM json_to_recordset(%s::json) AS found (id bigint, series text[], stated text[])
    WHERE record.id = found.id AND record.all_series IS NULL
"""


def fill_all_series(*, most: int | None = None) -> int:
    """Give records without them all their series, a batch at a time, and return to how many; run again, it goes on.

    The index reads those anew that have others than the one that was known.

    :param most: how many records at most, rounded up to a batch; None for all
    """
    filled = 0
    while most is None or filled < most:
        rows = list(BibliographicRecord.objects.filter(all_series=None).order_by("pk").only(*_READ)[:_BATCH])
        if not rows:
            break
        read = {row.pk: _series(row) for row in rows}
        with transaction.atomic():
            be_the_only_writer()
            with connection.cursor() as cursor:
                cursor.execute(_FILL, [json.dumps([{"id": pk, **found} for pk, found in read.items()])])
            other = [row.pk for row in rows if read[row.pk] != {"series": every_series(row), "stated": []}]
            change_feed.announce(record_ids=other, kind=Change.Kind.GROUPED, now=timezone.now())
        filled += len(rows)
    return filled


def _series(row: BibliographicRecord) -> dict[str, list[str]]:
    try:
        record = parse_raw(bytes(row.raw), raw_format=row.raw_format, raw_encoding=row.raw_encoding)
    except RecordProblem:
        return {"series": every_series(row), "stated": []}
    columns = parse_columns(record)
    return {"series": columns.all_series or [], "stated": columns.stated_series}
