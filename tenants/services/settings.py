"""Changes how a municipality looks, how it numbers its items and cards, and what it has decided for other rooms."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from common import audit
from tenants.models import Municipality
from tenants.selectors import forget_hosts


def change_look(*, municipality: Municipality, colours: Mapping[str, str], actor: Any) -> Municipality:
    """Set colours and corners; a logo stays. The screen has checked that everybody can read them."""
    with transaction.atomic():
        found = Municipality.objects.select_for_update().get(pk=municipality.pk)
        before = {name: found.theme.get(name, "") for name in colours}
        found.theme = {**found.theme, **colours}
        found.save(update_fields=["theme"])
        audit.record(
            action="tenants.change_look", actor=actor, subject=found, facts={"before": before, "colours": dict(colours)}
        )
        transaction.on_commit(forget_hosts)
    return found


def change_barcodes(
    *, municipality: Municipality, schemes: Mapping[str, Mapping[str, Any]], actor: Any
) -> Municipality:
    """Set how new items and cards are numbered; those that exist keep their numbers.

    :param schemes: by item and card, each {"prefix", "length", "check_digit"}
    """
    with transaction.atomic():
        found = Municipality.objects.select_for_update().get(pk=municipality.pk)
        before = found.barcode_schemes
        found.barcode_schemes = {name: dict(scheme) for name, scheme in schemes.items()}
        found.save(update_fields=["barcode_schemes"])
        audit.record(
            action="tenants.change_barcodes",
            actor=actor,
            subject=found,
            facts={"before": before, "schemes": found.barcode_schemes},
        )
        transaction.on_commit(forget_hosts)
    return found


def change_settings(*, municipality: Municipality, section: str, values: Mapping[str, Any], actor: Any) -> Municipality:
    """Set values of one section of the municipality's settings; its others stay. The room that reads them checks them.

    :param section: the name of the room's part, for instance `messages`
    :param values: JSON values by name
    """
    with transaction.atomic():
        found = Municipality.objects.select_for_update().get(pk=municipality.pk)
        known = found.settings.get(section, {})
        before = {name: known.get(name) for name in values}
        found.settings = {**found.settings, section: {**known, **values}}
        found.save(update_fields=["settings"])
        audit.record(
            action="tenants.change_settings",
            actor=actor,
            subject=found,
            facts={"section": section, "before": before, "values": dict(values)},
        )
        transaction.on_commit(forget_hosts)
    municipality.settings = found.settings
    return found
