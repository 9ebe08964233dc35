"""Which numbers a member has as a cataloguing agency, and which records it may change."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from catalogue.models import CataloguingLibrary, Change, Enrichment
from catalogue.services import change_feed
from common import audit
from tenants.models import Municipality


@transaction.atomic
def set_cataloguing_library(
    *,
    municipality: Municipality,
    number: str | None = None,
    school_number: str | None = None,
    edits_common: bool | None = None,
    edits_national: bool | None = None,
    keeps_shelf_data: bool | None = None,
    actor: Any = None,
) -> CataloguingLibrary:
    """Change a member's numbers and rights; what is None stays as it is.

    :param number: as national records name the library, for instance 710100; empty takes it away
    :param edits_common: may take over other members' common records, and lets them take over its own
    :param edits_national: may change what no member owns
    :param keeps_shelf_data: when a common record gets another title or classification, the library with items keeps
        the old ones as its own
    :raises django.db.IntegrityError: if another member has the number
    """
    wanted = {
        "number": number,
        "school_number": school_number,
        "edits_common": edits_common,
        "edits_national": edits_national,
        "keeps_shelf_data": keeps_shelf_data,
    }
    changed = {name: value for name, value in wanted.items() if value is not None}
    was_school = CataloguingLibrary.objects.filter(municipality=municipality).exclude(school_number="").exists()
    library, _created = CataloguingLibrary.objects.update_or_create(municipality=municipality, defaults=changed)
    audit.record(action="catalogue.set_library", actor=actor, subject=municipality, facts=changed)
    if bool(library.school_number) != was_school:
        # From now on it sees what the school libraries share, or no longer does, and finds titles by it.
        shared = Enrichment.objects.filter(municipality=None, deleted_at=None).order_by("record_id")
        change_feed.announce(
            record_ids=shared.values_list("record_id", flat=True),
            kind=Change.Kind.ENRICHED,
            now=timezone.now(),
            municipality_id=municipality.pk,
        )
    return library
