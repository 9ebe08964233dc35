"""The order of lists: chosen by a column's head, and kept for as long as somebody is logged in, as filters are.

A column with a `sort` may be chosen. `keeps_order` stands on a list's view, `ordered` puts its rows in order before
they're cut into pages, and `{% list_head %}` draws the heads as links.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import get_language

from common.sort_keys import sort_key
from web.ui.columns import TABLES, Column, value_of
from web.ui.requests import PageRequest

# In the address of a list: "overdue:due", "overdue:-due" for falling, "overdue:" as at first.
NAME = "order"
_KEY = "kept_orders"

_View = Callable[..., HttpResponse]
_Row = TypeVar("_Row")


@dataclass(frozen=True)
class Order:
    """A column that somebody has chosen to see a list by."""

    column: Column
    falling: bool

    @property
    def text(self) -> str:
        """The order as an address and the session have it."""
        return f"-{self.column.name}" if self.falling else self.column.name


def keeps_order(*tables: str) -> Callable[[_View], _View]:
    """Let the reader choose in which order a view's lists stand, and keep that.

    :param tables: the names of the lists
    """

    def decorate(view: _View) -> _View:
        @wraps(view)
        def kept(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            request.ordered_lists = tables
            if request.method == "GET" and NAME in request.GET:
                table, _, text = request.GET[NAME].partition(":")
                if table in tables:
                    order = _order(table, text)
                    _keep(request, table, order.text if order else "")
            return view(request, *args, **kwargs)

        kept.ordered_lists = tables  # type: ignore[attr-defined]
        return kept

    return decorate


def order_of(request: PageRequest, table: str) -> Order | None:
    """Return by which column a list is shown, None for its own order."""
    return _order(table, request.session.get(_KEY, {}).get(table, ""))


def ordered(request: PageRequest, table: str, rows: Iterable[_Row]) -> Iterable[_Row]:
    """Return a list's rows in the order that's chosen for it; what's equal stays in the list's own order.

    Rows without a value come last, whichever way. A query is ordered by the database, so that pages can be cut from it.
    """
    order = order_of(request, table)
    if order is None:
        return rows
    if isinstance(rows, QuerySet):
        return _ordered_query(rows, order)
    language = get_language() or ""
    keyed = [(_key(row, order.column.sort, language), row) for row in rows]
    known = [each for each in keyed if each[0] is not None]
    known.sort(key=lambda each: each[0], reverse=order.falling)
    return [row for _key_of_row, row in known] + [row for key, row in keyed if key is None]


def head_link(request: PageRequest, table: str, column: Column) -> str:
    """Return where a column's head leads: to the list by it, then falling, then as it is at first. From page one on."""
    now = order_of(request, table)
    if now is None or now.column is not column:
        text = column.name
    else:
        text = "" if now.falling else f"-{column.name}"
    asked: list[tuple[str, Any]] = [(name, value) for name, value in request.GET.items() if name not in (NAME, "page")]
    place = TABLES[table].place
    return f"?{urlencode([*asked, (NAME, f'{table}:{text}')])}" + (f"#{place}" if place else "")


def _order(table: str, text: str) -> Order | None:
    name = text.removeprefix("-")
    column = next((each for each in TABLES[table].columns if each.name == name and each.sort), None)
    return Order(column, text.startswith("-")) if column else None


def _ordered_query(rows: Any, order: Order) -> Any:
    field = F(order.column.sort.replace(".", "__"))
    first = field.desc(nulls_last=True) if order.falling else field.asc(nulls_last=True)
    return rows.order_by(first, *rows.query.order_by)


def _key(row: Any, path: str, language: str) -> Any:
    value = value_of(row, path)
    if value is None or value == "":
        return None
    return sort_key(str(value), language) if isinstance(value, str | Promise) else value


def _keep(request: PageRequest, table: str, text: str) -> None:
    known = request.session.get(_KEY, {})
    if known.get(table, "") != text:
        rest = {name: order for name, order in known.items() if name != table}
        request.session[_KEY] = {**rest, table: text} if text else rest
