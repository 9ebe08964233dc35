"""Changes the rules of a consortium's template; every municipality that follows it follows with its next scan."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F

from accounts.models import StaffAccount
from circulation.errors import Code, RuleRefused
from circulation.rules.reasons import blocking
from circulation.rules.values import parse_values
from common.audit import record
from tenants.models import PolicyTemplate, TemplateRule


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

    @property
    def is_open(self) -> bool:
        """Whether the row is the one for everybody, everything and all times."""
        return not any(self.row_keys().values())


@transaction.atomic
def set_template_value(
    *, template: PolicyTemplate, name: str, value: Any, scope: TemplateScope, actor: StaffAccount
) -> TemplateRule:
    """Set a value in a template for a scope.

    :param value: in its JSON shape; None where the value may be unlimited or none
    :raises circulation.rules.values.InvalidValues: with everything that's wrong with it
    :raises RuleRefused: DAYS_WRONG; nothing has changed
    """
    stored = parse_values(
        {name: value},
        patron_category=scope.patron_category or None,
        item_type=scope.item_type or None,
        residence=scope.residence or None,
    )
    check_days(scope)
    row, _made = TemplateRule.objects.select_for_update().get_or_create(template=template, **scope.row_keys())
    before = {"value": row.values[name]} if name in row.values else {}
    row.values = {**row.values, **stored}
    row.valid_until = scope.valid_until
    row.save(update_fields=["values", "valid_until"])
    _announce(template, "circulation.set_template_rule", actor, row, name, before=before, value=stored[name])
    return row


@transaction.atomic
def reset_template_value(*, template: PolicyTemplate, name: str, scope: TemplateScope, actor: StaffAccount) -> bool:
    """Take a value out of a template's row, so that a less specific row holds; returns whether it was there.

    The row for everybody and everything keeps its values: what no row says, no municipality could do.
    """
    if scope.is_open:
        return False
    row = TemplateRule.objects.select_for_update().filter(template=template, **scope.row_keys()).first()
    if row is None or name not in row.values:
        return False
    before = row.values.pop(name)
    row.save(update_fields=["values"])
    _announce(template, "circulation.reset_template_rule", actor, row, name, before=before)
    return True


def check_days(scope: TemplateScope) -> None:
    """Refuse a last day without a first one, or before it.

    :raises RuleRefused: DAYS_WRONG
    """
    if scope.valid_until is None:
        return
    if scope.valid_from is None or scope.valid_until < scope.valid_from:
        first = scope.valid_from.isoformat() if scope.valid_from else ""
        raise RuleRefused([blocking(Code.DAYS_WRONG, first=first, last=scope.valid_until.isoformat())])


def _announce(
    template: PolicyTemplate, action: str, actor: StaffAccount, row: TemplateRule, name: str, **facts: Any
) -> None:
    PolicyTemplate.objects.filter(pk=template.pk).update(version=F("version") + 1)
    where = {
        "patron_category": row.patron_category,
        "item_type": row.item_type,
        "residence": row.residence,
        "valid_from": row.valid_from.isoformat() if row.valid_from else "",
        "valid_until": row.valid_until.isoformat() if row.valid_until else "",
    }
    record(action=action, actor=actor, subject=template, facts={"name": name, **where, **facts})
