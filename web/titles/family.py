"""What a title belongs to: its head and volumes, the magazine an article stands in, its series."""

from collections.abc import Sequence
from typing import Any

from catalogue.marc.series import every_series, in_series, place_in
from catalogue.rules.record_levels import PARTS, Level, whole_title
from catalogue.search import Hit, titles_in_series
from catalogue.selectors.parts import part_above, parts_of
from web.titles.issues import issue_of_article

# On both sides of the title that's looked at.
_NEIGHBOURS = 5
# So many are listed; all of them are named.
_MOST_SERIES = 5


def family_of(record: Any, municipality: str | None) -> dict[str, Any]:
    """Return what a title's page says of its family.

    :param municipality: the schema of the municipality whose titles of the series are listed
    """
    above = part_above(record) if record.part_of else None
    names = list(dict.fromkeys(in_series(each).name for each in every_series(record)))[:_MOST_SERIES]
    return {
        "above": above,
        "issue": issue_of_article(record, above) if above and record.level == Level.ARTICLE else None,
        "is_article": record.level == Level.ARTICLE,
        "whole_title": whole_title(above.title, record.title) if above and record.level in PARTS else record.title,
        "parts": parts_of(record),
        "series": [_around(record, name, titles_in_series(name, municipality)) for name in names],
    }


def series_of(seen: Any, record: Any) -> list[dict[str, Any]]:
    """Return each series of a title with its number, and whether a search by the series finds the title.

    :param seen: the record as the library sees it: what its own fields add isn't in the index
    """
    known = {in_series(each).name for each in every_series(record)}
    found = map(in_series, every_series(seen))
    return [{"name": each.name, "number": each.number, "is_known": each.name in known} for each in found]


def _around(record: Any, name: str, titles: Sequence[Hit]) -> dict[str, Any]:
    """Return what a page says of one series: the titles around this one, and the one that's next by its number."""
    place = next((place for place, hit in enumerate(titles) if hit.record_id == record.pk), None)
    own = place_in(every_series(record), name)
    if place is None:
        rows, following = titles[: 2 * _NEIGHBOURS], None
    else:
        rows = titles[max(0, place - _NEIGHBOURS) : place + _NEIGHBOURS + 1]
        later = (hit for hit in titles[place + 1 :] if place_in(hit.all_series, name).order > own.order)
        following = next(later, None) if own.number else None
    return {
        "name": name,
        "number": own.number,
        "count": len(titles),
        "titles": [{"hit": hit, "number": place_in(hit.all_series, name).number} for hit in rows],
        "next": following,
    }
