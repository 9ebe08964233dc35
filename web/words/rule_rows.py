"""Whose a row of rules is, and for whom, what and when it holds, in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from circulation.rules.resolution import Level, Origin
from circulation.rules.whose_rules import Residence
from web.ui.days import short_day


def dimension_texts(origin: Origin, names: Mapping[str, str]) -> list[str]:
    """Return for whom, what and when a row holds, in words; nothing for one that's open.

    :param names: of categories and item types by their codes
    """
    texts = [names.get(code, code) for code in (origin.patron_category, origin.item_type) if code]
    if origin.residence:
        texts.append(str(Residence(origin.residence).label))
    if origin.valid_from:
        texts.append(gettext("from %(day)s") % {"day": short_day(origin.valid_from)})
    if origin.valid_until:
        texts.append(gettext("until %(day)s") % {"day": short_day(origin.valid_until)})
    return texts


def origin_text(origin: Mapping[str, Any], branches: Mapping[int, str]) -> str:
    """Return whose rule a value comes from, in words that can follow a dot; nothing where no rule is named.

    :param origin: as `Origin.as_facts` keeps it
    :param branches: names of branches by their numbers; the rule of one that they don't name isn't told of
    """
    level = origin.get("level")
    if level == Level.BRANCH:
        name = branches.get(origin.get("place_id") or 0)
        return gettext("rule of %(branch)s") % {"branch": name} if name else ""
    if level == Level.BRANCH_GROUP:
        return gettext("rule of the branch group")
    if level == Level.MUNICIPALITY:
        return gettext("the municipality's rule")
    return gettext("rule of the consortium's template") if level == Level.TEMPLATE else ""
