"""Adds and changes patron categories."""

import re
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from common.audit import record
from common.errors import Reason
from common.names import said_names
from patrons.errors import CODE_MALFORMED, CODE_TAKEN, NAME_MISSING, PatronRefused
from patrons.models import PatronCategory

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,29}")


@transaction.atomic
def add_category(
    *,
    code: str,
    name: str,
    kind: str,
    membership_months: int | None = None,
    temporary_days: int | None = None,
    names: Mapping[str, str] | None = None,
    actor: Any,
) -> PatronCategory:
    """Add a patron category, last in the order; rules for it fall through to those for any patron.

    :param membership_months: how long a membership lasts and is renewed for; None is without end
    :param temporary_days: how long one lasts that's never renewed; None if memberships aren't temporary
    :param names: what it's called in other languages, by their codes; an empty one is none
    :raises PatronRefused: with every reason found
    """
    reasons = [] if name.strip() else [Reason(NAME_MISSING)]
    if not _CODE.fullmatch(code):
        reasons.append(Reason(CODE_MALFORMED, facts={"code": code[:40]}))
    elif PatronCategory.objects.filter(code=code).exists():
        reasons.append(Reason(CODE_TAKEN, facts={"code": code}))
    if reasons:
        raise PatronRefused(reasons)
    try:
        category = PatronCategory.objects.create(
            code=code,
            name=name.strip(),
            names=said_names(names or {}),
            kind=kind,
            membership_months=membership_months,
            temporary_days=temporary_days,
            position=PatronCategory.objects.count(),
        )
    except IntegrityError as taken:
        raise PatronRefused([Reason(CODE_TAKEN, facts={"code": code})]) from taken
    record(action="patrons.add_category", actor=actor, subject=category)
    return category


@transaction.atomic
def change_category(
    *,
    category: PatronCategory,
    name: str,
    kind: str,
    membership_months: int | None = None,
    temporary_days: int | None = None,
    names: Mapping[str, str] | None = None,
    actor: Any,
) -> PatronCategory:
    """Change what a category is called, who stands behind it, and how long its memberships last from now on.

    :param names: what it's called in other languages, by their codes, an empty one is none; None leaves them
    :raises PatronRefused: NAME_MISSING
    """
    if not name.strip():
        raise PatronRefused([Reason(NAME_MISSING)])
    category = PatronCategory.objects.select_for_update().get(pk=category.pk)
    category.name, category.kind = name.strip(), kind
    category.membership_months, category.temporary_days = membership_months, temporary_days
    had, category.names = category.names, category.names if names is None else said_names(names)
    category.save(update_fields=["name", "names", "kind", "membership_months", "temporary_days"])
    facts = {"names": {"before": had, "after": category.names}} if category.names != had else {}
    record(action="patrons.change_category", actor=actor, subject=category, facts=facts)
    return category
