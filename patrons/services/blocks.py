"""Sets and lifts blocks."""

from datetime import date, datetime

from django.db import transaction

from accounts.models import StaffAccount
from accounts.rules import Permission, permissions_of
from common.audit import record
from common.errors import Reason
from holdings.models import ItemType
from patrons.errors import NOT_PERMITTED, PatronRefused
from patrons.models import Block, Patron


@transaction.atomic
def set_block(
    *,
    patron: Patron,
    reason: str,
    until: date | None,
    item_type: ItemType | None,
    kind: str = Block.Kind.OTHER,
    staff: StaffAccount,
    now: datetime,
) -> Block:
    """Keep a patron from borrowing, at all or one item type, until a day or until it's lifted; the same again is one.

    :param kind: what it's about, one of `Block.Kind`; `reason` is what the patron may read
    :returns: the block, the earlier one if there is one just like it
    """
    # Locked, so that two copies of one form come one after the other.
    Patron.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=patron.pk)
    same = Block.objects.filter(
        patron=patron, reason=reason, until=until, item_type=item_type, kind=kind, lifted_at=None
    )
    if known := same.first():
        return known
    block = Block.objects.create(
        patron=patron, kind=kind, reason=reason, until=until, item_type=item_type, set_by=staff.name, set_at=now
    )
    record(action="patrons.set_block", actor=staff, subject=patron, facts={"block": block.pk})
    return block


@transaction.atomic
def lift_block(*, block: Block, staff: StaffAccount, now: datetime) -> Block:
    """End a block; lifting one that's over changes nothing.

    :raises PatronRefused: NOT_PERMITTED without the permission to lift blocks
    """
    if Permission.LIFT_BLOCKS not in permissions_of(staff.role):
        raise PatronRefused([Reason(NOT_PERMITTED, permission=Permission.LIFT_BLOCKS)])
    block = Block.objects.select_for_update(of=("self",)).get(pk=block.pk)
    if block.lifted_at is None:
        block.lifted_at, block.lifted_by = now, staff.name
        block.save(update_fields=["lifted_at", "lifted_by"])
        record(action="patrons.lift_block", actor=staff, subject=block.patron, facts={"block": block.pk})
    return block
