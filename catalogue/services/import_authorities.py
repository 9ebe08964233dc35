"""Bringing in authorities from others: MARC 21 authority files, and tables of classes.

An authority that's there already gets what the file has changed since the last time; when its heading is another now,
the records follow. What was changed here by hand stays, whatever moment the file names; where both changed the same,
the report says so.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from django.db import transaction

from catalogue.errors import Code, RecordRefused
from catalogue.marc.headings import HeadingKind, Parts, heading_of_authority
from catalogue.marc.problems import Problem
from catalogue.marc.reading import Progress, read_records
from catalogue.marc.record_columns import tidy
from catalogue.marc.records import Flavour, MarcRecord, RecordFailure
from catalogue.models import Authority, AuthorityReference, ChangeKind, Vocabulary
from catalogue.rules.authorities import LONGEST_HEADING, NewHeading, heading_from, typed_parts
from catalogue.rules.authority_contents import brought_together
from catalogue.selectors.authorities import number_of, scheme_for
from catalogue.selectors.authority_versions import content_of_authority
from catalogue.services.authorities import (
    Content,
    be_changed,
    content_from,
    fill_authority,
    let_records_follow,
    lock_vocabularies,
    parts_from,
    write_references,
)
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
    :ivar kept: place in the file and which properties stay as they were changed here by hand, though the file has
        changed them too, as `catalogue.rules.authority_contents` calls them
    """

    created: int = 0
    changed: int = 0
    renamed: int = 0
    unchanged: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    kept: list[tuple[int, list[str]]] = field(default_factory=list)


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


@dataclass(frozen=True, slots=True)
class _New:
    """What an authority is to say.

    :ivar theirs: what the file says
    :ivar said: that, and what was changed here
    :ivar kept: what both changed
    """

    theirs: dict[str, Any]
    said: dict[str, Any]
    heading: NewHeading
    kept: list[str]


@transaction.atomic
def _bring_batch(
    batch: Sequence[ReadAuthority], vocabulary: Vocabulary, author: Author, now: datetime, report: AuthorityReport
) -> None:
    lock_vocabularies(vocabulary.pk)
    rows = Authority.objects.select_for_update(of=("self",)).select_related("vocabulary").order_by("pk")
    rows = rows.filter(vocabulary=vocabulary, control_number__in=[each.number for each in batch])
    known = {row.control_number: row for row in rows.prefetch_related("references")}
    keys = [_heading(each.content.parts, each.kind, vocabulary).key for each in batch if each.content.parts]
    owners = Authority.objects.filter(vocabulary=vocabulary, key__in=keys, merged_into=None)
    taken = dict(owners.values_list("key", "control_number"))
    for each in batch:
        row = known.get(each.number)
        problem = _reason_against(each, row, vocabulary)
        new = None if problem else _new(each, row, vocabulary)
        if new is not None and taken.get(new.heading.key, each.number) != each.number:
            problem = Code.HEADING_TAKEN
        if new is None or problem:
            report.refused.append((each.place, problem))
            continue
        if row is not None and taken.get(row.key) == each.number:
            # Another one of this file may have it from now on.
            del taken[row.key]
        taken[new.heading.key] = each.number
        known[each.number] = _write(each, new, row, vocabulary, author, now, report)


def _reason_against(each: ReadAuthority, row: Authority | None, vocabulary: Vocabulary) -> str:
    if each.is_gone:
        return Code.MARKED_AS_DELETED
    if each.content.parts is None or sum(len(value) for _, value in each.content.parts) > LONGEST_HEADING:
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
    return ""


def _new(each: ReadAuthority, row: Authority | None, vocabulary: Vocabulary) -> _New:
    content = each.content
    theirs: dict[str, Any] = {
        "parts": [list(part) for part in content.parts or ()],
        "variants": [[list(part) for part in parts] for parts in content.variants],
        "see_also": [[list(part) for part in parts] for parts in content.see_also],
        "caption": content.caption[:_LONGEST_CAPTION],
        "note": content.note,
    }
    said, kept = theirs, list[str]()
    if row is not None:
        ours = content_of_authority(row)
        # One that was never changed says what it was brought in with, also where that wasn't kept yet.
        base = ours if row.imported is None and row.version == 1 else row.imported
        scheme = scheme_for(vocabulary, each.kind)
        said, kept = brought_together(
            base, ours, theirs, lambda parts: heading_from(each.kind, scheme, parts_from(parts)).key
        )
    return _New(theirs, said, _heading(parts_from(said["parts"]), each.kind, vocabulary), kept)


def _write(
    each: ReadAuthority,
    new: _New,
    row: Authority | None,
    vocabulary: Vocabulary,
    author: Author,
    now: datetime,
    report: AuthorityReport,
) -> Authority:
    if new.kept:
        report.kept.append((each.place, new.kept))
    if row is not None and _says_already(row, each, new.said, vocabulary):
        report.unchanged += 1
        if (row.imported, row.stamp) != (new.theirs, each.stamp):
            row.imported, row.stamp = new.theirs, each.stamp
            row.save(update_fields=["imported", "stamp"])
        return row
    old_parts = None if row is None else row.parts
    if row is None:
        row = Authority(vocabulary=vocabulary, kind=each.kind, control_number=each.number, created_at=now)
        be_changed(row, ChangeKind.IMPORT, author, now, version=1)
        report.created += 1
    else:
        be_changed(row, ChangeKind.IMPORT, author, now)
        report.changed += 1
    fill_authority(row, new.heading, content_from(new.said))
    row.imported, row.stamp = new.theirs, each.stamp
    row.save()
    is_renamed = old_parts is not None and old_parts != row.parts
    write_references(row, content_from(new.said), old_parts=old_parts if is_renamed else None)
    # What was read with it is old now.
    row = Authority.objects.select_related("vocabulary").prefetch_related("references").get(pk=row.pk)
    if is_renamed:
        let_records_follow(row, old_parts=old_parts, old_number=number_of(row), author=author, now=now)
        report.renamed += 1
    return row


def _says_already(row: Authority, each: ReadAuthority, said: Mapping[str, Any], vocabulary: Vocabulary) -> bool:
    """Tell whether an authority says all that already; former headings come and go by renaming alone."""
    if any(said[name] != getattr(row, name) for name in ("parts", "caption", "note")):
        return False
    scheme = scheme_for(vocabulary, each.kind)
    references = list(row.references.all())
    former = {each.key for each in references if each.relation == AuthorityReference.Relation.FORMER} | {row.key}
    kept = {(each.relation, each.key) for each in references if each.relation != AuthorityReference.Relation.FORMER}
    lists = ((AuthorityReference.Relation.VARIANT, "variants"), (AuthorityReference.Relation.SEE_ALSO, "see_also"))
    wanted = {
        (relation, heading_from(each.kind, scheme, parts_from(parts)).key)
        for relation, name in lists
        for parts in said[name]
    }
    left = {(relation, key) for relation, key in wanted if relation == "SEE_ALSO" or key not in former}
    return {place for place in left if place[1] != row.key} == kept


def _heading(parts: Parts, kind: str, vocabulary: Vocabulary) -> NewHeading:
    return heading_from(kind, scheme_for(vocabulary, kind), parts)


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
        first: [
            each.parts
            for each in headings[first]
            if each.kind == kind and sum(len(value) for _, value in each.parts) <= LONGEST_HEADING
        ]
        for first in "45"
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
