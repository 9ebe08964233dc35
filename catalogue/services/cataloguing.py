"""Records that a cataloguer typed: a new one gets its number and dates, a changed one the moment of its change.

What is decided about rights and versions is decided in `catalogue.services.records`.
"""

import hashlib
from datetime import datetime

from django.db import transaction

from catalogue.errors import Code, RecordRefused
from catalogue.marc.completing import with_date_of_change, with_identity, without_empty
from catalogue.marc.problems import Problem, RecordProblem
from catalogue.marc.reading import read_single
from catalogue.marc.records import MarcRecord, RawFormat
from catalogue.marc.rewriting import rewritten
from catalogue.models import BibliographicRecord
from catalogue.rules.record_diff import is_same_content
from catalogue.selectors.versions import content_of, marc_of
from catalogue.services.record_versions import be_the_only_writer
from catalogue.services.records import Author, Saved, add_record, save_record
from common.errors import Reason


@transaction.atomic
def add_typed_record(
    *, record: MarcRecord, author: Author, now: datetime, is_local: bool, double_key: str = ""
) -> BibliographicRecord:
    """Enter a typed record and return it; one without a number gets one of the author's library.

    :param is_local: only her library sees it until it's shown to all
    :param double_key: what the refusal PERHAPS_DOUBLE gave, when she has seen what may be the same and enters it anyway
    :raises RecordRefused: with every reason found
    """
    be_the_only_writer()
    library = author.library
    if not is_local and not library.edits_common:
        raise RecordRefused([Reason(Code.NO_RIGHT_TO_COMMON)])
    number = _free_number(library.code, now)
    filled = without_empty(record)
    whole = with_identity(filled, number=number, agency=library.code, now=now)
    raw = _written(whole, RawFormat.MARCXML)
    return add_record(
        raw=raw,
        source=library.code,
        author=author,
        now=now,
        is_local=is_local,
        double_key=double_key,
        typed=_digest(filled),
    )


@transaction.atomic
def save_typed_record(
    *, record_id: int, expected_version: int, record: MarcRecord, author: Author, now: datetime
) -> Saved:
    """Give a record the typed content; one that says the same as before keeps its bytes.

    :param expected_version: the version that the editor read; when there's a newer one, nothing is saved
    :raises StaleRecord: if somebody else has changed the record since
    :raises RecordRefused: with every reason found
    """
    content, before = content_of(record_id, expected_version), marc_of(record_id, expected_version)
    if content is None or before is None:
        raise RecordRefused([Reason(Code.NO_SUCH_VERSION, facts={"version": expected_version})])
    filled = without_empty(record, kept=before.fields)
    raw = content.raw
    if not is_same_content(before, filled):
        raw = _written(with_date_of_change(filled, now), content.raw_format)
    return save_record(record_id=record_id, expected_version=expected_version, raw=raw, author=author, now=now)


def _digest(record: MarcRecord) -> bytes:
    return hashlib.sha256("\x1e".join([record.leader, *map("".join, record.fields)]).encode()).digest()


def _free_number(source: str, now: datetime) -> str:
    """Return a number that nobody has: the moment, or the next that's free.

    The caller is the only writer, so it's still free when the record is in.
    """
    number = int(f"{now:%Y%m%d%H%M%S}")
    taken = BibliographicRecord.objects.filter(source=source)
    while taken.filter(control_number=str(number)).exists():
        number += 1
    return str(number)


def _written(record: MarcRecord, raw_format: str) -> bytes:
    """Return the record's bytes in its format, or in XML where a field is too long for ISO 2709.

    :raises RecordRefused: if a field wouldn't come back as it was typed
    """
    try:
        raw = rewritten(record, raw_format)
    except RecordProblem:
        raw = rewritten(record, RawFormat.MARCXML)
    try:
        kept = read_single(raw).record
    except RecordProblem as problem:
        facts = {"problem": problem.code.value, "detail": problem.detail}
        raise RecordRefused([Reason(Code.UNREADABLE, facts=facts)]) from problem
    if sorted(kept.fields) != sorted(record.fields):
        raise RecordRefused([Reason(Code.UNREADABLE, facts={"problem": Problem.BAD_SUBFIELD_CODE.value})])
    return raw
