"""Reads the facts in `data/`: real titles, names that belong to nobody, and the demo's municipalities."""

import csv
import json
from dataclasses import dataclass
from datetime import time
from functools import cache
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Genre:
    """What a kind of title is in the shelf classes, and in the words, of each country."""

    name: str
    material: str
    audience: str
    classes: dict[str, str]
    forms: dict[str, str]


@dataclass(frozen=True, slots=True)
class Title:
    """A title as a cataloguer would find it on its title page.

    :ivar material: differs from the genre's own when it's an audiobook or an e-book
    :ivar authors: family name first; one that has no comma is a group
    :ivar series: with the number in it behind " ; "
    """

    language: str
    genre: Genre
    material: str
    title: str
    remainder: str
    authors: tuple[str, ...]
    year: int | None
    publisher: str
    pages: int | None
    isbn: str
    subjects: tuple[str, ...]
    series: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """Common names of one country, and what its streets are called."""

    women: dict[str, list[str]]
    men: dict[str, list[str]]
    surnames: list[str]
    from_afar: dict[str, list[str]]
    streets: list[str]
    protected: str


@dataclass(frozen=True, slots=True)
class BranchFacts:
    """A branch with its weekly hours, by weekday from Monday = 0."""

    code: str
    name: str
    kind: str
    address: str
    hours: dict[int, tuple[time, time]]


@dataclass(frozen=True, slots=True)
class Town:
    """A municipality of the demo."""

    schema: str
    name: str
    host: str
    country: str
    population: int
    language: str
    currency: str
    time_zone: str
    theme: dict[str, str]
    barcode_schemes: dict[str, dict[str, Any]]
    classification: str
    record_languages: dict[str, int]
    price: dict[str, int]
    places: list[tuple[str, str]]
    phone: str
    branches: list[BranchFacts]
    locations: dict[str, str]
    staff: dict[str, str]
    classes: list[str]
    class_set: str
    block_reason: str


@cache
def genres() -> dict[str, Genre]:
    """Return every genre by its name."""
    return {
        row["genre"]: Genre(
            name=row["genre"],
            material=row["material"],
            audience=row["audience"],
            classes={scheme: row[scheme] for scheme in ("dk5", "kssb", "ykl")},
            forms={language: row[f"form_{language}"] for language in ("da", "sv", "fi", "en")},
        )
        for row in _rows("genres.tsv")
    }


@cache
def real_titles() -> tuple[Title, ...]:
    """Return the titles that exist outside, in the order of the file."""
    return tuple(_title(row) for row in _rows("titles.tsv"))


@cache
def names_of(language: str) -> Names:
    """Return the names of the country where this language (`da`, `sv`, `fi`) is spoken."""
    return Names(**_json("names.json")[language])


@cache
def towns() -> tuple[Town, ...]:
    """Return the demo's municipalities."""
    return tuple(_town(facts) for facts in _json("municipalities.json"))


@cache
def wording_of(language: str) -> dict[str, Any]:
    """Return how invented titles are put together in a language (`dan`, `swe`, `fin`)."""
    return dict(_json("wording.json")[language])


def _title(row: dict[str, str]) -> Title:
    genre = genres()[row["genre"]]
    return Title(
        language=row["language"],
        genre=genre,
        material=row["material"] or genre.material,
        title=row["title"],
        remainder=row["remainder"],
        authors=tuple(name.strip() for name in row["authors"].split(";") if name.strip()),
        year=int(row["year"]) if row["year"] else None,
        publisher=row["publisher"],
        pages=int(row["pages"]) if row["pages"] else None,
        isbn=row["isbn"],
        subjects=tuple(row["subjects"].split(";")),
        # Most lines end before it.
        series=row["series"] or "",
    )


def _town(facts: dict[str, Any]) -> Town:
    branches = [
        BranchFacts(**(branch | {"hours": {int(day): _hours(text) for day, text in branch["hours"].items()}}))
        for branch in facts["branches"]
    ]
    return Town(**(facts | {"branches": branches, "places": [tuple(place) for place in facts["places"]]}))


def _hours(text: str) -> tuple[time, time]:
    opens, closes = text.split("-")
    return time.fromisoformat(opens), time.fromisoformat(closes)


def _rows(name: str) -> list[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def _json(name: str) -> Any:
    return json.loads((_DATA / name).read_text(encoding="utf-8"))
