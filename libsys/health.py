"""`/healthz` says that the process lives, `/readyz` that it can serve; both on any host, without a municipality."""

from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from redis.exceptions import RedisError


class HealthMiddleware:
    """Answers before a host is looked up, since probes come by address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the two probes and pass everything else on."""
        if request.path == "/healthz":
            return _answer(200, status="alive")
        if request.path == "/readyz":
            return _readiness()
        return self.get_response(request)


def _readiness() -> JsonResponse:
    checks = {"database": _database_answers(), "broker": _broker_answers()}
    ready = all(checks.values())
    return _answer(200 if ready else 503, status="ready" if ready else "not ready", checks=checks)


def _answer(code: int, **body: Any) -> JsonResponse:
    return JsonResponse(body, status=code, headers={"Cache-Control": "no-store"})


def _database_answers() -> bool:
    try:
        connection.set_schema_to_public()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM tenants_municipality LIMIT 1")
    except DatabaseError:
        return False
    return True


def _broker_answers() -> bool:
    try:
        cache.get("readiness")
    except (RedisError, OSError):
        return False
    return True
