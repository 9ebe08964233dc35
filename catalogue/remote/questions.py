"""What other catalogues are asked, and what they answer, whichever protocol they speak."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Protocol

from catalogue.marc.identifiers import isbn10
from catalogue.marc.records import MarcRecord
from common.remote_sources import Trouble

MOST_RECORDS = 10
# No catalogue has more; a number may be sent with so many digits that it can't even be written.
MOST_FOUND = 999_999_999
# A cataloguer waits for it.
SECONDS = 8.0
_MOST_WORDS, _LONGEST_WORD = 8, 30
# What means something in a query language, and what separates words anyway: a word without them needs no escaping.
_BETWEEN_WORDS = re.compile(r"""[\s"\\*?^()<>=/,;:\[\]{}&|]+""")


class Target(Protocol):
    """A catalogue, and what it calls things."""

    pk: int
    name: str
    address: str
    version: str
    record_schema: str
    isbn_index: str
    title_index: str
    author_index: str


@dataclass(frozen=True)
class Question:
    """What is looked for; everything that's given must be so.

    :ivar isbn: of thirteen digits
    :ivar title: words of it, as typed
    :ivar author: words of the name, as typed
    """

    isbn: str = ""
    title: str = ""
    author: str = ""

    @property
    def isbns(self) -> list[str]:
        """The ISBN in both lengths: older records have the short one only."""
        return [number for number in (self.isbn, isbn10(self.isbn)) if number] if self.isbn else []

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked."""
        return not (self.isbn or words(self.title) or words(self.author))


@dataclass(frozen=True)
class TargetAnswer:
    """What one catalogue answered.

    :ivar found: how many records it says it has; more than `records` when only the first were asked for
    :ivar unreadable: how many of those it sent weren't MARC records that can be read
    :ivar trouble: why there's no answer, or None
    :ivar status: of HTTP, when it refused
    :ivar diagnostic: what it says against the question, in its own words
    :ivar is_asked: false when it has no index for what is looked for
    """

    target: Target
    records: tuple[MarcRecord, ...] = ()
    found: int = 0
    unreadable: int = 0
    trouble: Trouble | None = None
    status: int = 0
    diagnostic: str = ""
    is_asked: bool = True


def words(text: str) -> list[str]:
    """Return the words of what was typed, none of which can be more than a word in a query."""
    plain = unicodedata.normalize("NFC", text)
    plain = "".join(each if unicodedata.category(each)[0] != "C" else " " for each in plain)
    found = [word for word in _BETWEEN_WORDS.split(plain) if any(each.isalnum() for each in word)]
    return [word[:_LONGEST_WORD] for word in found[:_MOST_WORDS]]
