"""What an address of the API may ask for; anything else is answered with what's wrong with it."""

from functools import partial
from typing import Any

from rest_framework import serializers

from catalogue.search import Filters, SearchRequest, Sort
from catalogue.search.requests import LARGEST_PAGE
from circulation.selectors.availability import titles_at_home

_MOST_VALUES = 20


class _Codes(serializers.ListField):
    """A parameter that may stand several times."""

    def __init__(self) -> None:
        super().__init__(
            child=serializers.CharField(max_length=40), required=False, default=list, max_length=_MOST_VALUES
        )


class SearchParameters(serializers.Serializer[Any]):
    """A search; the names are those of the query string."""

    q = serializers.CharField(required=False, default="", allow_blank=True, max_length=300)
    material = _Codes()
    language = _Codes()
    audience = _Codes()
    branch = _Codes()
    decade = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=3000),
        required=False,
        default=list,
        max_length=_MOST_VALUES,
    )
    year_from = serializers.IntegerField(required=False, default=None, min_value=0, max_value=3000)
    year_to = serializers.IntegerField(required=False, default=None, min_value=0, max_value=3000)
    author = serializers.CharField(required=False, default="", max_length=300)
    subject = serializers.CharField(required=False, default="", max_length=300)
    series = serializers.CharField(required=False, default="", max_length=300)
    everywhere = serializers.BooleanField(required=False, default=False)
    sort = serializers.ChoiceField([sort.value for sort in Sort], required=False, default=Sort.RELEVANCE.value)
    page = serializers.IntegerField(required=False, default=1, min_value=1, max_value=10_000)
    page_size = serializers.IntegerField(required=False, default=20, min_value=1, max_value=LARGEST_PAGE)

    def as_request(self, *, municipality: str, language: str) -> SearchRequest:
        """Return the search that was asked for.

        :param municipality: whose titles count, unless the whole nation's were asked for
        """
        asked = self.validated_data
        filters = Filters(
            material_types=tuple(asked["material"]),
            languages=tuple(asked["language"]),
            audiences=tuple(asked["audience"]),
            decades=tuple(asked["decade"]),
            branches=() if asked["everywhere"] else tuple(asked["branch"]),
            year_from=asked["year_from"],
            year_to=asked["year_to"],
            author=asked["author"],
            subject=asked["subject"],
            series=asked["series"],
        )
        return SearchRequest(
            text=asked["q"],
            filters=filters,
            municipality=None if asked["everywhere"] else municipality,
            sort=Sort(asked["sort"]),
            language=language,
            page=asked["page"],
            page_size=asked["page_size"],
            at_home=partial(titles_at_home, branches=filters.branches),
        )


class SuggestionParameters(serializers.Serializer[Any]):
    """What somebody has typed so far."""

    q = serializers.CharField(max_length=100)
    everywhere = serializers.BooleanField(required=False, default=False)
