"""Adds and changes item types."""

import re
from typing import Any

from django.db import transaction

from common.audit import record
from common.errors import Reason
from holdings.errors import CODE_MALFORMED, CODE_TAKEN, NAME_MISSING, ItemTypeRefused
from holdings.models import ItemType

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,29}")


@transaction.atomic
def add_item_type(*, code: str, name: str, is_lent: bool, actor: Any) -> ItemType:
    """Add an item type, last in the order; rules for it fall through to those for any type.

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
        code=code, name=name.strip(), is_lent=is_lent, position=ItemType.objects.count()
    )
    record(action="holdings.add_item_type", actor=actor, subject=item_type)
    return item_type


@transaction.atomic
def change_item_type(*, item_type: ItemType, name: str, is_lent: bool, actor: Any) -> ItemType:
    """Change what an item type is called and whether it's lent.

    :raises ItemTypeRefused: NAME_MISSING
    """
    if not name.strip():
        raise ItemTypeRefused([Reason(NAME_MISSING)])
    item_type = ItemType.objects.select_for_update().get(pk=item_type.pk)
    item_type.name, item_type.is_lent = name.strip(), is_lent
    item_type.save(update_fields=["name", "is_lent"])
    record(action="holdings.change_item_type", actor=actor, subject=item_type, facts={"is_lent": is_lent})
    return item_type
