"""A request as the middleware hands it on: with the municipality that its host belongs to."""

from django.http import HttpRequest

from tenants.models import Municipality


class MunicipalityRequest(HttpRequest):
    """A request to a known host.

    :ivar tenant: the municipality, or the consortium
    """

    tenant: Municipality
