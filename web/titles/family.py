"""What a title belongs to: its head and volumes, the magazine an article stands in, its series."""

from collections.abc import Sequence
from typing import Any

from catalogue.marc.series import in_series
from catalogue.rules.record_levels import PARTS, Level, whole_title
from catalogue.search import Hit, titles_in_series
from catalogue.selectors.parts import part_above, parts_of
from web.titles.issues import issue_of_article

# On both sides of the title that's looked at.
_NEIGHBOURS = 5


def family_of(record: Any, municipality: str | None) -> dict[str, Any]:
    """Return what a title's page says of its family.

    :param municipality: the schema of the municipality whose titles of the series are listed
    """
    above = part_above(record) if record.part_of else None
    series = in_series(record.series)
    titles = titles_in_series(series.name, municipality) if series.name else []
    return {
        "above": above,
        "issue": issue_of_article(record, above) if above and record.level == Level.ARTICLE else None,
        "is_article": record.level == Level.ARTICLE,
        "whole_title": whole_title(above.title, record.title) if above and record.level in PARTS else record.title,
        "parts": parts_of(record),
        "series": {"name": series.name, "number": series.number, "count": len(titles), **_around(record, titles)},
    }


def _around(record: Any, titles: Sequence[Hit]) -> dict[str, Any]:
    """Return the titles of a series around one, and the one that's next by its number."""
    place = next((place for place, hit in enumerate(titles) if hit.record_id == record.pk), None)
    if place is None:
        rows, following = titles[: 2 * _NEIGHBOURS], None
    else:
        rows = titles[max(0, place - _NEIGHBOURS) : place + _NEIGHBOURS + 1]
        own = in_series(record.series)
        later = (hit for hit in titles[place + 1 :] if in_series(hit.series).order > own.order)
        following = next(later, None) if own.number else None
    return {"titles": [{"hit": hit, "number": in_series(hit.series).number} for hit in rows], "next": following}
