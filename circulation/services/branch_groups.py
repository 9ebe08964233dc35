"""Puts branches into groups and takes groups away: with its group a branch changes the rules that hold there."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from circulation.errors import RuleRefused
from circulation.rules.changed_rules import ValueChange
from circulation.selectors.regrouping import groups_of, has_rules, regrouping
from circulation.selectors.rule_books import RuleBook, rule_book
from circulation.services.rules import flaw_reason, hold_rules_still
from common.errors import Reason
from holdings.errors import GROUP_IN_RULES
from holdings.models import Branch, BranchGroup
from holdings.services import branch_groups, branches
from holdings.services.branches import BranchDetails


def values_changed_by_group(*, branch: Branch, group: BranchGroup | None) -> dict[str, list[ValueChange]]:
    """Return the values by name that some case at a branch would get otherwise in another group, and what they'd be.

    None where `change_branch` would refuse that group: why it can't be comes before what it would change.
    """
    book = rule_book()
    comparison = regrouping(book, groups_of(book) | {branch.pk: group.pk if group else None})
    return {} if comparison.new_flaws() else comparison.changed_values()


@transaction.atomic
def add_branch(*, code: str, details: BranchDetails, time_zone: str, actor: Any) -> Branch:
    """Add a branch, in its group if it's to be in one.

    :raises holdings.errors.BranchRefused: with every reason found
    :raises RuleRefused: RULE_GAP or RULE_CONTRADICTION with the case that the group's rules make; nothing has changed
    """
    hold_rules_still()
    before = rule_book()
    branch = branches.add_branch(code=code, details=details, time_zone=time_zone, actor=actor)
    _refuse_flaws(before, {branch.pk: branch.group_id})
    return branch


@transaction.atomic
def change_branch(*, branch: Branch, details: BranchDetails, actor: Any) -> Branch:
    """Change a branch; in another group it follows that group's rules from the next scan on.

    :raises holdings.errors.BranchRefused: with every reason found
    :raises RuleRefused: RULE_GAP or RULE_CONTRADICTION with the case that shows it; nothing has changed
    """
    hold_rules_still()
    before = rule_book()
    branch = branches.change_branch(branch=branch, details=details, actor=actor)
    _refuse_flaws(before, {branch.pk: branch.group_id})
    return branch


@transaction.atomic
def remove_group(*, group: BranchGroup, actor: Any) -> None:
    """Remove a group that no branch is in and no rule names; what rules once said of it goes with it.

    :raises holdings.errors.BranchRefused: GROUP_NOT_EMPTY, GROUP_IN_RULES; nothing has changed
    """
    hold_rules_still()
    reasons = [Reason(GROUP_IN_RULES)] if has_rules(group.pk) else []
    branch_groups.remove_group(group=group, actor=actor, reasons=reasons)


def _refuse_flaws(before: RuleBook, moved: Mapping[int, int | None]) -> None:
    """Refuse what the new grouping has made wrong; what was wrong before stands in nobody's way."""
    new = regrouping(before, groups_of(before) | dict(moved)).new_flaws()
    if new:
        book = rule_book()
        raise RuleRefused([flaw_reason(flaw, case, book) for flaw, case in new.items()])
