"""Filling the keys that candidates are found by, for records that came in before there were keys."""

from collections.abc import Sequence
from typing import Any

from catalogue.marc.columns import parse_columns
from catalogue.marc.problems import RecordProblem
from catalogue.marc.reading import parse_raw
from catalogue.models import BibliographicRecord
from catalogue.rules.match_facts import comparable, title_key, title_key_of

_BATCH = 1000
_READ = ("pk", "raw", "raw_format", "raw_encoding", "title")


def fill_title_keys() -> int:
    """Give every record without one its key, a thousand at a time, and return to how many; run again, it goes on."""
    filled = 0
    while rows := list(BibliographicRecord.objects.filter(title_key=None).order_by("pk").values_list(*_READ)[:_BATCH]):
        # Only where there's still none: a writer who came meanwhile has given the key of the newer title.
        for record_id, *content in rows:
            missing = BibliographicRecord.objects.filter(pk=record_id, title_key=None)
            filled += missing.update(title_key=_key(content))
    return filled


def _key(content: Sequence[Any]) -> str:
    raw, raw_format, raw_encoding, title = content
    try:
        record = parse_raw(bytes(raw), raw_format=raw_format, raw_encoding=raw_encoding)
    except RecordProblem:
        return title_key(comparable(title))
    return title_key_of(record, parse_columns(record))
