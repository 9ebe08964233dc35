"""Filling a field from an authority: what its heading begins with so far, and the field with the whole of it."""

from dataclasses import dataclass

from catalogue.marc.headings import (
    Heading,
    HeadingKind,
    Parts,
    headings_in,
    kind_of_field,
    scheme_of_field,
    shown_heading,
    with_heading,
)
from catalogue.marc.records import SUBFIELD, Flavour, MarcField, MarcRecord

# Subject fields of MARC 21 say with their second indicator that $2 names the vocabulary.
_INDICATED = ("648", "650", "651", "655")


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What a field needs.

    :ivar scheme: the vocabulary that it must be from; empty for any
    :ivar heading: what's there so far; None for nothing
    """

    kind: HeadingKind
    scheme: str
    heading: Heading | None

    @property
    def text(self) -> str:
        """What's there so far, as people read it."""
        return shown_heading(self.kind, self.heading.parts) if self.heading else ""


def asked_for(field: MarcField, flavour: Flavour) -> AskedFor | None:
    """Return what a field needs; None for one that no authority stands behind.

    In a field with several headings, it's the last.
    """
    kind = kind_of_field(flavour, field.tag)
    if kind is None or field.is_control:
        return None
    found = [heading for _, heading in headings_in(MarcRecord(flavour, "", [field]))]
    return AskedFor(kind, scheme_of_field(flavour, field), found[-1] if found else None)


def filled(field: MarcField, asked: AskedFor, *, parts: Parts, number: str, scheme: str, flavour: Flavour) -> MarcField:
    """Return the field with an authority's heading, its number, and the vocabulary where the field says none.

    A class is its own number, and danMARC2's subjects, several in a field, have none.
    """
    if asked.heading is None:
        return field
    has_number = asked.kind != HeadingKind.CLASS and (
        flavour == Flavour.MARC21 or (asked.kind != HeadingKind.SUBJECT and number.startswith("("))
    )
    new = with_heading(field, asked.heading, parts, number if has_number else "", flavour)
    if flavour != Flavour.MARC21 or not scheme or asked.scheme or new.tag not in (*_INDICATED, "084"):
        return new
    others = [(code, value) for code, value in new.subfields if code != "2"]
    indicators = f"{new.indicators[:1]}7" if new.tag in _INDICATED else new.indicators
    text = "".join(f"{SUBFIELD}{code}{value}" for code, value in [*others, ("2", scheme)])
    return MarcField(new.tag, indicators + text)
