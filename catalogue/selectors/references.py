"""What refers to a record: the tables of every municipality that do, and what others have on a library's local one."""

from collections.abc import Iterator
from functools import partial

from django.apps import apps
from django.conf import settings
from django.db import models

from catalogue.errors import Code
from catalogue.models import BibliographicRecord, Enrichment, RecordMerge
from common.errors import Reason
from tenants.everywhere import in_each_municipality
from tenants.models import Municipality

_AGAINST = {"holdings.item": Code.OTHERS_HAVE_ITEMS, "circulation.hold": Code.OTHERS_HAVE_HOLDS}


def references() -> Iterator[tuple[type[models.Model], str]]:
    """Yield every table of a municipality that refers to records, with the column that does, lower rooms first.

    Rows are locked in this order, which is the order in which a desk locks an item and a hold for it.
    """
    for name in settings.TENANT_APPS:
        for model in apps.get_app_config(name.rpartition(".")[2]).get_models():
            for field in model._meta.concrete_fields:
                if field.related_model is BibliographicRecord:
                    yield model, field.attname


def others_uses(record: BibliographicRecord, own: Municipality) -> list[Reason]:
    """Return what other libraries have on a record, and would be left with if they didn't see it any more.

    Withdrawn items and holds that have ended count: their own library's lists still name the title. Parts of the record
    that only its own library sees are no others'.
    """
    by_code: dict[Code, set[str]] = {}
    found = in_each_municipality(partial(_codes_of, record.pk, own.pk))
    names = dict(Municipality.objects.filter(schema_name__in=found).values_list("schema_name", "name"))
    for schema, codes in found.items():
        for code in codes:
            by_code.setdefault(code, set()).add(names[schema])
    reasons = [Reason(code, facts={"names": sorted(by_code[code])}) for code in _AGAINST.values() if code in by_code]
    if Enrichment.objects.filter(record=record, deleted_at=None).exclude(municipality=own).exists():
        reasons.append(Reason(Code.OTHERS_HAVE_FIELDS))
    parts = BibliographicRecord.objects.filter(part_of=record.control_number, deleted_at=None)
    if parts.exclude(pk=record.pk).exclude(visible_to=own).exists():
        reasons.append(Reason(Code.HAS_PARTS))
    # One that nobody else ever saw may be part of it: its number leads nobody else here.
    if RecordMerge.objects.filter(winner=record, undone_at=None).exclude(loser__visible_to=own).exists():
        reasons.append(Reason(Code.TOOK_ANOTHER_IN))
    return reasons


def _codes_of(record_id: int, own_id: int, municipality: Municipality) -> set[Code]:
    """Return what the municipality that's chosen has on the record; nothing when it's the record's own."""
    if municipality.pk == own_id:
        return set()
    return {
        _AGAINST[model._meta.label_lower]
        for model, column in references()
        if model._base_manager.filter(**{column: record_id}).exists()
    }
