"""How many loans a patron may have: in all, from one branch, of a type and its wider types, and on site. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from accounts.rules import Permission
from circulation.errors import Code
from circulation.rules.reasons import RuleReader, overridable
from circulation.rules.resolution import Level, Origin, Resolved
from common.errors import Reason


@dataclass(frozen=True)
class LoanCounts:
    """A patron's open loans: in all, by this branch's rules, and by its group's; those on site are counted apart."""

    everywhere: int = 0
    at_branch: int = 0
    in_group: int = 0
    on_site: int = 0

    def counted_by(self, origin: Origin | None) -> int:
        """Return the count that a limit from this row is about: a branch's own limit counts its own loans only."""
        if origin is not None and origin.level == Level.BRANCH:
            return self.at_branch
        if origin is not None and origin.level == Level.BRANCH_GROUP:
            return self.in_group
        return self.everywhere


@dataclass(frozen=True)
class WiderType:
    """What an item's type is a kind of, with the loans of it and of all its kinds.

    :ivar rules: that hold for the wider type itself
    """

    code: str
    loans: LoanCounts
    rules: Resolved


def limit_reasons(
    loans: LoanCounts,
    of_type: LoanCounts,
    wider: Sequence[WiderType],
    rules: RuleReader,
    *,
    item_type: str,
    on_site: bool,
) -> Iterator[Reason]:
    """Yield every limit that one loan more would go beyond.

    A loan on site counts for its own limit; where the rules say so it counts among the others too.
    """
    if on_site:
        yield from _on_site_reasons(loans, rules)
        if not rules.value("on_site_counts"):
            return
    extra = loans.on_site if rules.value("on_site_counts") else 0
    origin = rules.rules.origin("max_loans")
    yield from _reasons(Code.LOAN_LIMIT_REACHED, "max_loans", loans.counted_by(origin) + extra, rules)
    yield from _reasons(Code.BRANCH_LIMIT_REACHED, "max_loans_at_branch", loans.at_branch, rules)
    origin = rules.rules.origin("max_loans_of_type")
    yield from _reasons(
        Code.TYPE_LIMIT_REACHED, "max_loans_of_type", of_type.counted_by(origin), rules, item_type=item_type
    )
    for each in wider:
        yield from _wider_reasons(each)


def _on_site_reasons(loans: LoanCounts, rules: RuleReader) -> Iterator[Reason]:
    yield from _reasons(Code.ON_SITE_LIMIT_REACHED, "max_on_site", loans.on_site, rules)


def _wider_reasons(wider: WiderType) -> Iterator[Reason]:
    """A wider type's limit is one that a row sets for that type: a row for any type is the item's own already."""
    origin = wider.rules.origin("max_loans_of_type")
    if origin is not None and origin.item_type == wider.code:
        yield from _reasons(
            Code.TYPE_LIMIT_REACHED,
            "max_loans_of_type",
            wider.loans.counted_by(origin),
            RuleReader(wider.rules),
            item_type=wider.code,
        )


def _reasons(code: Code, name: str, loans: int, rules: RuleReader, **facts: str) -> Iterator[Reason]:
    limit = rules.value(name)
    if limit is not None and loans >= limit:
        yield overridable(
            code, Permission.OVERRIDE_LIMITS, loans=loans, limit=limit, **facts, origin=rules.origin(name)
        )
