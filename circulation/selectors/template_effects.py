"""Reads what a change of a template comes to: for the template by itself, and for each municipality that follows it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from circulation.rules.changed_rules import Case, Known, RuleComparison
from circulation.rules.contradictions import Flaw
from circulation.rules.resolution import RuleRow, RuleSet
from circulation.selectors.followers import Follower, followers_of
from tenants.models import PolicyTemplate


@dataclass(frozen=True)
class Effect:
    """What a change comes to for one municipality.

    :ivar is_changed: whether anything changes there: its own values may stand before the template's everywhere
    :ivar flaws: what the change would make wrong there, each with a case that shows it
    """

    follower: Follower
    is_changed: bool
    flaws: dict[Flaw, Case]


@dataclass(frozen=True)
class TemplateEffects:
    """What a change of a template comes to.

    :ivar flaws: what it would make wrong in the template by itself
    """

    flaws: dict[Flaw, Case]
    followers: tuple[Effect, ...]


def effects_of(
    template: PolicyTemplate,
    *,
    before: Sequence[RuleRow],
    after: Sequence[RuleRow],
    names: Collection[str],
    today: date,
) -> TemplateEffects:
    """Return what a change of these values comes to. Three statements, however many follow.

    :param before: the template's rows, and `after` the same with the change
    """
    own = Known(
        patron_categories={each["code"] for each in template.patron_categories},
        item_types={each["code"] for each in template.item_types},
    )
    changed = frozenset(names)

    def compared(rows: Sequence[RuleRow], known: Known) -> RuleComparison:
        return RuleComparison(RuleSet([*rows, *before]), RuleSet([*rows, *after]), known, changed, today)

    effects = []
    for follower in followers_of(template.pk):
        comparison = compared(follower.rows, follower.known)
        is_changed = comparison.changes_anything()
        effects.append(Effect(follower, is_changed, comparison.new_flaws() if is_changed else {}))
    return TemplateEffects(compared((), own).new_flaws(), tuple(effects))
