"""How a page reads its form."""

from django.http import HttpRequest, QueryDict


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what a form was sent with, None when the page is only looked at; an empty form is a form as well."""
    return request.POST if request.method == "POST" else None
