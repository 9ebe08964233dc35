"""What an authority says, as it's kept of its versions; and what it says when its makers and a library both changed it.

A content is {"parts": heading, "variants": headings, "see_also": headings, "caption": text, "note": text}; a heading is
[[code, value], …].
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

AuthorityContent = Mapping[str, Any]
_ONE = ("parts", "caption", "note")
_MANY = ("variants", "see_also")
PROPERTIES = ("parts", "variants", "see_also", "caption", "note")


def brought_together(
    base: AuthorityContent | None,
    ours: AuthorityContent,
    theirs: AuthorityContent,
    key_of: Callable[[Sequence[Any]], int],
) -> tuple[dict[str, Any], list[str]]:
    """Return what an authority is to say, and which properties both changed, where what's here stays.

    What only one of both has changed since the last time is changed; of the lists, each heading by itself.

    :param base: what its makers said the last time; None when nobody knows, and then what's here may be by hand
    :param key_of: what headings that are the same have in common
    """
    found: dict[str, Any] = {}
    kept = []
    for name in _ONE:
        found[name] = ours[name]
        if base is not None and ours[name] == base[name]:
            found[name] = theirs[name]
        elif theirs[name] != ours[name] and (base is None or theirs[name] != base[name]):
            kept.append(name)
    for name in _MANY:
        before = {key_of(parts) for parts in base[name]} if base is not None else set()
        here, there = ({key_of(parts) for parts in content[name]} for content in (ours, theirs))
        stay = [parts for parts in ours[name] if key_of(parts) not in before - there]
        found[name] = stay + [parts for parts in theirs[name] if key_of(parts) not in before | here]
    return found, kept


def what_changed(old: AuthorityContent, new: AuthorityContent) -> list[tuple[str, Any, Any]]:
    """Return the properties that differ, with both values; of lists, only what went and what came."""
    found = []
    for name in PROPERTIES:
        if name in _MANY:
            went = [each for each in old[name] if each not in new[name]]
            came = [each for each in new[name] if each not in old[name]]
        else:
            went, came = old[name], new[name]
        if went != came:
            found.append((name, went, came))
    return found
