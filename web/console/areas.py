"""The areas in the bar of the two consoles."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, pgettext

from accounts.rules import Permission
from web.account.requests import StaffRequest


def consortium_areas(current: str) -> list[dict[str, Any]]:
    """Return the areas of the consortium's console."""
    areas = [
        ("municipalities", gettext("Municipalities"), "console:start"),
        ("jobs", gettext("Jobs"), "console:jobs"),
        ("templates", gettext("Templates"), "console:templates"),
        ("authorities", gettext("Authorities"), "console:authorities"),
        ("imports", gettext("Import"), "console:imports"),
        ("catalogues", gettext("Other catalogues"), "console:remote_targets"),
        ("cataloguing", gettext("Cataloguing"), "console:cataloguing"),
        ("staff", gettext("Staff"), "console:staff"),
        ("audit", gettext("Audit log"), "console:audit"),
    ]
    return _listed(areas, current)


def municipality_areas(request: StaffRequest, current: str) -> list[dict[str, Any]]:
    """Return the areas of a municipality's console, with the way to the desk for whoever works there too."""
    areas = [
        ("start", gettext("Overview"), "console:start"),
        ("rules", gettext("Rules"), "console:rules"),
        ("branches", gettext("Branches"), "console:branches"),
        ("schools", gettext("Schools"), "console:schools"),
        ("staff", gettext("Staff"), "console:staff"),
        ("kinds", gettext("Types and categories"), "console:kinds"),
        ("notices", pgettext("to patrons", "Messages"), "console:notices"),
        ("imports", gettext("Import"), "console:imports"),
        ("jobs", gettext("Jobs"), "console:jobs"),
        ("settings", gettext("Settings"), "console:settings"),
        ("privacy", gettext("Privacy"), "console:privacy"),
        ("audit", gettext("Audit log"), "console:audit"),
    ]
    if request.staff.may(Permission.CIRCULATE):
        areas.append(("desk", gettext("Desk"), "desk:start"))
    return _listed(areas, current)


def areas_of(request: StaffRequest, current: str) -> list[dict[str, Any]]:
    """Return the areas of the console that the request came to."""
    if request.tenant.is_consortium:
        return consortium_areas(current)
    return municipality_areas(request, current)


def _listed(areas: list[tuple[str, str, str]], current: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": reverse(address), "current": name == current, "action": ""}
        for name, label, address in areas
    ]
