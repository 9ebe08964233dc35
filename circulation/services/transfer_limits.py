"""Says which ways items aren't sent between branches to fill holds, and takes that back."""

from django.db import transaction

from accounts.models import StaffAccount
from circulation.errors import Code, TransferLimitRefused
from circulation.models import TransferLimit
from circulation.rules.reasons import blocking
from common.audit import record
from holdings.models import Branch, ItemType


@transaction.atomic
def add_transfer_limit(
    *, from_branch: Branch, to_branch: Branch, item_type: ItemType | None, both_ways: bool, actor: StaffAccount
) -> int:
    """Stop items from being sent this way for holds, from the next scan and pick list on; return how many ways are new.

    What's on its way arrives, and nothing else that travels is touched.

    :param item_type: only items of this type, None for all
    :param both_ways: nor from the second branch to the first
    :raises TransferLimitRefused: SAME_BRANCH or NOT_SENT_ALREADY; nothing has changed
    """
    if from_branch == to_branch:
        raise TransferLimitRefused([blocking(Code.SAME_BRANCH)])
    ways = [(from_branch, to_branch)]
    if both_ways:
        ways.append((to_branch, from_branch))
    added = sum(_add(start, end, item_type, actor) for start, end in ways)
    if not added:
        raise TransferLimitRefused([blocking(Code.NOT_SENT_ALREADY)])
    return added


@transaction.atomic
def remove_transfer_limit(*, limit_id: int, actor: StaffAccount) -> bool:
    """Let items be sent this way again; return whether there was such a limit."""
    limit = TransferLimit.objects.select_for_update(of=("self",)).filter(pk=limit_id).first()
    if limit is None:
        return False
    facts = {"to_branch_id": limit.to_branch_id, "item_type_id": limit.item_type_id}
    record(action="circulation.remove_transfer_limit", actor=actor, subject=limit.from_branch, facts=facts)
    limit.delete()
    return True


def _add(start: Branch, end: Branch, item_type: ItemType | None, actor: StaffAccount) -> bool:
    # Where nothing is sent at all, a limit for one type would say the same again.
    if item_type and TransferLimit.objects.filter(from_branch=start, to_branch=end, item_type=None).exists():
        return False
    _limit, made = TransferLimit.objects.get_or_create(from_branch=start, to_branch=end, item_type=item_type)
    if made:
        facts = {"to_branch_id": end.pk, "item_type_id": item_type.pk if item_type else None}
        record(action="circulation.add_transfer_limit", actor=actor, subject=start, facts=facts)
    return made
