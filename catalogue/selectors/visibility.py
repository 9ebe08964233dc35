"""Which records exist for whoever asks: the common ones, and of local ones her own library's and those shown to all.

Who asks is decided by the host name, like everything of a municipality: what reads records here can't forget to say.
"""

from django.db.models import Q

from tenants.choice import chosen
from tenants.models import Municipality


def viewer() -> int | None:
    """Return the municipality that a request or task runs for; None for the consortium and the shared schema."""
    municipality = chosen()
    if isinstance(municipality, Municipality) and not municipality.is_consortium:
        return int(municipality.pk)
    return None


def visible_to(municipality_id: int | None) -> Q:
    """Return the condition for records that a municipality may see; with None, those that everybody may."""
    everybody = Q(visible_to=None)
    return everybody if municipality_id is None else everybody | Q(visible_to=municipality_id)
