"""Three tiny pages that show whose rows, session and language a request gets."""

from django.http import HttpRequest, JsonResponse
from django.urls import path

from holdings.models import Branch


def rows(_request: HttpRequest) -> JsonResponse:
    """Show the branches of the municipality that answers."""
    return JsonResponse({"branches": list(Branch.objects.order_by("code").values_list("code", flat=True))})


def remember(request: HttpRequest) -> JsonResponse:
    """Put a word into the session."""
    request.session["word"] = request.GET["word"]
    return JsonResponse({})


def recall(request: HttpRequest) -> JsonResponse:
    """Show the word of the session."""
    return JsonResponse({"word": request.session.get("word")})


def break_down(_request: HttpRequest) -> JsonResponse:
    """Fail in the middle of a request."""
    Branch.objects.count()
    raise RuntimeError("broken")


urlpatterns = [
    path("rows", rows),
    path("desk/remember", remember),
    path("desk/recall", recall),
    path("broken", break_down),
]
