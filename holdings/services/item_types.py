"""Adds and changes item types."""

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from common.audit import record
from common.errors import Reason
from common.names import said_names
from holdings.errors import CODE_MALFORMED, CODE_TAKEN, NAME_MISSING, TYPE_IN_A_RING, ItemTypeRefused
from holdings.models import ItemType

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,29}")


@transaction.atomic
def add_item_type(
    *,
    code: str,
    name: str,
    is_lent: bool,
    actor: Any,
    parent: ItemType | None = None,
    names: Mapping[str, str] | None = None,
) -> ItemType:
    """Add an item type, last in the order; rules for it fall through to those for any type.

    :param parent: a wider type, whose limits count the loans of this one too
    :param names: what it's called in other languages, by their codes; an empty one is none
    :raises ItemTypeRefused: with every reason found
    """
    reasons = [] if name.strip() else [Reason(NAME_MISSING)]
    if not _CODE.fullmatch(code):
        reasons.append(Reason(CODE_MALFORMED, facts={"code": code[:40]}))
    elif ItemType.objects.filter(code=code).exists():
        reasons.append(Reason(CODE_TAKEN, facts={"code": code}))
    if reasons:
        raise ItemTypeRefused(reasons)
    item_type = ItemType.objects.create(
        code=code,
        name=name.strip(),
        names=said_names(names or {}),
        is_lent=is_lent,
        parent=parent,
        position=ItemType.objects.count(),
    )
    record(action="holdings.add_item_type", actor=actor, subject=item_type)
    return item_type


@transaction.atomic
def change_item_type(
    *,
    item_type: ItemType,
    name: str,
    is_lent: bool,
    actor: Any,
    parent: ItemType | None = None,
    names: Mapping[str, str] | None = None,
) -> ItemType:
    """Change what an item type is called, whether it's lent, and what it's a kind of.

    :param names: what it's called in other languages, by their codes, an empty one is none; None leaves them
    :raises ItemTypeRefused: NAME_MISSING, or TYPE_IN_A_RING if it would be a kind of itself
    """
    reasons = [] if name.strip() else [Reason(NAME_MISSING)]
    # Locked together, so that two changes at once make no ring either.
    types = {each.pk: each for each in ItemType.objects.select_for_update().order_by("pk")}
    if _is_in_a_ring(item_type.pk, parent.pk if parent else None, types):
        reasons.append(Reason(TYPE_IN_A_RING))
    if reasons:
        raise ItemTypeRefused(reasons)
    item_type = types[item_type.pk]
    item_type.name, item_type.is_lent, item_type.parent = name.strip(), is_lent, parent
    facts: dict[str, Any] = {"is_lent": is_lent, "parent": parent.code if parent else None}
    had, item_type.names = item_type.names, item_type.names if names is None else said_names(names)
    if item_type.names != had:
        facts["names"] = {"before": had, "after": item_type.names}
    item_type.save(update_fields=["name", "names", "is_lent", "parent"])
    record(action="holdings.change_item_type", actor=actor, subject=item_type, facts=facts)
    return item_type


def _is_in_a_ring(pk: int, parent_id: int | None, types: dict[int, ItemType]) -> bool:
    seen: set[int] = set()
    while parent_id is not None and parent_id not in seen:
        if parent_id == pk:
            return True
        seen.add(parent_id)
        parent_id = types[parent_id].parent_id
    return False
