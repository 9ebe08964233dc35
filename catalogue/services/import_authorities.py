"""Bringing in authorities from others: MARC 21 authority files, and tables of classes.

An authority that's there already gets the new content; when its heading is another now, the records follow.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from django.db import transaction

from catalogue.errors import Code, RecordRefused
from catalogue.marc.headings import HeadingKind, Parts, heading_of_authority
from catalogue.marc.problems import Problem
from catalogue.marc.reading import Progress, read_records
from catalogue.marc.record_columns import tidy
from catalogue.marc.records import Flavour, MarcRecord, RecordFailure
from catalogue.models import Authority, AuthorityReference, Vocabulary
from catalogue.rules.authorities import NewHeading, heading_from, typed_parts
from catalogue.selectors.authorities import number_of, scheme_for
from catalogue.services.authorities import Content, let_records_follow, write_references
from catalogue.services.records import Author
from common import audit
from common.errors import Reason

_BATCH = 200
_LONGEST_NUMBER = 64
_LONGEST_CAPTION = 200


@dataclass(frozen=True, slots=True)
class ReadAuthority:
    """An authority as somebody else's file has it.

    :ivar place: of the record or line in its file, from 1
    :ivar is_gone: its makers have withdrawn it
    """

    place: int
    number: str
    kind: HeadingKind
    content: Content
    stamp: str = ""
    is_gone: bool = False


@dataclass
class AuthorityReport:
    """What became of a file.

    :ivar refused: place in the file and why, as a code of `catalogue.errors` or `catalogue.marc.problems`
    """

    created: int = 0
    changed: int = 0
    renamed: int = 0
    unchanged: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


def import_authorities(
    *,
    file: Path | BinaryIO,
    vocabulary: Vocabulary,
    author: Author,
    now: datetime,
    progress: Progress | None = None,
) -> AuthorityReport:
    """Bring a MARC 21 authority file, ISO 2709 or MARCXML, into a vocabulary; the same again changes nothing.

    :raises RecordRefused: NO_RIGHT_TO_AUTHORITIES
    """
    report = AuthorityReport()
    return _bring(_read_marc(file, vocabulary, report, progress), vocabulary, author, now, report)


def import_classes(*, lines: Iterable[str], vocabulary: Vocabulary, author: Author, now: datetime) -> AuthorityReport:
    """Bring a table of classes into a vocabulary: CSV with columns number, caption, and perhaps variants, see_also.

    Several numbers in one of the last two have a blank and | between them.

    :raises RecordRefused: NO_RIGHT_TO_AUTHORITIES
    """
    report = AuthorityReport()
    return _bring(_read_classes(lines, report), vocabulary, author, now, report)


def _bring(
    found: Iterator[ReadAuthority], vocabulary: Vocabulary, author: Author, now: datetime, report: AuthorityReport
) -> AuthorityReport:
    if not author.library.is_root:
        raise RecordRefused([Reason(Code.NO_RIGHT_TO_AUTHORITIES)])
    while batch := list(islice(found, _BATCH)):
        _bring_batch(batch, vocabulary, author, now, report)
    facts = {"created": report.created, "changed": report.changed, "renamed": report.renamed}
    audit.record(
        action="catalogue.import_authorities",
        actor=author.account,
        subject=vocabulary,
        facts={**facts, "refused": len(report.refused)},
    )
    return report


@transaction.atomic
def _bring_batch(
    batch: Sequence[ReadAuthority], vocabulary: Vocabulary, author: Author, now: datetime, report: AuthorityReport
) -> None:
    # Whoever adds to the vocabulary by hand waits until the batch is in.
    Vocabulary.objects.select_for_update(of=("self",)).get(pk=vocabulary.pk)
    rows = Authority.objects.select_for_update(of=("self",)).select_related("vocabulary").order_by("pk")
    known = {row.control_number: row for row in rows.filter(vocabulary=vocabulary, control_number__in=_numbers(batch))}
    headings = {each.place: _heading(each, vocabulary) for each in batch}
    keys = [heading.key for heading in headings.values() if heading]
    owners = Authority.objects.filter(vocabulary=vocabulary, key__in=keys, merged_into=None)
    taken = dict(owners.values_list("key", "control_number"))
    for each in batch:
        heading, row = headings[each.place], known.get(each.number)
        if problem := _reason_against(each, heading, row, vocabulary, taken):
            report.refused.append((each.place, problem))
        elif heading is not None:
            taken[heading.key] = each.number
            known[each.number] = _write(each, heading, row, vocabulary, author, now, report)


def _reason_against(
    each: ReadAuthority,
    heading: NewHeading | None,
    row: Authority | None,
    vocabulary: Vocabulary,
    taken: dict[int, str],
) -> str:
    if each.is_gone:
        return Code.MARKED_AS_DELETED
    if heading is None:
        return Code.NO_HEADING
    if not each.number or len(each.number) > _LONGEST_NUMBER:
        return Code.NO_NUMBER
    if each.kind not in vocabulary.kinds:
        return Code.KIND_NOT_IN_VOCABULARY
    if row is not None and row.merged_into_id is not None:
        return Code.MERGED_AWAY
    if row is not None and row.kind != each.kind:
        return Code.KINDS_DIFFER
    if row is not None and each.stamp < row.stamp:
        return Problem.OLDER_THAN_CATALOGUE
    return Code.HEADING_TAKEN if taken.get(heading.key, each.number) != each.number else ""


def _write(
    each: ReadAuthority,
    heading: NewHeading,
    row: Authority | None,
    vocabulary: Vocabulary,
    author: Author,
    now: datetime,
    report: AuthorityReport,
) -> Authority:
    parts = [list(part) for part in heading.parts]
    is_new = row is None
    row = row or Authority(vocabulary=vocabulary, kind=each.kind, control_number=each.number, created_at=now, version=0)
    old_parts = None if is_new else row.parts
    said = (parts, each.content.caption[:_LONGEST_CAPTION], each.content.note)
    if not is_new and said == (row.parts, row.caption, row.note) and _has_references(row, each, vocabulary):
        report.unchanged += 1
        return row
    row.parts, row.caption, row.note = said
    row.heading, row.sort_text, row.key = heading.heading, heading.sort_text, heading.key
    row.version, row.changed_at, row.stamp = row.version + 1, now, each.stamp
    row.save()
    is_renamed = old_parts is not None and old_parts != parts
    write_references(row, each.content, old_parts=old_parts if is_renamed else None)
    if is_renamed:
        let_records_follow(row, old_parts=old_parts, old_number=number_of(row), author=author, now=now)
        report.renamed += 1
    if is_new:
        report.created += 1
    else:
        report.changed += 1
    return row


def _has_references(row: Authority, each: ReadAuthority, vocabulary: Vocabulary) -> bool:
    """Tell whether the file's references are those that are kept; former headings come and go by renaming alone."""
    scheme = scheme_for(vocabulary, each.kind)
    see_also = AuthorityReference.Relation.SEE_ALSO
    kept = {(kind == see_also, key): kind for kind, key in row.references.values_list("relation", "key")}
    wanted = {(False, heading_from(each.kind, scheme, parts).key) for parts in each.content.variants}
    wanted |= {(True, heading_from(each.kind, scheme, parts).key) for parts in each.content.see_also}
    wanted = {place for place in wanted if place[1] != row.key}
    former = {place for place, kind in kept.items() if kind == AuthorityReference.Relation.FORMER}
    return wanted - former == set(kept) - former


