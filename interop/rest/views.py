"""The public catalogue for programs: search, record and live availability of the host's municipality. Read only."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.http import Http404, HttpResponseBase, JsonResponse
from django.utils.translation import gettext
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalogue.marc.series import every_series
from catalogue.search import State, search, suggest
from catalogue.selectors import get_record
from catalogue.selectors.enrichments import record_view
from circulation.selectors.availability import availability, queue_length
from common.problems import problem
from holdings.selectors import all_branches
from interop.rest.parameters import SearchParameters, SuggestionParameters
from interop.rest.problems import answer_exception
from interop.throttling import PerAddress
from tenants.selectors import current_municipality

_DESCRIPTION = Path(__file__).parent / "openapi.json"


class PublicView(APIView):
    """What all addresses of the API have in common."""

    # As every public address says; a test looks for it.
    open_to_all = True
    throttle_classes = [PerAddress]
    http_method_names = ["get", "head", "options"]

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], JsonResponse | None]:
        """Answer every refusal in the same shape."""
        return answer_exception

    def finalize_response(
        self, request: Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Let any web page read the answer: it's public and says nothing about who asks."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        return response


class SearchView(PublicView):
    """`GET /api/v1/search`."""

    def get(self, request: Request) -> Response | JsonResponse:
        """Search the municipality's titles, or with `everywhere=true` the whole nation's."""
        parameters = SearchParameters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        municipality = current_municipality()
        result = search(parameters.as_request(municipality=municipality.schema_name, language=municipality.language))
        if result.state is not State.READY:
            progress = result.progress
            return problem(
                503,
                "INDEX_UNAVAILABLE",
                gettext("The search index is being built."),
                percent=progress and progress.percent,
            )
        # The list has records, each by itself.
        found = asdict(result)
        del found["editions"], found["is_by_work"]
        return Response(found | {"pages": result.pages})


class SuggestionsView(PublicView):
    """`GET /api/v1/suggestions`."""

    def get(self, request: Request) -> Response:
        """Return what somebody may be typing."""
        parameters = SuggestionParameters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        asked = parameters.validated_data
        municipality = None if asked["everywhere"] else current_municipality().schema_name
        return Response({"suggestions": [asdict(found) for found in suggest(asked["q"], municipality)]})


class RecordView(PublicView):
    """`GET /api/v1/records/<id>`."""

    def get(self, request: Request, pk: int) -> Response:
        """Return a bibliographic record as the library sees it."""
        record = get_record(pk)
        if record is None:
            raise Http404
        record = record_view(record, current_municipality())
        names = (
            "source control_number title remainder author contributors edition publisher year language isbns issns"
            " subjects classification audience material_type series extent summary version changed_at"
        ).split()
        found = {name: getattr(record, name) for name in names} | {"all_series": every_series(record)}
        return Response({"id": record.pk} | found)


class AvailabilityView(PublicView):
    """`GET /api/v1/records/<id>/availability`."""

    def get(self, request: Request, pk: int) -> Response:
        """Return what each of the municipality's branches has of a title right now, and how many wait for it."""
        record = get_record(pk)
        if record is None:
            raise Http404
        pk = record.pk
        codes = {branch.pk: branch.code for branch in all_branches()}
        rows = [asdict(row) for row in availability([pk]).get(pk, [])]
        # Programs are promised a day.
        kept = [{name: value for name, value in row.items() if name != "due"} for row in rows]
        branches = [{"branch": codes[row.pop("branch_id")], **row} for row in kept]
        return Response({"record_id": pk, "branches": branches, "holds": queue_length([pk]).get(pk, 0)})


class DescriptionView(PublicView):
    """`GET /api/v1/openapi.json`."""

    def get(self, request: Request) -> Response:
        """Return the API's description."""
        return Response(json.loads(_DESCRIPTION.read_text()))
