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
        return self.year, self.number.casefold().replace("–", "-").replace("/", "-")

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
    text = text.strip()[:200]
    found = next(filter(None, (shape.match(text) for shape in _SHAPES)), None)
    if found is None:
        return None
    parts = found.groupdict()
    number = (parts.get("number") or "").strip().rstrip("-/–")
    return IssueName(int(parts["year"]), number, parts.get("volume") or "")


def first_issue(texts: Iterable[str]) -> IssueName | None:
    """Return the issue that the first of some texts names which name any."""
    return next(filter(None, map(issue_name, texts)), None)
