"""Which other catalogues records are fetched from."""

from collections.abc import Sequence

from django.db.models import Q

from catalogue.models import RemoteTarget
from tenants.models import Municipality


def targets_for(municipality: Municipality) -> Sequence[RemoteTarget]:
    """Return the catalogues that a municipality asks: its own first, then those that the consortium named for all.

    The consortium has its own only.
    """
    named = RemoteTarget.objects.filter(Q(municipality=municipality) | Q(municipality__schema_name="public"))
    return sorted(named.order_by("pk"), key=lambda target: target.municipality_id != municipality.pk)
