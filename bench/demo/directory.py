"""Writes `demo.json`: every address and login, and patrons and items that are in each state now."""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from bench.demo.facts import Town
from bench.demo.regulars import pin_given_to
from bench.demo.staff import OPERATORS, colleagues
from circulation.models import Fee, Hold, Loan
from holdings.models import Branch, Item
from patrons.models import Block, Card, Guardianship, Patron, PatronCategory
from schools.models import SchoolClass
from tenants.choice import choose, choose_none
from tenants.models import Municipality
from tenants.selectors import address_of, address_on

_EACH = 5
# Enough for a burst of thirty scans.
_MANY = 40
_ITEM_STATES = {
    "available": Item.Status.AVAILABLE,
    "on_loan": Item.Status.ON_LOAN,
    "reference_only": Item.Status.REFERENCE_ONLY,
    "on_hold_shelf": Item.Status.ON_HOLD_SHELF,
    "in_transit": Item.Status.IN_TRANSIT,
    "in_process": Item.Status.IN_PROCESS,
    "missing": Item.Status.MISSING,
    "lost": Item.Status.LOST,
}


def write_directory(towns: list[tuple[Town, Municipality]], *, now: datetime) -> Path:
    """Look up what is where now, and write it for people and scripts; the file holds passwords and is only ours."""
    choose_none()
    content: dict[str, Any] = {
        "written_at": now.isoformat(timespec="seconds"),
        "console": {"url": address_on(settings.BASE_DOMAIN), "staff": _staff(OPERATORS)},
        # All records, to harvest and to search; each municipality's own addresses have its titles.
        "oai_url": address_on(settings.BASE_DOMAIN, "/oai"),
        "sru_url": address_on(settings.BASE_DOMAIN, "/sru"),
        # Self-check machines and sorters get accounts of their own with their protocols.
        "devices": [],
        "municipalities": [],
    }
    for town, municipality in towns:
        choose(municipality)
        content["municipalities"].append(_municipality(town, municipality, now.astimezone(ZoneInfo(town.time_zone))))
    choose_none()
    path = Path(settings.HOME) / "demo.json"
    _write_privately(path, json.dumps(content, ensure_ascii=False, indent=2) + "\n")
    return path


def _municipality(town: Town, municipality: Municipality, now: datetime) -> dict[str, Any]:
    cards = {state: _cards(found) for state, found in patrons_by_state(now).items()}
    return {
        "name": municipality.name,
        "schema": municipality.schema_name,
        "host": f"{town.host}.{settings.BASE_DOMAIN}",
        "url": address_of(municipality),
        "portal_url": address_of(municipality),
        "desk_url": address_of(municipality, "/desk/"),
        "console_url": address_of(municipality, "/console/"),
        "oai_url": address_of(municipality, "/oai"),
        "sru_url": address_of(municipality, "/sru"),
        "language": municipality.language,
        "currency": municipality.currency,
        "time_zone": municipality.time_zone,
        "branches": list(Branch.objects.values("code", "name", "kind")),
        "staff": _staff(town.staff),
        "patrons": [_patron(town, state, card) for state, of_state in cards.items() for card in of_state],
        "items": _items(listed=[card.patron_id for of_state in cards.values() for card in of_state]),
        "classes": _classes(),
    }


def _staff(names: dict[str, str]) -> list[dict[str, str]]:
    return [
        {
            "role": colleague.role.value.lower(),
            "username": colleague.username,
            "password": colleague.password,
            "name": names.get(colleague.username, ""),
        }
        for colleague in colleagues()
    ]


def patrons_by_state(now: datetime) -> dict[str, QuerySet[Patron]]:
    """Return the patrons of the current municipality that are in each state at a moment of its own clock."""
    today = now.date()
    here = Patron.objects.filter(left_at__isnull=True)
    blocked = Block.objects.filter(lifted_at__isnull=True).exclude(until__lt=today).values("patron")
    late = Loan.objects.filter(returned_at__isnull=True, due_date__lt=today).values("patron")
    owing = Fee.objects.filter(balance__gt=0).values("patron")
    valid = here.exclude(expires_on__lt=today).exclude(pk__in=blocked)
    adults = valid.filter(category__kind=PatronCategory.Kind.ADULT)
    children = valid.filter(pk__in=Guardianship.objects.values("child"), category__kind=PatronCategory.Kind.CHILD)
    untroubled = adults.exclude(pk__in=late).exclude(pk__in=owing)
    return {
        "fine": untroubled,
        "overdue": adults.filter(pk__in=late),
        "owes": adults.filter(pk__in=owing).exclude(pk__in=late),
        "blocked": here.filter(pk__in=blocked),
        "expired": here.filter(expires_on__lt=today),
        "child": children.exclude(pk__in=late).exclude(pk__in=owing),
        "hold_ready": untroubled.filter(holds__state="READY").distinct(),
    }


def _cards(found: QuerySet[Patron]) -> list[Card]:
    """Return the cards of the first few, those with a PIN of their own before the others."""
    cards = Card.objects.filter(is_active=True, patron__in=found).exclude(patron__pin="")
    return list(cards.select_related("patron").order_by("pk")[:2])


def _patron(town: Town, state: str, card: Card) -> dict[str, str]:
    return {
        "state": state,
        "card": card.number,
        "pin": pin_given_to(card.patron, town),
        "name": card.patron.display_name,
    }


def _items(*, listed: list[int]) -> dict[str, list[str]]:
    """Return barcodes for each state.

    Nobody waits for the available ones, each of another title. Whichever patron a script takes, she has none of the
    titles on loan, so nothing but an item's own state speaks for or against lending it to her.

    :param listed: the patrons that a script may take
    """
    own = Loan.objects.filter(returned_at__isnull=True, patron__in=listed).values("item__record")
    lent = Item.objects.filter(item_type__is_lent=True).exclude(record__in=own).order_by("home_branch__position", "pk")
    wanted = Hold.objects.filter(state__in=Hold.ACTIVE).values("record")
    found = {state: lent.filter(status=status) for state, status in _ITEM_STATES.items()}
    found["available"] = found["available"].exclude(record__in=wanted)
    return {
        state: _of_different_titles(items, _MANY if state == "available" else _EACH) for state, items in found.items()
    }


def _of_different_titles(items: QuerySet[Item], most: int) -> list[str]:
    barcodes: dict[int, str] = {}
    for record_id, barcode in items.values_list("record", "barcode"):
        barcodes.setdefault(record_id, barcode)
        if len(barcodes) == most:
            break
    return list(barcodes.values())


def _classes() -> list[dict[str, Any]]:
    classes = SchoolClass.objects.select_related("branch").order_by("grade", "name")
    return [
        {"name": one.name, "branch": one.branch.code, "pupils": one.memberships.filter(until__isnull=True).count()}
        for one in classes
    ]


def _write_privately(path: Path, text: str) -> None:
    """Replace the file at once, so that a reader never sees half of it, and nobody else reads it at all."""
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(text)
    draft.replace(path)
