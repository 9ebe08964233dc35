"""What an issue of a periodical is called: read from what labels and records say, and put in order. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

_YEAR = r"(?P<year>(?:1[5-9]|20)\d\d)"
_NUMBER_WORD = r"(?:nummer|number|nro|nr|no|n:o|numero|häfte|hæfte|issue|iss)"
_VOLUME_WORD = r"(?:årgang|årgång|årg|volume|vol|vsk|vuosikerta|bind|bd)"
_NUMBER = r"(?P<number>\d[\d/–-]*[a-z]?)"
_SHAPES = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        # 2026-05-12: a newspaper's day.
        rf"^(?P<number>{_YEAR}-\d\d-\d\d)\b",
        # Vol. 12(2026):5 and 12(2026):5, as MARC's holdings and journals write it.
        rf"^(?:{_VOLUME_WORD}\.? *)?(?P<volume>\d+) *\({_YEAR}\) *[:,] *(?:{_NUMBER_WORD}\.? *)?{_NUMBER}",
        # Årg. 12, nr. 5 (2026)
        rf"^{_VOLUME_WORD}\.? *(?P<volume>\d+)[,:;]? +{_NUMBER_WORD}\.? *{_NUMBER} *\(?[^()]*?{_YEAR}\)?",
        # Årg. 12 (2026), nr. 5
        rf"^{_VOLUME_WORD}\.? *(?P<volume>\d+) *\({_YEAR}\)[,:;]? *{_NUMBER_WORD}\.? *{_NUMBER}",
        # Nr. 5 (2026), 5 (2026), 5/2026
        rf"^(?:{_NUMBER_WORD}\.? *)?{_NUMBER}(?: *\([^()]*?|[/ ,]+){_YEAR}\)?(?!\d)",
        # 2026:5, 2026, nr. 5, 2026/5, 2026: Årg. 12, nr. 5
        rf"^{_YEAR} *[:/,; ]+ *(?:{_VOLUME_WORD}\.? *(?P<volume>\d+)[,:;]? +)?(?:{_NUMBER_WORD}\.? *)?{_NUMBER}",
        # 2026:index, 2026 supplement
        rf"^{_YEAR} *[:/,; ]+ *(?P<number>[^\W\d][\w .]*)$",
        # A year's volume, bound.
        rf"^{_YEAR}$",
    )
)
_LEADING_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")


@dataclass(frozen=True, slots=True)
class IssueName:
    """Enumeration and chronology of an issue.

    :ivar number: as written: "5", "5-6", a newspaper's day "2026-05-12", "index"; empty for a whole year
    :ivar volume: the periodical's own count of its years, empty where nobody writes it
    """

    year: int
    number: str = ""
    volume: str = ""

    @property
    def order(self) -> tuple[int, tuple[int, ...], str]:
        """What issues are sorted by: 9 before 10, "5-6" after 5; an index and a whole year before the numbers."""
        return self.year, tuple(int(each[:9]) for each in re.findall(r"\d+", self.number)), self.number

    @property
    def key(self) -> tuple[int, str]:
        """What's the same for one issue, however its volume is written."""
        return self.year, _plain(self.number).casefold()

    @property
    def day(self) -> date | None:
        """The day of an issue that's called by it."""
        try:
            return date.fromisoformat(self.number)
        except ValueError:
            return None


def issue_name(text: str) -> IssueName | None:
    """Return the year and number in what an item or a record says of an issue, None where there's no year.

    As in "2026:5", "Nr. 5 (2026)", "Årg. 12, nr. 5 (2026), s. 14-20" (MARC 21 773 g, danMARC2 557) and "12(2026):5".
    """
    found = _read(text)
    return found[0] if found else None


def issue_identity(text: str) -> tuple[int, str, str] | None:
    """Return what's the same for one issue however an item writes it, None where there's no year.

    "2026:3", "2026, nr 03" and "Nr. 3 (2026)" are one; "2026:3 supplement" comes beside it.
    """
    found = _read(text)
    return (*found[0].key, " ".join(found[1].casefold().split())) if found else None


def issue_spelling(text: str) -> str:
    """Return an issue's name as items write it, "2026:3"; as it is if it says more than year and number."""
    found = _read(text)
    if found is None or found[1] or found[0].volume:
        return text
    name = found[0]
    if name.day or not name.number:
        return name.number or str(name.year)
    return f"{name.year}:{_plain(name.number)}"


def _read(text: str) -> tuple[IssueName, str] | None:
    """Return an issue's name and what the text says besides."""
    text = text.strip()[:200]
    found = next(filter(None, (shape.match(text) for shape in _SHAPES)), None)
    if found is None:
        return None
    parts = found.groupdict()
    number = (parts.get("number") or "").strip().rstrip("-/–")
    return IssueName(int(parts["year"]), number, parts.get("volume") or ""), text[found.end() :].strip(" .,:;")


def _plain(number: str) -> str:
    return _LEADING_ZEROS.sub("", number.replace("–", "-").replace("/", "-"))


def first_issue(texts: Iterable[str]) -> IssueName | None:
    """Return the issue that the first of some texts names which name any."""
    return next(filter(None, map(issue_name, texts)), None)
