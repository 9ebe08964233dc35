"""The pages about items in motion, beside each other: lists of items, inventory, tours, lists of barcodes, claims."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from accounts.rules import Permission
from web.account.requests import DeskRequest


def item_pages(request: DeskRequest, current: str) -> list[dict[str, Any]]:
    """Return the pages that the reader's role includes.

    :param current: the address's name of the page that's open
    """
    staff = request.staff
    pages = [
        ("item_list", gettext("Items"), Permission.EDIT_ITEMS),
        ("new_bulk_change", gettext("Change in bulk"), Permission.EDIT_ITEMS),
        ("weeding", gettext("Weeding"), Permission.EDIT_ITEMS),
        ("labels", gettext("Labels"), Permission.EDIT_ITEMS),
        ("inventory", gettext("Inventory"), Permission.EDIT_ITEMS),
        ("orders", gettext("Orders"), Permission.EDIT_ITEMS),
        ("periodicals", gettext("Periodicals"), Permission.EDIT_ITEMS),
        ("rotations", gettext("Rotating collections"), Permission.EDIT_ITEMS),
        ("batch", gettext("Lists of barcodes"), Permission.CIRCULATE),
        ("claims", gettext("Said to be returned"), Permission.CIRCULATE),
    ]
    return [
        {"text": text, "url": reverse(f"desk:{name}"), "current": name == current}
        for name, text, permission in pages
        if staff.may(permission)
    ]
