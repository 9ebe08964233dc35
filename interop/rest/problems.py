"""Refusals of the API as RFC 9457 problem details: one shape for every error, for programs to read."""

from typing import Any

from django.db import OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext
from rest_framework.exceptions import APIException, MethodNotAllowed, Throttled, ValidationError

from common.conflicts import RETRY_AFTER, is_conflict
from common.problems import problem


def answer_exception(exception: Exception, context: dict[str, Any]) -> JsonResponse | None:
    """Return the problem that an exception in a view stands for, or None if it's a fault of ours."""
    if isinstance(exception, ValidationError):
        return problem(400, "INVALID", gettext("The request can't be read."), errors=exception.get_full_details())
    if isinstance(exception, Http404):
        return not_found()
    if isinstance(exception, Throttled):
        wait = int(exception.wait or 1)
        answer = problem(429, "TOO_MANY", gettext("Too many requests. Wait a little."), retry_after=wait)
        answer["Retry-After"] = str(wait)
        return answer
    if isinstance(exception, OperationalError) and is_conflict(exception):
        answer = problem(503, "BUSY", gettext("Wait a moment and try again."), retry_after=RETRY_AFTER)
        answer["Retry-After"] = str(RETRY_AFTER)
        return answer
    if isinstance(exception, MethodNotAllowed):
        answer = problem(405, "READ_ONLY", gettext("This address can only be read."))
        answer["Allow"] = "GET, HEAD, OPTIONS"
        return answer
    if isinstance(exception, APIException):
        return problem(exception.status_code, "REFUSED", gettext("The request can't be answered."))
    return None


def not_found(_request: HttpRequest | None = None, **_path: str) -> JsonResponse:
    """Answer an address of the API that isn't there."""
    return problem(404, "NOT_FOUND", gettext("There's nothing at this address."))


not_found.open_to_all = True  # type: ignore[attr-defined]
