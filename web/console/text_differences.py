"""Which texts of messages the municipality has written itself, and where each departs from what it stands for."""

from collections.abc import Iterator
from itertools import zip_longest
from textwrap import shorten
from typing import Any

from django.utils.translation import get_language_info, pgettext

from accounts.selectors import newest_of
from holdings.selectors import all_branches
from notices.rules.nearest_text import nearest_text
from notices.selectors import own_texts
from notices.texts import Text
from web.console.notices import Scope
from web.words.messages import CHANNELS, NOTICE_KINDS

_NEWEST = 500
# As much of a line as shows what it's about.
_SHOWN = 120


def text_differences() -> Iterator[dict[str, Any]]:
    """Yield the municipality's own texts as the page of messages lists their kinds."""
    own, branches, changes = own_texts(), {each.pk: each for each in all_branches()}, _newest_changes()
    order = list(NOTICE_KINDS)
    for key in sorted(own, key=lambda key: (order.index(key[0]), key[1], key[2], key[3] or 0)):
        kind, language, channel, branch_id = key
        branch = branches.get(branch_id) if branch_id else None
        others = {each: text for each, text in own.items() if each != key}
        instead = nearest_text(others, kind, language, channel, branch_id).text
        value, standard = _departs(own[key], instead)
        change = changes.get((kind, language, channel, branch.code if branch else ""))
        yield {
            "label": NOTICE_KINDS[kind],
            "where": _where(language, channel, branch),
            "url": Scope(kind, language, channel, branch, []).address(),
            "value": value,
            "standard": standard,
            "is_different": own[key] != instead,
            "at": change.at if change else None,
            "by": change.actor.name if change and change.actor else "",
        }


def _where(language: str, channel: str, branch: Any) -> str:
    name = get_language_info(language)["name_local"].capitalize()
    through = CHANNELS[channel] if channel else pgettext("channels", "All but text messages")
    return ", ".join([name, str(through), *([branch.name] if branch else [])])


def _departs(own: Text, instead: Text) -> tuple[str, str]:
    """Return the first line in which the two differ, their subjects if they don't."""
    lines = zip_longest(*([text.subject, *text.body.split("\n")] for text in (own, instead)), fillvalue="")
    value, standard = next(((mine, theirs) for mine, theirs in lines if mine != theirs), (own.subject, own.subject))
    return _short(value), _short(standard)


def _short(line: str) -> str:
    return shorten(line, _SHOWN, placeholder=" …") or "–"


def _newest_changes() -> dict[tuple[str, ...], Any]:
    entries = newest_of(actions=["notices.save_template"], subject_types=["notices.noticetemplate"], limit=_NEWEST)
    found: dict[tuple[str, ...], Any] = {}
    for entry in entries:
        place = tuple(str(entry.facts.get(name, "")) for name in ("kind", "language", "channel", "branch"))
        found.setdefault(place, entry)
    return found
