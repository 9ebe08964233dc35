"""Chooses the municipality by host name, once, before anything else runs."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext

from common.problems import is_for_programs, problem
from tenants.choice import choose, choose_none
from tenants.models import Municipality
from tenants.requests import MunicipalityRequest
from tenants.selectors import municipality_of_host


class MunicipalityMiddleware:
    """Answers 404 on an unknown host and 503 for a suspended member; nothing falls back to another schema."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: MunicipalityRequest) -> HttpResponse:
        """Choose the schema, answer, and leave no schema behind on this thread."""
        choose_none()
        host = split_domain_port(request.META.get("HTTP_HOST", ""))[0].rstrip(".")
        municipality = municipality_of_host(host) if host else None
        if municipality is None or municipality.state == Municipality.State.BEING_PROVISIONED:
            return _plain(request, "ui/unknown_host.html", 404, {})
        if municipality.state == Municipality.State.SUSPENDED:
            with translation.override(municipality.language):
                if is_for_programs(request):
                    return problem(503, "SUSPENDED", gettext("This library is closed for a while"))
                return _plain(request, "ui/suspended.html", 503, {"municipality": municipality})
        request.tenant = municipality
        request.urlconf = settings.PUBLIC_SCHEMA_URLCONF if municipality.is_consortium else settings.ROOT_URLCONF
        choose(municipality)
        try:
            return self.get_response(request)
        finally:
            choose_none()


def _plain(request: HttpRequest, template: str, status: int, context: dict[str, object]) -> HttpResponse:
    response = render(request, template, context, status=status)
    patch_cache_control(response, no_store=True)
    return response
