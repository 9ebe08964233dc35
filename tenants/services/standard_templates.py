"""Loads the standard templates; from then on they're the consortium's own, and only `reset` overwrites them."""

from django.db import transaction

from tenants.models import PolicyTemplate, TemplateRule
from tenants.standard_templates import ITEM_TYPES, PATRON_CATEGORIES, STANDARD_TEMPLATES, StandardTemplate


def load_standard_templates() -> list[str]:
    """Write the standard templates that aren't there yet and return their codes; the others stay as they are."""
    known = set(PolicyTemplate.objects.values_list("code", flat=True))
    missing = [standard for standard in STANDARD_TEMPLATES if standard.code not in known]
    for standard in missing:
        _write(standard)
    return [standard.code for standard in missing]


def reset_standard_template(code: str) -> PolicyTemplate:
    """Put one standard template back to what comes with the system; municipalities that follow it follow at once.

    :raises LookupError: if no standard template has this code
    """
    for standard in STANDARD_TEMPLATES:
        if standard.code == code:
            return _write(standard)
    raise LookupError(f"{code} is no standard template; there are {', '.join(s.code for s in STANDARD_TEMPLATES)}")


@transaction.atomic
def _write(standard: StandardTemplate) -> PolicyTemplate:
    template, is_new = PolicyTemplate.objects.select_for_update().get_or_create(
        code=standard.code, defaults={"name": standard.name, "country": standard.country}
    )
    template.name, template.country = standard.name, standard.country
    template.patron_categories, template.item_types = PATRON_CATEGORIES, ITEM_TYPES
    template.version += 0 if is_new else 1
    template.save()
    template.rules.all().delete()
    TemplateRule.objects.bulk_create(
        TemplateRule(
            template=template,
            patron_category=rule.patron_category,
            item_type=rule.item_type,
            residence=rule.residence,
            values=rule.values,
        )
        for rule in standard.rules
    )
    return template
