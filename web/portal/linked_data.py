"""A title's page for search engines: what it is and where it can be had, as JSON-LD."""

import json
from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from catalogue.marc.schema_org import schema_org
from circulation.selectors.availability import BranchAvailability
from web.ui.requests import PageRequest

# In a page no text may end the script that holds it.
_IN_A_PAGE = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}
# schema.org has no word of its own for lending.
_LENDING = "http://purl.org/goodrelations/v1#LeaseOut"


def linked_data(request: PageRequest, record: Any, here: Iterable[BranchAvailability]) -> SafeString:
    """Return the text of a script of type `application/ld+json`.

    :param here: what each branch has of the title
    """
    described = schema_org(record, url=request.build_absolute_uri(reverse("portal:record", args=[record.pk])))
    if offers := [_offer(line) for line in here if line.total]:
        described["offers"] = offers
    return mark_safe(json.dumps(described, ensure_ascii=False).translate(_IN_A_PAGE))  # noqa: S308 - escaped here


def _offer(line: BranchAvailability) -> dict[str, Any]:
    if line.reference == line.total:
        offered = {"availability": "https://schema.org/InStoreOnly"}
    elif line.on_order == line.total:
        offered = {"availability": "https://schema.org/PreOrder", "businessFunction": _LENDING}
    else:
        is_home = "InStock" if line.home else "OutOfStock"
        offered = {"availability": f"https://schema.org/{is_home}", "businessFunction": _LENDING}
    return {"@type": "Offer", **offered, "offeredBy": {"@type": "Library", "name": line.branch_name}}
