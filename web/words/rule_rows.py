"""For whom, what and when a row of rules holds, in words."""

from collections.abc import Mapping

from django.utils.translation import gettext

from circulation.rules.resolution import Origin
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
