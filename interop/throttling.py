"""How often one network address may ask."""

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView


class PerAddress(SimpleRateThrottle):
    """So many requests a minute from one network address, counted for each municipality by itself."""

    scope = "api"
    rate = "120/min"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        """Return what is counted by; a header that anybody can write isn't asked."""
        return self.cache_format % {"scope": self.scope, "ident": request.META.get("REMOTE_ADDR", "")}
