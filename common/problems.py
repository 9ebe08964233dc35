"""Errors for programs as RFC 9457 problem details: one shape, whoever answers."""

from typing import Any

from django.http import HttpRequest, JsonResponse

API = "/api/"


def problem(status: int, code: str, title: str, **more: Any) -> JsonResponse:
    """Return an error as `application/problem+json`.

    :param code: what programs compare; the title is for people
    """
    body = {"type": "about:blank", "status": status, "code": code, "title": title, **more}
    return JsonResponse(body, status=status, content_type="application/problem+json")


def is_for_programs(request: HttpRequest) -> bool:
    """Return whether a request is one to the API, whose callers read no pages."""
    return request.path.startswith(API)
