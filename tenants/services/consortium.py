"""The consortium itself: the row that stands for the shared schema, and the console's host."""

from django.conf import settings
from django_tenants.utils import get_public_schema_name

from tenants.models import Domain, Municipality


def ensure_consortium() -> Municipality:
    """Return the consortium's row, made with its host if it isn't there yet."""
    consortium, _ = Municipality.objects.get_or_create(
        schema_name=get_public_schema_name(),
        defaults={
            "name": "Consortium",
            "country": Municipality.Country.DENMARK,
            "language": "en",
            "state": Municipality.State.IN_SERVICE,
        },
    )
    Domain.objects.get_or_create(domain=settings.BASE_DOMAIN, defaults={"tenant": consortium, "is_primary": True})
    return consortium
