"""What authorities said before, and which others were merged into them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catalogue.models import Authority, AuthorityMerge, AuthorityReference, AuthorityVersion
from catalogue.rules.authority_contents import what_changed

_Relation = AuthorityReference.Relation


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """A version of an authority.

    :ivar changes: what differs from the one before, as `catalogue.rules.authority_contents.what_changed` says it
    """

    number: int
    kind: str
    by: str
    at: datetime
    content: dict[str, Any]
    changes: list[tuple[str, Any, Any]]


def content_of_authority(authority: Authority) -> dict[str, Any]:
    """Return what an authority says now; what it was called before isn't part of it."""
    references = list(authority.references.all())
    return {
        "parts": authority.parts,
        "variants": [row.parts for row in references if row.relation == _Relation.VARIANT],
        "see_also": [row.parts for row in references if row.relation == _Relation.SEE_ALSO],
        "caption": authority.caption,
        "note": authority.note,
    }


def versions_of_authority(authority: Authority) -> list[ShownVersion]:
    """Return an authority's versions, the newest first, which is what it says now."""
    rows = AuthorityVersion.objects.filter(authority=authority).order_by("number")
    told = [(row.number, row.change_kind, row.changed_by, row.changed_at, row.content) for row in rows]
    now = content_of_authority(authority)
    told.append((authority.version, authority.change_kind, authority.changed_by, authority.changed_at, now))
    before = [None, *(each[-1] for each in told)]
    return [
        ShownVersion(number, kind, by, at, said, what_changed(old, said) if old is not None else [])
        for old, (number, kind, by, at, said) in reversed(list(zip(before, told, strict=False)))
    ]


def merges_into(authority: Authority) -> Sequence[AuthorityMerge]:
    """Return the merges into an authority that weren't undone, the newest first."""
    rows = AuthorityMerge.objects.filter(winner=authority, undone_at=None)
    return list(rows.select_related("loser__vocabulary").order_by("-pk"))
