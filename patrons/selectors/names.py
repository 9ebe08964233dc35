"""Finds patrons by whole names, as a list of a class names them."""

from collections.abc import Collection

from django.db.models import Q

from common.sort_keys import sort_key
from patrons.models import Patron
from tenants.selectors import current_municipality

_LONGEST_KEY = 200


def patrons_by_names(names: Collection[str]) -> dict[str, list[Patron]]:
    """Return who is called so, given name or family name first; names that nobody has are left out.

    Somebody whose name is protected is found by her card only.
    """
    language = current_municipality().language
    keys = {name: sort_key(name.replace(",", " "), language)[:_LONGEST_KEY] for name in names}
    wanted = set(filter(None, keys.values()))
    people = Patron.objects.filter(left_at__isnull=True, alias="").select_related("category")
    found: dict[str, list[Patron]] = {}
    for patron in people.filter(Q(sort_key__in=wanted) | Q(given_name_key__in=wanted)).order_by("sort_key", "pk"):
        for key in {patron.sort_key, patron.given_name_key} & wanted:
            found.setdefault(key, []).append(patron)
    return {name: found[key] for name, key in keys.items() if key in found}
