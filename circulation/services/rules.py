"""Changes circulation rules, one value at a time; the next scan on every node follows the new one.

A change that would leave a case without a needed value, or with two that can't both be, is refused and shows the case.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import StaffAccount
from circulation.errors import Code, RuleRefused
from circulation.models import CirculationRule, RuleChange
from circulation.rules.changed_rules import Case, RuleComparison
from circulation.rules.contradictions import Flaw
from circulation.rules.notice_steps import channels_named
from circulation.rules.reasons import blocking
from circulation.rules.values import REGISTER, parse_values
from circulation.selectors.regrouping import known_of
from circulation.selectors.rule_books import RuleBook, rule_book
from common.audit import record
from common.errors import Reason
from holdings.models import Branch, BranchGroup, ItemType
from notices.selectors import message_settings
from patrons.models import PatronCategory
from tenants.keys import tenant_name
from tenants.models import Municipality, PolicyTemplate


@dataclass(frozen=True, kw_only=True)
class RuleScope:
    """For whom, what, where and when a row holds; None and empty mean any.

    :ivar valid_from: the first day, None for always; of rows for the same, the one that began last goes first
    :ivar valid_until: the last day, only with a first one
    """

    branch: Branch | None = None
    branch_group: BranchGroup | None = None
    patron_category: PatronCategory | None = None
    item_type: ItemType | None = None
    residence: str = ""
    valid_from: date | None = None
    valid_until: date | None = None

    def row_keys(self) -> dict[str, Any]:
        """Return what tells the scope's row from all others."""
        names = ("branch", "branch_group", "patron_category", "item_type", "residence", "valid_from")
        return {name: getattr(self, name) for name in names}


@transaction.atomic
def set_value(*, name: str, value: Any, scope: RuleScope, actor: StaffAccount) -> CirculationRule:
    """Set a value for a scope.

    :param value: in its JSON shape; None where the value may be unlimited or none
    :raises circulation.rules.values.InvalidValues: with everything that's wrong with it
    :raises RuleRefused: DAYS_WRONG, CHANNEL_NOT_IN_USE, GROUP_GONE, RULE_GAP or RULE_CONTRADICTION with the case that
        shows it; nothing has changed
    """
    stored = parse_values(
        {name: value},
        patron_category=scope.patron_category,
        item_type=scope.item_type,
        residence=scope.residence or None,
    )
    _check_days(scope)
    _check_channels(name, stored[name])
    hold_rules_still()
    _check_group(scope.branch_group)
    before = rule_book()
    row, _made = CirculationRule.objects.select_for_update(of=("self",)).get_or_create(
        **scope.row_keys(), defaults={"valid_until": scope.valid_until}
    )
    if scope.valid_from is not None:
        row.valid_until = scope.valid_until
    _write(row, name, {"value": stored[name]}, actor=actor)
    # A last day concerns everything that the row says.
    _refuse_flaws(before, name, also=row.values if scope.valid_from else ())
    return row


@transaction.atomic
def reset_value(*, name: str, scope: RuleScope, actor: StaffAccount) -> bool:
    """Take an own value away, so that the inherited one holds again; returns whether there was one.

    :raises RuleRefused: GROUP_GONE, RULE_GAP or RULE_CONTRADICTION with the case that shows it; nothing has changed
    """
    hold_rules_still()
    _check_group(scope.branch_group)
    before = rule_book()
    row = CirculationRule.objects.select_for_update(of=("self",)).filter(**scope.row_keys()).first()
    if row is None or name not in row.values:
        return False
    _write(row, name, {}, actor=actor)
    _refuse_flaws(before, name)
    return True


@transaction.atomic
def undo_change(*, change: RuleChange, actor: StaffAccount) -> RuleChange:
    """Take a change of a value back, and return the change that did it.

    :raises RuleRefused: GROUP_GONE, UNDONE_ALREADY, CHANGED_SINCE, CHANNEL_NOT_IN_USE, RULE_GAP or RULE_CONTRADICTION;
        nothing has changed
    """
    hold_rules_still()
    before = rule_book()
    row = CirculationRule.objects.select_for_update(of=("self",)).filter(pk=change.rule_id).first()
    if row is None:
        # Rows go only with the group that they're for.
        raise RuleRefused([blocking(Code.GROUP_GONE)])
    if RuleChange.objects.filter(undoes=change).exists():
        raise RuleRefused([blocking(Code.UNDONE_ALREADY)])
    now_set = {"value": row.values[change.name]} if change.name in row.values else {}
    if now_set != change.after:
        raise RuleRefused([blocking(Code.CHANGED_SINCE)])
    _check_channels(change.name, change.before.get("value"))
    undone = _write(row, change.name, change.before, actor=actor, undoes=change)
    _refuse_flaws(before, change.name)
    return undone


