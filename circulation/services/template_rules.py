"""Changes the rules of a consortium's template; every municipality that follows it follows with its next scan.

A change that would leave a case anywhere without a needed value, or with two that can't both be, is refused: it names
the municipalities.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import StaffAccount
from circulation.errors import Code, RuleRefused
from circulation.rules.changed_rules import Case
from circulation.rules.contradictions import Flaw
from circulation.rules.reasons import blocking
from circulation.rules.resolution import Level, Origin, RuleRow
from circulation.rules.values import parse_values, read_value
from circulation.selectors.template_effects import TemplateEffects, effects_of
from circulation.selectors.template_rules import template_rules
from circulation.services.rules import flaw_facts
from common.audit import record
from common.errors import Reason
from tenants.models import PolicyTemplate, TemplateChange, TemplateRule


@dataclass(frozen=True, kw_only=True)
class TemplateScope:
    """For whom, what and when a template's row holds; codes, empty for any.

    :ivar residence: OWN, PARTNER or ELSEWHERE, as each municipality that follows sees it
    :ivar valid_from: the first day, None for always; of rows for the same, the one that began last goes first
    :ivar valid_until: the last day, only with a first one
    """

    patron_category: str = ""
    item_type: str = ""
    residence: str = ""
    valid_from: date | None = None
    valid_until: date | None = None

    def row_keys(self) -> dict[str, Any]:
        """Return what tells the scope's row from all others of the template."""
        return {name: value for name, value in asdict(self).items() if name != "valid_until"}

    def origin(self) -> Origin:
        """Return the scope as that of a row which isn't saved yet."""
        return Origin(
            Level.TEMPLATE,
            0,
            patron_category=self.patron_category or None,
            item_type=self.item_type or None,
            residence=self.residence or None,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
        )

    def is_of(self, origin: Origin) -> bool:
        """Return whether a row is the scope's own."""
        return replace(origin, row_id=0, valid_until=None) == replace(self.origin(), valid_until=None)

    @property
    def is_open(self) -> bool:
        """Whether the row is the one for everybody, everything and all times."""
        return not any(self.row_keys().values())


@dataclass(frozen=True)
class TemplateWish:
    """A change of a template's value.

    :ivar value: in its JSON shape
    :ivar is_reset: whether the value is taken out of the row instead
    """

    name: str
    value: Any
    scope: TemplateScope
    is_reset: bool = False

    def stored(self) -> dict[str, Any]:
        """Return the value as it's stored, as {"value": …}; {} where it's taken out.

        :raises circulation.rules.values.InvalidValues: with everything that's wrong with it
        :raises RuleRefused: DAYS_WRONG
        """
        if self.is_reset:
            return {}
        stored = parse_values(
            {self.name: self.value},
            patron_category=self.scope.patron_category or None,
            item_type=self.scope.item_type or None,
            residence=self.scope.residence or None,
        )
        check_days(self.scope)
        return {"value": stored[self.name]}


@transaction.atomic
def set_template_value(
    *, template: PolicyTemplate, name: str, value: Any, scope: TemplateScope, actor: StaffAccount
) -> TemplateRule:
    """Set a value in a template for a scope.

    :param value: in its JSON shape; None where the value may be unlimited or none
    :raises circulation.rules.values.InvalidValues: with everything that's wrong with it
    :raises RuleRefused: DAYS_WRONG, RULE_GAP or RULE_CONTRADICTION with where and in which case; nothing has changed
    """
    wish = TemplateWish(name, value, scope)
    stored = wish.stored()
    before = _hold_still(template)
    row, had, until = _put(template, wish)
    _refuse_flaws(_effects(template, before, wish), name)
    _note(template, row, name, before=had, after=stored, until_before=until, actor=actor)
    return row


@transaction.atomic
def reset_template_value(*, template: PolicyTemplate, name: str, scope: TemplateScope, actor: StaffAccount) -> bool:
    """Take a value out of a template's row, so that a less specific row holds; returns whether it was there.

    The row for everybody and everything keeps its values: what no row says, no municipality could do.

    :raises RuleRefused: RULE_GAP or RULE_CONTRADICTION with where and in which case; nothing has changed
    """
    if scope.is_open:
        return False
    wish = TemplateWish(name, None, scope, is_reset=True)
    before = _hold_still(template)
    row = _row(template, scope)
    if row is None or name not in row.values:
        return False
    had = {"value": row.values.pop(name)}
    row.save(update_fields=["values"])
    _refuse_flaws(_effects(template, before, wish), name)
    _note(template, row, name, before=had, after={}, until_before=row.valid_until, actor=actor)
    return True


@transaction.atomic
def undo_template_change(*, template: PolicyTemplate, change: TemplateChange, actor: StaffAccount) -> TemplateChange:
    """Take a change of a template's value back, and return the change that did it.

    :raises RuleRefused: UNDONE_ALREADY, CHANGED_SINCE, RULE_GAP or RULE_CONTRADICTION; nothing has changed
    """
    before, name = _hold_still(template), change.name
    row = TemplateRule.objects.select_for_update(of=("self",)).get(pk=change.rule_id)
    if TemplateChange.objects.filter(undoes=change).exists():
        raise RuleRefused([blocking(Code.UNDONE_ALREADY)])
    now_set = {"value": row.values[name]} if name in row.values else {}
    if now_set != change.after or row.valid_until != change.until_after:
        raise RuleRefused([blocking(Code.CHANGED_SINCE)])
    row.values = {key: value for key, value in row.values.items() if key != name}
    if change.before:
        row.values[name] = change.before["value"]
    row.valid_until = change.until_before
    row.save(update_fields=["values", "valid_until"])
    names = row.values.keys() | {name} if row.valid_from else {name}
    after = template_rules(template.pk)
    today = timezone.localdate()
    _refuse_flaws(effects_of(template, before=before, after=after, names=names, today=today), name)
    return _note(
        template,
        row,
        name,
        before=now_set,
        after=change.before,
        until_before=change.until_after,
        actor=actor,
        undoes=change,
    )


