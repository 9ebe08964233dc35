"""Which schema this thread works in: the one place that knows how django-tenants keeps it on the connection."""

from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:  # log lines need this module before there are models
    from tenants.models import Municipality

# What django-tenants adds to Django's connection is unknown to its types.
_connection: Any = connection


def choose(municipality: "Municipality") -> None:
    """Work in a municipality from here on; its schema comes first, the shared one second."""
    _connection.set_tenant(municipality)


def choose_schema(schema_name: str) -> None:
    """Work in a schema that no municipality stands behind yet, or that is being changed for all of them."""
    _connection.set_schema(schema_name)


def choose_none() -> None:
    """Work in the shared schema only."""
    _connection.set_schema_to_public()


def chosen() -> Any:
    """Return what is chosen now, so that it can be chosen again."""
    return _connection.tenant


def choose_again(before: Any) -> None:
    """Choose what `chosen` gave."""
    _connection.set_tenant(before)


def chosen_schema() -> str:
    """Return the name of the schema that's chosen: a municipality's, or the shared one's."""
    return str(_connection.schema_name)


def is_none_chosen() -> bool:
    """Return whether only the shared schema is in reach."""
    return chosen_schema() == "public"
