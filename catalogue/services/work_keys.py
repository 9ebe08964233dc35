"""Filling the keys of works, and the levels, of records that came in before there were any."""

from django.db import connection, transaction
from django.utils import timezone

from catalogue.marc.columns import parse_columns
from catalogue.marc.problems import RecordProblem
from catalogue.marc.reading import parse_raw
from catalogue.models import BibliographicRecord, Change
from catalogue.rules.record_levels import level_of
from catalogue.rules.work_keys import work_key_of
from catalogue.selectors.works import own_key
from catalogue.services import change_feed
from catalogue.services.record_versions import be_the_only_writer

_BATCH = 500
_READ = ("pk", "raw", "raw_format", "raw_encoding", "title", "author", "work_key")
_FILL = """
    UPDATE catalogue_bibliographicrecord AS record SET work_key = found.work_key, level = found.level
    FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS found (id, work_key, level)
    WHERE record.id = found.id AND record.work_key IS NULL
"""


def fill_work_keys(*, most: int | None = None) -> int:
    """Give records without one their key and level, a batch at a time, and return to how many; run again, it goes on.

    The index reads those anew whose work isn't what author and title alone had said.

    :param most: how many records at most, rounded up to a batch; None for all
    """
    filled = 0
    while most is None or filled < most:
        rows = list(BibliographicRecord.objects.filter(work_key=None).order_by("pk").only(*_READ)[:_BATCH])
        if not rows:
            break
        read = {row.pk: _key_and_level(row) for row in rows}
        keys, levels = zip(*read.values(), strict=True)
        with transaction.atomic():
            be_the_only_writer()
            with connection.cursor() as cursor:
                cursor.execute(_FILL, [list(read), list(keys), list(levels)])
            other = [row.pk for row in rows if read[row.pk] != (own_key(row), "")]
            change_feed.announce(record_ids=other, kind=Change.Kind.GROUPED, now=timezone.now())
        filled += len(rows)
    return filled


def _key_and_level(row: BibliographicRecord) -> tuple[str, str]:
    try:
        record = parse_raw(bytes(row.raw), raw_format=row.raw_format, raw_encoding=row.raw_encoding)
    except RecordProblem:
        return own_key(row), ""
    columns = parse_columns(record)
    return work_key_of(record, columns), str(level_of(record, columns))
