"""Sets and lifts blocks, and replaces cards."""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from accounts.models import StaffAccount
from accounts.rules import Permission, permissions_of
from common.audit import record
from common.barcodes import clean_barcode
from common.errors import Reason
from holdings.models import ItemType
from patrons.errors import CARD_TAKEN, NOT_PERMITTED, PatronRefused
from patrons.models import Block, Card, Patron
from patrons.services.register import card_problems
from tenants.selectors import current_municipality


@transaction.atomic
def set_block(
    *,
    patron: Patron,
    reason: str,
    until: date | None,
    item_type: ItemType | None,
    staff: StaffAccount,
    now: datetime,
) -> Block:
    """Keep a patron from borrowing, at all or one item type, until a day or until it's lifted; the same again is one.

    :returns: the block, the earlier one if there is one just like it
    """
    # Locked, so that two copies of one form come one after the other.
    Patron.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=patron.pk)
    same = Block.objects.filter(patron=patron, reason=reason, until=until, item_type=item_type, lifted_at=None)
    if known := same.first():
        return known
    block = Block.objects.create(
        patron=patron, reason=reason, until=until, item_type=item_type, set_by=staff.name, set_at=now
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
        block.lifted_at = now
        block.save(update_fields=["lifted_at"])
        record(action="patrons.lift_block", actor=staff, subject=block.patron, facts={"block": block.pk})
    return block


@transaction.atomic
def replace_card(*, patron: Patron, number: str, reason: str, staff: StaffAccount, now: datetime) -> Card:
    """Give a patron a new card; her earlier ones stop working.

    :param reason: LOST or REPLACED
    :raises PatronRefused: CARD_TAKEN or CARD_MALFORMED
    """
    number = clean_barcode(number)
    # Locked, so that of two cards given at once only the later works.
    Patron.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=patron.pk)
    if problems := card_problems(number, current_municipality().barcode_schemes):
        raise PatronRefused(problems)
    Card.objects.filter(patron=patron, is_active=True).update(is_active=False, ended_reason=reason)
    try:
        card = Card.objects.create(patron=patron, number=number, issued_at=now)
    except IntegrityError as taken:
        raise PatronRefused([Reason(CARD_TAKEN, facts={"card": number})]) from taken
    record(action="patrons.replace_card", actor=staff, subject=patron, facts={"reason": reason})
    return card
