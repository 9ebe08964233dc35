"""A hit that stands for a work: what its editions are, and which of them do for a hold of any."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from catalogue.search import Hit
from web.titles.names import language_name, material_name

_MOST_LISTED = 10


@dataclass(frozen=True)
class Work:
    """What a hit says of its work.

    :ivar count: all its editions, the one in front included
    :ivar summary: kinds, languages and years of them all
    :ivar others: the editions beside the one in front, newest first, as many as a list bears
    :ivar is_any_as_good: another one, in the same language and of the same kind, fills a hold for any edition
    """

    count: int
    summary: str
    others: list[dict[str, Any]]
    has_more: bool
    is_any_as_good: bool


def listed(editions: Mapping[int, Sequence[Hit]]) -> list[int]:
    """Return the records that hits list beneath themselves."""
    return [hit.record_id for front, hits in editions.items() for hit in _others(front, hits)[:_MOST_LISTED]]


def work_of(front: Hit, editions: Sequence[Hit], address: str, live: Mapping[int, Sequence[Any]]) -> Work | None:
    """Return what a hit says of its work, or None for the only edition.

    :param editions: all of the work, the one in front included
    :param address: of a title's page, up to its number
    :param live: availability of those that are listed
    """
    others = _others(front.record_id, editions)
    if not others:
        return None
    rows = [
        {
            "hit": hit,
            "url": f"{address}{hit.record_id}",
            "about": _joined([material_name(hit.material_type), language_name(hit.language), hit.edition]),
            "is_home": any(line.home for line in live.get(hit.record_id, ())),
        }
        for hit in others[:_MOST_LISTED]
    ]
    return Work(
        count=len(editions),
        summary="; ".join(
            filter(
                None,
                [
                    _joined(material_name(hit.material_type) for hit in (front, *others)),
                    _joined(language_name(hit.language) for hit in (front, *others)),
                    _years(editions),
                ],
            )
        ),
        others=rows,
        has_more=len(others) > _MOST_LISTED,
        is_any_as_good=any(
            (hit.language, hit.material_type) == (front.language, front.material_type) for hit in others
        ),
    )


def _others(front: int, editions: Sequence[Hit]) -> list[Hit]:
    return [hit for hit in editions if hit.record_id != front]


def _joined(names: Any) -> str:
    return ", ".join(dict.fromkeys(name for name in names if name))


def _years(editions: Sequence[Hit]) -> str:
    years = [hit.year for hit in editions if hit.year]
    if not years or min(years) == max(years):
        return str(years[0]) if years else ""
    return gettext("%(first)s–%(last)s") % {"first": min(years), "last": max(years)}