def preview_template_value(*, template: PolicyTemplate, wish: TemplateWish) -> TemplateEffects:
    """Return what a change would come to, for each municipality that follows, and change nothing.

    :raises circulation.rules.values.InvalidValues: with everything that's wrong with the value
    :raises RuleRefused: DAYS_WRONG
    """
    wish.stored()
    return _effects(template, template_rules(template.pk), wish)


def check_days(scope: TemplateScope) -> None:
    """Refuse a last day without a first one, or before it.

    :raises RuleRefused: DAYS_WRONG
    """
    if scope.valid_until is None:
        return
    if scope.valid_from is None or scope.valid_until < scope.valid_from:
        first = scope.valid_from.isoformat() if scope.valid_from else ""
        raise RuleRefused([blocking(Code.DAYS_WRONG, first=first, last=scope.valid_until.isoformat())])


def _hold_still(template: PolicyTemplate) -> list[RuleRow]:
    """Let nobody else change the template, nor a follower its own rules, until this is done; return what it says."""
    list(PolicyTemplate.objects.select_for_update(of=("self",), no_key=True).filter(pk=template.pk))
    return template_rules(template.pk)


def _row(template: PolicyTemplate, scope: TemplateScope) -> TemplateRule | None:
    rows = TemplateRule.objects.select_for_update(of=("self",))
    return rows.filter(template=template, **scope.row_keys()).first()


def _put(template: PolicyTemplate, wish: TemplateWish) -> tuple[TemplateRule, dict[str, Any], date | None]:
    """Write the value, and return the row with what it said before and until when it held."""
    row = _row(template, wish.scope)
    if row is None:
        row = TemplateRule(template=template, valid_until=wish.scope.valid_until, **wish.scope.row_keys())
    had = {"value": row.values[wish.name]} if wish.name in row.values else {}
    until = row.valid_until
    row.values = {**row.values, wish.name: wish.stored()["value"]}
    row.valid_until = wish.scope.valid_until
    row.save()
    return row, had, until


def _effects(template: PolicyTemplate, before: Sequence[RuleRow], wish: TemplateWish) -> TemplateEffects:
    had = next((row for row in before if wish.scope.is_of(row.origin)), None)
    origin = had.origin if had else wish.scope.origin()
    values = {name: value for name, value in (had.values if had else {}).items() if name != wish.name}
    names = {wish.name}
    if not wish.is_reset:
        values[wish.name] = read_value(wish.name, wish.stored()["value"])
        if origin.valid_until != wish.scope.valid_until:
            # A last day concerns everything that the row says.
            origin, names = replace(origin, valid_until=wish.scope.valid_until), set(values)
    after = [*(row for row in before if row is not had), RuleRow(origin, values)]
    return effects_of(template, before=before, after=after, names=names, today=timezone.localdate())


def _refuse_flaws(effects: TemplateEffects, changed: str) -> None:
    """Refuse what the change has made wrong anywhere; what was wrong before stands in nobody's way."""
    reasons = flaw_reasons(effects, changed)
    if reasons:
        raise RuleRefused(reasons)


def flaw_reasons(effects: TemplateEffects, changed: str) -> list[Reason]:
    """Return why a change of a template is refused: each flaw once, with a case and the municipalities that have it."""
    cases: dict[Flaw, Case] = dict(effects.flaws)
    branches: dict[Flaw, str] = {}
    names: dict[Flaw, list[str]] = {}
    for effect in effects.followers:
        for flaw, case in effect.flaws.items():
            if flaw not in cases:
                cases[flaw], branches[flaw] = case, effect.follower.branch_names.get(case.branch_id or 0, "")
            names.setdefault(flaw, []).append(effect.follower.municipality.name)
    return [
        blocking(
            Code.RULE_GAP if flaw.code == "GAP" else Code.RULE_CONTRADICTION,
            **flaw_facts(flaw, changed),
            patron_category=case.patron_category,
            item_type=case.item_type,
            residence=case.residence,
            branch=branches.get(flaw, ""),
            municipalities=names.get(flaw, []),
        )
        for flaw, case in cases.items()
    ]


def _note(
    template: PolicyTemplate,
    row: TemplateRule,
    name: str,
    *,
    before: dict[str, Any],
    after: dict[str, Any],
    until_before: date | None,
    actor: StaffAccount,
    undoes: TemplateChange | None = None,
) -> TemplateChange:
    """Keep the change for its undoing, in the log, and in the template's version."""
    PolicyTemplate.objects.filter(pk=template.pk).update(version=F("version") + 1)
    change = TemplateChange.objects.create(
        rule=row,
        name=name,
        before=before,
        after=after,
        until_before=until_before,
        until_after=row.valid_until,
        at=timezone.now(),
        by=actor.name,
        undoes=undoes,
    )
    where = {
        "patron_category": row.patron_category,
        "item_type": row.item_type,
        "residence": row.residence,
        "valid_from": row.valid_from.isoformat() if row.valid_from else "",
        "valid_until": row.valid_until.isoformat() if row.valid_until else "",
    }
    facts = {"name": name, **where, "before": before, **after, **({"undoes": undoes.pk} if undoes else {})}
    action = "circulation.set_template_rule" if after else "circulation.reset_template_rule"
    record(action=action, actor=actor, subject=template, facts=facts)
    return change
