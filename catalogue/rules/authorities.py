"""What an authority may look like, and how its heading is typed: "Holm, Karen $d 1950-", subfield a first."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from catalogue.errors import Code
from catalogue.marc.headings import HeadingKind, Parts, comparable_heading, heading_key, shown_heading
from catalogue.marc.record_columns import tidy
from catalogue.rules.rights import Library

# As MARC 21 has them in 1XX of authorities, without what belongs to a title.
_CODES = {
    HeadingKind.PERSON: "abcdq",
    HeadingKind.CORPORATE: "abcdenq",
    HeadingKind.SUBJECT: "abcdgvxyz",
    HeadingKind.CLASS: "a",
}
_NEXT = re.compile(r"\s*\$([a-z0-9])\s*")
_WORD = re.compile(r"\w")
LONGEST_HEADING = 500


@dataclass(frozen=True, slots=True)
class NewHeading:
    """A heading ready to be kept.

    :ivar sort_text: as it's looked up by its beginning
    :ivar key: what records have in common with it
    """

    parts: Parts
    heading: str
    sort_text: str
    key: int


def heading_from(kind: str, scheme: str, parts: Parts) -> NewHeading:
    """Return a heading with what it's found by."""
    heading = shown_heading(kind, parts)
    return NewHeading(parts, heading, comparable_heading(heading), heading_key(kind, scheme, parts))


def typed_parts(text: str, kind: str) -> Parts | None:
    """Read a heading as it's typed; None for one without subfield a, or with a subfield that its kind doesn't have."""
    # Signs that nobody sees would make another heading of it.
    seen = "".join(sign for sign in text[: 2 * LONGEST_HEADING] if unicodedata.category(sign) != "Cf")
    pieces = _NEXT.split(tidy(seen)[:LONGEST_HEADING])
    parts = [("a", pieces[0])] if pieces[0] else []
    parts += [(code, value) for code, value in zip(pieces[1::2], pieces[2::2], strict=True) if value]
    known = _CODES[HeadingKind(kind)]
    if not parts or parts[0][0] != "a" or any(code not in known for code, _ in parts):
        return None
    return tuple(parts) if _WORD.search(" ".join(value for _, value in parts)) else None


def as_typed(parts: Sequence[Sequence[str]]) -> str:
    """Return a heading as somebody would type it."""
    return " ".join(value if not place else f"${code} {value}" for place, (code, value) in enumerate(parts))


def reasons_against_authority(
    library: Library, *, kind: str, kinds: Collection[str], parts: Parts | None
) -> list[Code]:
    """Return everything that stands against keeping an authority: it speaks for every library's records.

    :param kinds: what the vocabulary has
    :param parts: its heading; None when it can't be one
    """
    reasons = []
    if not library.is_root:
        reasons.append(Code.NO_RIGHT_TO_AUTHORITIES)
    if kind not in kinds:
        reasons.append(Code.KIND_NOT_IN_VOCABULARY)
    if parts is None:
        reasons.append(Code.NO_HEADING)
    return reasons
