"""What it makes of the rules when a branch changes its group, and which rules hold for a group."""

from collections.abc import Mapping

from django.utils import timezone

from circulation.models import CirculationRule
from circulation.rules.changed_rules import Known, RuleComparison
from circulation.rules.resolution import Level
from circulation.selectors.rule_books import RuleBook


def known_of(book: RuleBook) -> Known:
    """Return what there is in a municipality that its rules may name."""
    return Known(
        branches=groups_of(book),
        patron_categories={each.code for each in book.categories.values()},
        item_types={each.code for each in book.item_types.values()},
    )


def groups_of(book: RuleBook) -> dict[int, int | None]:
    """Return the group of each branch by the branch's number, None for one in no group."""
    return {pk: branch.group_id for pk, branch in book.branches.items()}


def regrouping(before: RuleBook, groups: Mapping[int, int | None]) -> RuleComparison:
    """Compare the rules as the branches are grouped now with the same rules under another grouping.

    :param groups: the group of each branch then; a branch that's new counts as having been in no group
    """
    was = groups_of(before)
    moved = {(was.get(pk), group) for pk, group in groups.items() if was.get(pk) != group}
    touched = {group for pair in moved for group in pair if group is not None}
    names = {
        name
        for row in before.rules.rows()
        if row.origin.level is Level.BRANCH_GROUP and row.origin.place_id in touched
        for name in row.values
    }
    known = known_of(before)
    return RuleComparison(
        before=before.rules,
        after=before.rules,
        known=Known(groups, known.patron_categories, known.item_types),
        names=frozenset(names),
        today=timezone.localdate(),
        groups_before=was,
    )


def has_rules(group_id: int) -> bool:
    """Return whether any rule says something for a group of branches."""
    return CirculationRule.objects.filter(branch_group=group_id).exclude(values={}).exists()
