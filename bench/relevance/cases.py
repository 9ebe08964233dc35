"""The test set: queries as people type them, and what they expect, in `queries.tsv`.

An expectation is one of `Title / Author`, `Title`, `by: Author`, `about: Subject`; several are divided by ` | `, and
any of them will do. Titles and names are compared as words, without regard to signs and capital letters.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from catalogue.models import BibliographicRecord
from catalogue.search.words import words_of

_FILE = Path(__file__).parent / "queries.tsv"
_BETWEEN = " | "


@dataclass(frozen=True)
class Described:
    """What an expectation looks at in a record, as words."""

    title: str
    names: frozenset[str]
    subjects: frozenset[str]


@dataclass(frozen=True)
class Expectation:
    """One of the answers that somebody would be content with; what is empty doesn't matter."""

    title: str = ""
    name: str = ""
    subject: str = ""

    def is_met_by(self, record: Described) -> bool:
        """Return whether this record is what was expected."""
        return (
            self.title in ("", record.title)
            and (not self.name or self.name in record.names)
            and (not self.subject or self.subject in record.subjects)
        )


@dataclass(frozen=True)
class Case:
    """A query with what's expected among its first hits.

    :ivar group: what is difficult about it
    """

    group: str
    text: str
    expected: tuple[Expectation, ...]

    def rank_in(self, found: Iterable[Described]) -> int | None:
        """Return the place of the first hit that was expected, from 1, or None if there's none."""
        for place, record in enumerate(found, 1):
            if any(expectation.is_met_by(record) for expectation in self.expected):
                return place
        return None


@cache
def cases() -> tuple[Case, ...]:
    """Return the test set in the order of the file."""
    with _FILE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return tuple(
        Case(row["group"], row["query"], tuple(map(_expectation, row["expected"].split(_BETWEEN)))) for row in rows
    )


def described(record_ids: Sequence[int]) -> Mapping[int, Described]:
    """Return what expectations look at in these records."""
    rows = BibliographicRecord.objects.filter(pk__in=record_ids)
    return {
        pk: describe(title, [author, *contributors], subjects)
        for pk, title, author, contributors, subjects in rows.values_list(
            "pk", "title", "author", "contributors", "subjects"
        )
    }


def describe(title: str, names: Iterable[str], subjects: Iterable[str]) -> Described:
    """Return a title as expectations look at it."""
    return Described(_plain(title), frozenset(map(_plain, names)), frozenset(map(_plain, subjects)))


def _expectation(text: str) -> Expectation:
    kind, _, value = text.partition(": ")
    if kind == "by":
        return Expectation(name=_plain(value))
    if kind == "about":
        return Expectation(subject=_plain(value))
    title, _, author = text.partition(" / ")
    return Expectation(title=_plain(title), name=_plain(author))


def _plain(text: str) -> str:
    return " ".join(words_of(text))
