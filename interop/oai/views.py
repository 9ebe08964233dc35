"""The one address of OAI-PMH."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from interop.oai.answers import answer
from interop.oai.repository import repository_of


@csrf_exempt
@gzip_page
@require_http_methods(["GET", "HEAD", "POST"])
def provider(request: HttpRequest) -> HttpResponse:
    """Answer a harvester; it only reads, so a form from anywhere is as good as an address."""
    sent = request.POST if request.method == "POST" else request.GET
    text = answer(repository_of(request.tenant), sent)  # type: ignore[attr-defined]
    return HttpResponse(text.encode(), content_type="text/xml; charset=utf-8")


# As every public address says; a test looks for it.
provider.open_to_all = True  # type: ignore[attr-defined]
