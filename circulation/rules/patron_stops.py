"""What stops a patron whatever she wants to do: blocks, an ended card, debts, overdue loans. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.rules import Permission
from circulation.errors import Code
from circulation.rules.reasons import RuleReader, blocking, overridable
from common.errors import Reason
from common.money import ZERO, to_money


@dataclass(frozen=True)
class BlockFacts:
    """A block that holds today.

    :ivar item_type_id: the only item type that it's about, None for all
    """

    block_id: int
    reason: str
    until: date | None = None
    item_type_id: int | None = None


@dataclass(frozen=True)
class PatronFacts:
    """A patron as far as stops care.

    :ivar has_card: whether she was ever given a card; pupils often weren't, and borrow without
    :ivar overdue: open loans whose due date is over
    :ivar lost: open loans whose items count as lost
    :ivar family_owed: what she, her children, her guardians and their other children owe together
    """

    patron_id: int
    expires_on: date | None = None
    has_left: bool = False
    has_card: bool = True
    has_working_card: bool = True
    blocks: tuple[BlockFacts, ...] = ()
    owed: Decimal = ZERO
    overdue: int = 0
    lost: int = 0
    family_owed: Decimal = ZERO


def patron_stops(
    patron: PatronFacts, rules: RuleReader, *, today: date, item_type_id: int | None = None
) -> list[Reason]:
    """Return every reason against lending to, renewing for or queueing this patron.

    :param item_type_id: of the item at hand; blocks for another type don't count
    """
    return [
        *_card_stops(patron, today),
        *_block_stops(patron, item_type_id),
        *_debt_stops(patron, rules),
        *_count_stops(patron, rules),
    ]


def _card_stops(patron: PatronFacts, today: date) -> list[Reason]:
    reasons = []
    if patron.has_left:
        reasons.append(blocking(Code.PATRON_LEFT))
    if patron.expires_on is not None and patron.expires_on < today:
        reasons.append(
            overridable(Code.PATRON_EXPIRED, Permission.OVERRIDE_LIMITS, expired_on=patron.expires_on.isoformat())
        )
    if patron.has_card and not patron.has_working_card:
        reasons.append(overridable(Code.CARD_ENDED, Permission.OVERRIDE_LIMITS))
    return reasons


def _block_stops(patron: PatronFacts, item_type_id: int | None) -> list[Reason]:
    return [
        overridable(
            Code.PATRON_BLOCKED,
            Permission.LIFT_BLOCKS,
            block_id=block.block_id,
            reason=block.reason,
            until=block.until.isoformat() if block.until else None,
            item_type_id=block.item_type_id,
        )
        for block in patron.blocks
        if block.item_type_id is None or block.item_type_id == item_type_id
    ]


def _debt_stops(patron: PatronFacts, rules: RuleReader) -> Iterator[Reason]:
    owing = (
        (Code.DEBT_LIMIT, "block_at_debt", patron.owed),
        (Code.FAMILY_DEBT_LIMIT, "block_at_family_debt", patron.family_owed),
    )
    for code, name, owed in owing:
        limit = rules.value(name)
        # Owing exactly the limit is still all right.
        if limit is not None and owed > limit:
            yield overridable(
                code,
                Permission.OVERRIDE_LIMITS,
                owed=str(to_money(owed)),
                limit=str(to_money(limit)),
                origin=rules.origin(name),
            )


def _count_stops(patron: PatronFacts, rules: RuleReader) -> Iterator[Reason]:
    limit = rules.value("block_at_overdue")
    if limit is not None and patron.overdue >= limit:
        yield overridable(
            Code.OVERDUE_LIMIT,
            Permission.OVERRIDE_LIMITS,
            overdue=patron.overdue,
            limit=limit,
            origin=rules.origin("block_at_overdue"),
        )
    limit = rules.value("block_at_lost")
    if limit is not None and patron.lost >= limit:
        yield overridable(
            Code.LOST_LIMIT,
            Permission.OVERRIDE_LIMITS,
            lost=patron.lost,
            limit=limit,
            origin=rules.origin("block_at_lost"),
        )