def _heading(each: ReadAuthority, vocabulary: Vocabulary) -> NewHeading | None:
    if each.content.parts is None:
        return None
    return heading_from(each.kind, scheme_for(vocabulary, each.kind), each.content.parts)


def _numbers(batch: Sequence[ReadAuthority]) -> list[str]:
    return [each.number for each in batch]


def _read_marc(
    file: Path | BinaryIO, vocabulary: Vocabulary, report: AuthorityReport, progress: Progress | None
) -> Iterator[ReadAuthority]:
    for read in read_records(file, progress=progress):
        if isinstance(read, RecordFailure):
            report.refused.append((read.number, read.code))
        elif read.record.flavour != Flavour.MARC21 or read.record.leader[6:7] != "z":
            report.refused.append((read.number, Code.NO_HEADING))
        else:
            yield _as_authority(read.number, read.record, vocabulary)


def _as_authority(place: int, record: MarcRecord, vocabulary: Vocabulary) -> ReadAuthority:
    headings = {
        first: [
            heading
            for field_ in record.fields
            if field_.tag[0] == first and (heading := heading_of_authority(field_, vocabulary.scheme))
        ]
        for first in "145"
    }
    own = headings["1"][0] if headings["1"] else None
    kind = own.kind if own else HeadingKind.SUBJECT
    others: dict[str, list[Parts]] = {
        first: [each.parts for each in headings[first] if each.kind == kind] for first in "45"
    }
    content = Content(
        parts=own.parts if own else None,
        variants=others["4"],
        see_also=others["5"],
        note=tidy(" ".join(record.values("680", "ia") + record.values("670", "a")))[:2000],
    )
    return ReadAuthority(
        place,
        _number(record.control("001"), vocabulary),
        kind,
        content,
        tidy(record.control("005"))[:20],
        record.leader[5:6] in "dsx",
    )


def _number(text: str, vocabulary: Vocabulary) -> str:
    """Return a number without the agency that some put before it."""
    return tidy(text).removeprefix(f"({vocabulary.agency})").removeprefix(f"{vocabulary.agency}/").strip()


def _read_classes(lines: Iterable[str], report: AuthorityReport) -> Iterator[ReadAuthority]:
    for place, row in enumerate(csv.DictReader(lines), start=2):
        number = tidy(row.get("number") or "")
        others = {
            name: [
                parts for each in (row.get(name) or "").split("|") if (parts := typed_parts(each, HeadingKind.CLASS))
            ]
            for name in ("variants", "see_also")
        }
        content = Content(
            parts=typed_parts(number, HeadingKind.CLASS),
            variants=others["variants"],
            see_also=others["see_also"],
            caption=tidy(row.get("caption") or ""),
        )
        yield ReadAuthority(place, number, HeadingKind.CLASS, content)