def _write(
    row: CirculationRule,
    name: str,
    after: dict[str, Any],
    *,
    actor: StaffAccount,
    undoes: RuleChange | None = None,
) -> RuleChange:
    before = {"value": row.values[name]} if name in row.values else {}
    row.values = {key: value for key, value in row.values.items() if key != name}
    if after:
        row.values[name] = after["value"]
    row.changed_by = actor.name
    row.save()
    change = RuleChange.objects.create(
        rule=row, name=name, before=before, after=after, at=timezone.now(), by=actor.name, undoes=undoes
    )
    facts: dict[str, Any] = {"name": name, "before": before}
    action = "circulation.set_rule" if after else "circulation.reset_rule"
    record(action=action, actor=actor, subject=row, facts=facts | after | ({"undoes": undoes.pk} if undoes else {}))
    return change


def _check_days(scope: RuleScope) -> None:
    if scope.valid_until is None:
        return
    if scope.valid_from is None or scope.valid_until < scope.valid_from:
        first = scope.valid_from.isoformat() if scope.valid_from else ""
        raise RuleRefused([blocking(Code.DAYS_WRONG, first=first, last=scope.valid_until.isoformat())])


def _check_channels(name: str, value: Any) -> None:
    named = channels_named(name, value)
    if unused := named - set(message_settings(stored=True).channels) if named else set():
        raise RuleRefused([blocking(Code.CHANNEL_NOT_IN_USE, channels=sorted(unused))])


def _check_group(group: BranchGroup | None) -> None:
    """Refuse a group that somebody has removed meanwhile; what's still there stays until this is done."""
    if group and not BranchGroup.objects.select_for_update(no_key=True).filter(pk=group.pk).exists():
        raise RuleRefused([blocking(Code.GROUP_GONE)])


def hold_rules_still() -> None:
    """Let nobody else change the rules that hold here until this is done: two changes may go ill together."""
    own = Municipality.objects.filter(schema_name=tenant_name())
    templates = PolicyTemplate.objects.select_for_update(of=("self",), no_key=True)
    if not list(templates.filter(pk__in=own.values("template_id")).values_list("pk", flat=True)):
        # It follows none: only its own rules can go ill with each other.
        list(own.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


def _refuse_flaws(before: RuleBook, name: str, also: Collection[str] = ()) -> None:
    """Refuse what the change has made wrong; what was wrong before stands in nobody's way."""
    book, names = rule_book(), frozenset((name, *also))
    new = RuleComparison(before.rules, book.rules, known_of(book), names, timezone.localdate()).new_flaws()
    if new:
        raise RuleRefused([flaw_reason(flaw, case, book, name) for flaw, case in new.items()])


def flaw_reason(flaw: Flaw, case: Case, book: RuleBook, changed: str = "") -> Reason:
    """Return a flaw as a reason for refusal, with the case that shows it.

    :param changed: the value that somebody would change; none where a branch would change its group
    """
    categories = {each.code: pk for pk, each in book.categories.items()}
    types = {each.code: pk for pk, each in book.item_types.items()}
    return blocking(
        Code.RULE_GAP if flaw.code == "GAP" else Code.RULE_CONTRADICTION,
        **flaw_facts(flaw, changed),
        branch_id=case.branch_id,
        category_id=categories.get(case.patron_category or ""),
        item_type_id=types.get(case.item_type or ""),
        residence=case.residence,
    )


def flaw_facts(flaw: Flaw, changed: str) -> dict[str, Any]:
    """Return what a refusal tells of a flaw: its values, and those among them that somebody may change instead."""
    others = [name for name in flaw.names if name != changed]
    return {
        "names": list(flaw.names),
        "labels": [str(REGISTER[name].label) for name in flaw.names],
        "others": others,
        "other_labels": [str(REGISTER[name].label) for name in others],
    }
