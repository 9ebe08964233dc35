"""Finding the records that incoming ones may be: by number, ISBN and ISSN first, then by title, type and year."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from catalogue.marc.columns import parse_columns
from catalogue.marc.problems import RecordProblem
from catalogue.marc.reading import parse_raw
from catalogue.marc.record_columns import RecordColumns
from catalogue.marc.records import MarcRecord
from catalogue.models import BibliographicRecord
from catalogue.rules.match_facts import MatchFacts, facts_at_best, match_facts
from catalogue.rules.matching import Candidate, compare, is_double, is_told_apart, ranked
from catalogue.selectors.visibility import viewer, visible_to

# What matching would veto isn't read: another type, another year. Beyond twenty of one title, type and year, the title
# says nothing.
_BY_TITLE = """
    SELECT wanted.place, found.id
    FROM unnest(%s::int[], %s::text[], %s::text[], %s::int[]) AS wanted (place, title_key, material, year)
    CROSS JOIN LATERAL (
        SELECT id FROM catalogue_bibliographicrecord AS record
        WHERE record.title_key = wanted.title_key AND record.title_key <> ''
            AND record.material_type = wanted.material AND record.deleted_at IS NULL
            AND (wanted.year IS NULL OR record.year IS NULL OR abs(record.year - wanted.year) < 2)
            AND (record.visible_to_id IS NULL OR record.visible_to_id = %s)
        ORDER BY id LIMIT 20
    ) AS found
"""


# The source of what has none here.
_ELSEWHERE = ""
_COMPARED = "author contributors edition publisher year isbns issns material_type extent part_of"
_STORED = ("version", "source", "control_number", "raw", "raw_format", "raw_encoding", *_COMPARED.split())
# What stands in a record's bytes as it is, whatever their format and encoding.
_PLAIN = re.compile(r"[\w .:/-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An incoming record to find candidates for.

    :ivar key: its source and number
    """

    key: tuple[str, str]
    facts: MatchFacts


@dataclass(frozen=True, slots=True)
class Content:
    """What a record of the catalogue said when it was compared.

    :ivar key: its source and number
    """

    version: int
    key: tuple[str, str]
    marc: MarcRecord
    columns: RecordColumns
    facts: MatchFacts


def candidates_for(batch: Sequence[Wanted]) -> list[list[Candidate]]:
    """Return, for each incoming record, what it may be, as `catalogue.rules.matching.ranked` orders it.

    A fixed number of statements however many records there are. Only what the asking municipality sees is among them.
    """
    return candidates_and_contents(batch)[0]


def candidates_and_contents(batch: Sequence[Wanted]) -> tuple[list[list[Candidate]], Mapping[int, Content]]:
    """Return the candidates, and what was read of them, for whoever goes on with it."""
    ids = _ids_by_place(batch)
    contents = _Contents({record_id for found in ids.values() for record_id in found})
    result = []
    for place, wanted in enumerate(batch):
        found = []
        for record_id in sorted(ids[place]):
            if contents.may_be(record_id, wanted) and (content := contents.get(record_id)):
                score = compare(wanted.facts, content.facts)
                found.append(Candidate(record_id, score, is_same_number=content.key == wanted.key))
        result.append(ranked(found))
    return result, contents.read


def doubles_of(wanted: Wanted) -> list[int]:
    """Return the records that one entered by hand may be already, oldest first."""
    return _doubles([wanted])[0]


def already_here(records: Sequence[MarcRecord]) -> list[list[BibliographicRecord]]:
    """Return, for each record of another catalogue, the ones that it may be already, oldest first.

    A fixed number of statements however many records there are.
    """
    facts = [match_facts(record, parse_columns(record), source=_ELSEWHERE) for record in records]
    doubles = _doubles([Wanted((_ELSEWHERE, ""), each) for each in facts])
    shown = BibliographicRecord.objects.filter(visible_to(viewer()), deleted_at=None).defer("raw")
    known = shown.in_bulk({record_id for found in doubles for record_id in found})
    return [[known[record_id] for record_id in found if record_id in known] for found in doubles]


def _doubles(batch: Sequence[Wanted]) -> list[list[int]]:
    ids = _ids_by_place(batch)
    contents = _Contents({record_id for found in ids.values() for record_id in found})
    return [
        sorted(
            record_id
            for record_id in ids[place]
            if (content := contents.get(record_id)) and _is_double(wanted, content)
        )
        for place, wanted in enumerate(batch)
    ]


