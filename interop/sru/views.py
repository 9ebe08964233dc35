"""The one address of SRU."""

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from interop.sru.answers import answer, busy
from interop.sru.explaining import Service
from interop.throttling import PerAddress
from tenants.requests import MunicipalityRequest
from tenants.selectors import address_of


class PerSearcher(PerAddress):
    """Searches are counted beside the API's."""

    scope = "sru"


@csrf_exempt
@gzip_page
@require_http_methods(["GET", "HEAD", "POST"])
def server(request: MunicipalityRequest) -> HttpResponse:
    """Answer a program that searches; it only reads, so a form from anywhere is as good as an address."""
    service = _service(request)
    sent = request.POST if request.method == "POST" else request.GET
    throttle = PerSearcher()
    if throttle.allow_request(request, server):  # type: ignore[arg-type]
        return _xml(answer(service, sent))
    response = _xml(busy(service, sent))
    response.status_code = 429
    response["Retry-After"] = str(int(throttle.wait() or 1))
    return response


def _service(request: MunicipalityRequest) -> Service:
    municipality = request.tenant
    is_all = municipality.is_consortium
    return Service(
        name=municipality.name,
        address=address_of(municipality, "/sru"),
        language=municipality.language,
        schema=None if is_all else municipality.schema_name,
        municipality_id=None if is_all else municipality.pk,
    )


def _xml(text: str) -> HttpResponse:
    # Clients look for this type in either version.
    return HttpResponse(text.encode(), content_type="text/xml; charset=utf-8")


# As every public address says; a test looks for it.
server.open_to_all = True  # type: ignore[attr-defined]
