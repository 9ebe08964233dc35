"""What a message was filled with, as JSON keeps it, so that it can be written anew. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any


def kept(value: Any) -> Any:
    """Return a context as JSON: amounts and days say what they are."""
    if isinstance(value, Mapping):
        return {str(name): kept(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [kept(each) for each in value]
    if isinstance(value, Decimal):
        return {"amount": str(value)}
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def without_titles(context: Mapping[str, Any]) -> dict[str, Any]:
    """Return a context that doesn't tell what it was that somebody had: no titles, no barcodes."""
    hidden = dict(context)
    if "title" in hidden:
        hidden["title"] = ""
    if "items" in hidden:
        hidden["items"] = [{**item, "title": "", "barcode": ""} for item in hidden["items"]]
    return hidden


def tells_titles(context: Mapping[str, Any]) -> bool:
    """Return whether a list of items says of any what it is; what lists none hides none."""
    items = context.get("items", ())
    return not items or any(item["title"] for item in items)


def read_again(value: Any) -> Any:
    """Return a context as it was given."""
    if isinstance(value, Mapping):
        if set(value) == {"amount"}:
            return Decimal(value["amount"])
        if set(value) == {"moment"}:
            return datetime.fromisoformat(value["moment"])
        if set(value) == {"day"}:
            return date.fromisoformat(value["day"])
        return {name: read_again(each) for name, each in value.items()}
    if isinstance(value, list):
        return [read_again(each) for each in value]
    return value
