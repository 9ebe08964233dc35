"""Changes the rules of a consortium's template; every municipality that follows it follows with its next scan."""

from typing import Any

from django.db import transaction
from django.db.models import F

from accounts.models import StaffAccount
from circulation.rules.values import parse_values
from common.audit import record
from tenants.models import PolicyTemplate, TemplateRule


@transaction.atomic
def set_template_value(
    *,
    template: PolicyTemplate,
    name: str,
    value: Any,
    patron_category: str,
    item_type: str,
    actor: StaffAccount,
) -> TemplateRule:
    """Set a value in a template for a patron category and an item type, each by its code, or empty for any.

    :param value: in its JSON shape; None where the value may be unlimited or none
    :raises circulation.rules.values.InvalidValues: with everything that's wrong with it
    """
    stored = parse_values({name: value}, patron_category=patron_category or None, item_type=item_type or None)
    row, _made = TemplateRule.objects.select_for_update().get_or_create(
        template=template, patron_category=patron_category, item_type=item_type
    )
    before = {"value": row.values[name]} if name in row.values else {}
    row.values = {**row.values, **stored}
    row.save(update_fields=["values"])
    _announce(template, "circulation.set_template_rule", actor, row, name, before=before, value=stored[name])
    return row


@transaction.atomic
def reset_template_value(
    *, template: PolicyTemplate, name: str, patron_category: str, item_type: str, actor: StaffAccount
) -> bool:
    """Take a value out of a template's row, so that a less specific row holds; returns whether it was there.

    The row for everybody and everything keeps its values: what no row says, no municipality could do.
    """
    if not patron_category and not item_type:
        return False
    row = (
        TemplateRule.objects.select_for_update()
        .filter(template=template, patron_category=patron_category, item_type=item_type)
        .first()
    )
    if row is None or name not in row.values:
        return False
    before = row.values.pop(name)
    row.save(update_fields=["values"])
    _announce(template, "circulation.reset_template_rule", actor, row, name, before=before)
    return True


def _announce(
    template: PolicyTemplate, action: str, actor: StaffAccount, row: TemplateRule, name: str, **facts: Any
) -> None:
    PolicyTemplate.objects.filter(pk=template.pk).update(version=F("version") + 1)
    where = {"patron_category": row.patron_category, "item_type": row.item_type}
    record(action=action, actor=actor, subject=template, facts={"name": name, **where, **facts})
