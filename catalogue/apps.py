"""The shared bibliographic catalogue: records, MARC in and out, the change feed and the search index."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """Names the app."""

    name = "catalogue"