def _is_double(wanted: Wanted, content: Content) -> bool:
    facts = content.facts
    return content.key != wanted.key and (is_double(wanted.facts, facts) or compare(wanted.facts, facts).is_match)


def _ids_by_place(batch: Sequence[Wanted]) -> Mapping[int, set[int]]:
    places: dict[tuple[str, str], set[int]] = defaultdict(set)
    for place, wanted in enumerate(batch):
        for who, number in {*wanted.facts.numbers, wanted.key}:
            places["number", f"{who} {number}"].add(place)
        for isbn in wanted.facts.isbns:
            places["isbn", isbn].add(place)
        for issn in wanted.facts.issns:
            places["issn", issn].add(place)
    found: dict[int, set[int]] = defaultdict(set)
    for record_id, source, number, isbns, issns in _by_identifier(batch):
        keys = [("number", f"{source} {number}"), *(("isbn", each) for each in isbns)]
        keys += [("issn", each) for each in issns]
        for key in keys:
            for place in places.get(key, ()):
                found[place].add(record_id)
    with connection.cursor() as cursor:
        cursor.execute(_BY_TITLE, [*_title_wishes(batch), viewer()])
        for place, record_id in cursor.fetchall():
            found[place].add(record_id)
    return found


def _by_identifier(batch: Sequence[Wanted]) -> Iterable[tuple[int, str, str, list[str], list[str]]]:
    """Yield the records with any of the batch's identifiers, each asked for by an index of its own."""
    shown = BibliographicRecord.objects.filter(visible_to(viewer()), deleted_at=None)
    numbers = {pair[1] for wanted in batch for pair in (*wanted.facts.numbers, wanted.key)}
    conditions = (
        Q(control_number__in=numbers),
        Q(isbns__overlap=sorted({isbn for wanted in batch for isbn in wanted.facts.isbns})),
        Q(issns__overlap=sorted({issn for wanted in batch for issn in wanted.facts.issns})),
    )
    for condition in conditions:
        yield from shown.filter(condition).values_list("pk", "source", "control_number", "isbns", "issns")


def _title_wishes(batch: Sequence[Wanted]) -> list[list[object]]:
    wishes = [(place, each.facts.title_key, each.facts.material, each.facts.year) for place, each in enumerate(batch)]
    return [list(column) for column in zip(*wishes, strict=True)] if wishes else [[], [], [], []]


class _Contents:
    """What's stored of some records, each read when it's first asked for.

    :ivar read: what was read so far
    """

    def __init__(self, record_ids: Collection[int]) -> None:
        self._rows = {row.pk: row for row in BibliographicRecord.objects.filter(pk__in=record_ids).only(*_STORED)}
        self._unreadable: set[int] = set()
        self.read: dict[int, Content] = {}

    def may_be(self, record_id: int, wanted: Wanted) -> bool:
        """Say whether a record is worth reading: most of those that have only the title in common aren't."""
        row = self._rows.get(record_id)
        if row is None:
            return False
        key = (row.source, row.control_number)
        if key == wanted.key or not is_told_apart(wanted.facts, number=key, at_best=facts_at_best(row, wanted.facts)):
            return True
        # Its own fields may name another number that they share.
        raw = bytes(row.raw)
        numbers = [number for _who, number in (*wanted.facts.numbers, wanted.key)]
        return not all(_PLAIN.fullmatch(each) for each in numbers) or any(each.encode() in raw for each in numbers)

    def get(self, record_id: int) -> Content | None:
        """Return what a record says; None when its bytes can't be read."""
        if record_id in self.read or record_id in self._unreadable or record_id not in self._rows:
            return self.read.get(record_id)
        row = self._rows[record_id]
        try:
            record = parse_raw(bytes(row.raw), raw_format=row.raw_format, raw_encoding=row.raw_encoding)
        except RecordProblem:
            self._unreadable.add(record_id)
            return None
        columns = parse_columns(record)
        facts = match_facts(record, columns, source=row.source)
        self.read[record_id] = Content(row.version, (row.source, row.control_number), record, columns, facts)
        return self.read[record_id]
