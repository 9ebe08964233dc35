"""Adds, renames and removes the rooms of a branch: the parts of its shelves that items belong to."""

from typing import Any

from django.db import transaction

from common.audit import record
from common.errors import Reason
from holdings.errors import NAME_MISSING, NAME_TAKEN, ROOM_NOT_EMPTY, BranchRefused
from holdings.models import Branch, Item, ShelvingLocation
from tenants.locks import wait_in_line


@transaction.atomic
def add_room(*, branch: Branch, name: str, actor: Any) -> ShelvingLocation:
    """Add a room to a branch.

    :param name: at most 60 characters; rooms of the same name at several branches are where floating items go
    :raises BranchRefused: NAME_MISSING or NAME_TAKEN
    """
    room = ShelvingLocation.objects.create(branch=branch, name=_free_name(branch.pk, name))
    record(action="holdings.add_room", actor=actor, subject=branch, facts={"room_id": room.pk, "name": room.name})
    return room


@transaction.atomic
def rename_room(*, room: ShelvingLocation, name: str, actor: Any) -> ShelvingLocation:
    """Give a room another name; what stands in it stays. The same name again changes nothing.

    :param name: at most 60 characters
    :raises BranchRefused: NAME_MISSING or NAME_TAKEN
    """
    name = _free_name(room.branch_id, name, but=room.pk)
    room = (
        ShelvingLocation.objects.select_for_update(of=("self",), no_key=True).select_related("branch").get(pk=room.pk)
    )
    if room.name == name:
        return room
    facts = {"room_id": room.pk, "before": room.name, "after": name}
    room.name = name
    room.save(update_fields=["name"])
    record(action="holdings.rename_room", actor=actor, subject=room.branch, facts=facts)
    return room


@transaction.atomic
def remove_room(*, room: ShelvingLocation, actor: Any) -> None:
    """Remove a room that no item belongs to, wherever the item is just now.

    :raises BranchRefused: ROOM_NOT_EMPTY with the count of items
    """
    room = ShelvingLocation.objects.select_for_update(of=("self",)).select_related("branch").get(pk=room.pk)
    # Removed with items in it, they would lose their room without a word.
    if items := Item.objects.filter(location=room).count():
        raise BranchRefused([Reason(ROOM_NOT_EMPTY, facts={"count": items})])
    record(
        action="holdings.remove_room", actor=actor, subject=room.branch, facts={"room_id": room.pk, "name": room.name}
    )
    room.delete()


def _free_name(branch_id: int, name: str, *, but: int = 0) -> str:
    """Return the name as it's kept, once nobody else can take it until the transaction ends."""
    name = name.strip()
    if not name:
        raise BranchRefused([Reason(NAME_MISSING)])
    wait_in_line([f"rooms:{branch_id}"])
    if ShelvingLocation.objects.filter(branch_id=branch_id, name__iexact=name).exclude(pk=but).exists():
        raise BranchRefused([Reason(NAME_TAKEN)])
    return name
