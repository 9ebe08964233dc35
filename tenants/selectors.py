"""Which municipality answers on a host, and what the consortium's console reads about its members."""

import time
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django_tenants.utils import get_public_schema_name, schema_context

from tenants.models import Domain, Municipality

# Every request asks for its host's municipality; a change reaches each process within this time.
_REMEMBERED_SECONDS = 2.0


@dataclass(frozen=True)
class _Remembered:
    municipality: Municipality | None
    until: float


_by_host: dict[str, _Remembered] = {}


def municipality_of_host(host: str) -> Municipality | None:
    """Return the municipality (or the consortium) that answers on a host name without port, or None."""
    known = _by_host.get(host)
    moment = time.monotonic()
    if known and known.until > moment:
        return known.municipality
    with schema_context(get_public_schema_name()):
        domain = Domain.objects.select_related("tenant", "tenant__template").filter(domain=host).first()
    municipality = domain.tenant if domain else None
    if len(_by_host) > 1000:
        _by_host.clear()
    _by_host[host] = _Remembered(municipality, moment + _REMEMBERED_SECONDS)
    return municipality


def forget_hosts() -> None:
    """Make this process read every host anew; others follow within two seconds."""
    _by_host.clear()


def current_municipality() -> Municipality:
    """Return the municipality that the current request or task runs for.

    :raises LookupError: outside a municipality, so that nothing runs in the shared schema by mistake
    """
    tenant = connection.tenant
    if isinstance(tenant, Municipality):
        if tenant.is_consortium:
            raise LookupError("This runs for the consortium, not for a municipality")
        return tenant
    with_schema = Municipality.objects.filter(schema_name=connection.schema_name).exclude(schema_name="public").first()
    if with_schema is None:
        raise LookupError("No municipality has been chosen")
    return with_schema


def municipalities_in_service() -> list[Municipality]:
    """Return the members whose people use the system, by name."""
    return list(Municipality.objects.filter(state=Municipality.State.IN_SERVICE).exclude(schema_name="public"))


def address_of(municipality: Municipality, path: str = "/") -> str:
    """Return the full address of a page in the municipality."""
    domain = Domain.objects.get(tenant=municipality, is_primary=True).domain
    return address_on(domain, path)


def address_on(host: str, path: str = "/") -> str:
    """Return the full address of a page on a host."""
    port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
    return f"{settings.PUBLIC_SCHEME}://{host}{port}{path}"
