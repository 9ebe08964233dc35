"""The areas in the bar of staff pages: those that her role includes, with the keys that lead there."""

from typing import Any

from django.utils.translation import gettext

from accounts.rules import Permission
from web.account.requests import StaffRequest
from web.ui.addresses import address


def desk_areas(request: StaffRequest, current: str) -> list[dict[str, Any]]:
    """Return the bar's areas.

    :param current: the area that the page belongs to: check-out, check-in, patrons, search, holds, money, school,
        console
    """
    staff = request.staff
    areas = []
    if staff.may(Permission.CIRCULATE):
        areas += [
            ("check-out", gettext("Check out"), "desk:check_out"),
            ("check-in", gettext("Check in"), "desk:check_in"),
            ("patrons", gettext("Patrons"), "desk:patrons"),
        ]
    if staff.may(Permission.EDIT_ITEMS):
        areas.append(("search", gettext("Search"), "desk:search"))
    if staff.may(Permission.CIRCULATE):
        areas.append(("holds", gettext("Holds"), "desk:holds"))
    if staff.may(Permission.TAKE_PAYMENTS):
        areas.append(("money", gettext("Money"), "desk:cash_up"))
    if staff.may(Permission.LEND_TO_CLASSES):
        areas.append(("school", gettext("School"), "school:start"))
    if staff.may(Permission.ADMINISTER):
        areas.append(("console", gettext("Console"), "console:start"))
    return [
        {
            "label": label,
            "url": address(name),
            "action": "" if area in ("console", "money") else area,
            "current": area == current,
        }
        for area, label, name in areas
    ]


def money_choices(request: StaffRequest, current: str) -> list[dict[str, Any]]:
    """Return the pages about money that her role opens, with the one that's open.

    :param current: cash_up, debts or fee_reversal
    """
    pages = [("cash_up", gettext("Cash-up"))]
    if request.staff.may(Permission.WAIVE_FEES):
        pages += [("debts", gettext("Debt collection")), ("fee_reversal", gettext("Take charges back"))]
    return [{"text": text, "url": address(f"desk:{name}"), "current": name == current} for name, text in pages]
