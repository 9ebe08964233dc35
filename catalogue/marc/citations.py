"""Records for people who write: BibTeX and RIS, as reference managers read them."""

import re
from collections.abc import Iterator

from catalogue.marc.record_columns import Material, tidy
from catalogue.marc.series import every_series
from catalogue.marc.to_marc21 import Described

_BIBTEX_KINDS: dict[str, str] = {
    Material.BOOK: "book",
    Material.E_BOOK: "book",
    Material.AUDIOBOOK: "book",
    Material.E_AUDIOBOOK: "book",
    Material.SHEET_MUSIC: "book",
}
_RIS_KINDS: dict[str, str] = {
    Material.BOOK: "BOOK",
    Material.E_BOOK: "EBOOK",
    Material.AUDIOBOOK: "SOUND",
    Material.E_AUDIOBOOK: "SOUND",
    Material.MUSIC: "SOUND",
    Material.SHEET_MUSIC: "MUSIC",
    Material.FILM: "VIDEO",
    Material.GAME: "COMP",
    Material.MAGAZINE: "SER",
    Material.MAP: "MAP",
    Material.PICTURE: "ART",
}
# What TeX would take for a command; letters stay Unicode, which BibTeX's successors and managers read.
_TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)
_NOT_IN_KEY = re.compile(r"[^A-Za-z0-9-]+")


def bibtex(record: Described) -> str:
    """Return the record as a BibTeX entry."""
    key = _NOT_IN_KEY.sub("-", record.control_number).strip("-") or "record"
    fields = [(name, _on_one_line(value)) for name, value in _bibtex_fields(record)]
    lines = [f"  {name} = {{{value.translate(_TEX)}}}" for name, value in fields if value]
    return f"@{_BIBTEX_KINDS.get(record.material_type, 'misc')}{{{key},\n" + ",\n".join(lines) + "\n}\n"


def _bibtex_fields(record: Described) -> Iterator[tuple[str, str]]:
    yield "author", record.author
    yield "title", _whole_title(record)
    yield "publisher", record.publisher
    yield "year", str(record.year or "")
    yield "edition", record.edition
    yield "series", ", ".join(every_series(record))
    yield "isbn", next(iter(record.isbns), "")
    yield "issn", next((f"{number[:4]}-{number[4:]}" for number in record.issns), "")
    yield "language", record.language
    yield "abstract", record.summary


def ris(record: Described) -> str:
    """Return the record as a RIS entry; its lines end as RIS wants it."""
    lines = [("TY", _RIS_KINDS.get(record.material_type, "GEN")), *_ris_fields(record), ("ER", "")]
    shown = [(tag, _on_one_line(value)) for tag, value in lines]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in shown if value or tag == "ER")


def _ris_fields(record: Described) -> Iterator[tuple[str, str]]:
    yield "AU", record.author
    yield from (("A2", name) for name in record.contributors)
    yield "TI", _whole_title(record)
    yield from (("T3", series) for series in every_series(record))
    yield "PB", record.publisher
    yield "PY", str(record.year or "")
    yield "ET", record.edition
    yield "LA", record.language
    yield from (("SN", number) for number in (*record.isbns, *record.issns))
    yield from (("KW", subject) for subject in record.subjects)
    yield "AB", record.summary
    yield "ID", record.control_number


def _whole_title(record: Described) -> str:
    return f"{record.title}: {record.remainder}" if record.remainder else record.title


def _on_one_line(text: str) -> str:
    return tidy(" ".join(text.split()))
