"""Template tags of lists: the head of a table, by which it's put in order, the menu of its columns, the way back."""

from functools import lru_cache

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from web.ui.columns import TABLES, Column
from web.ui.icons import icon
from web.ui.kept_filters import FORGET, is_narrowed
from web.ui.list_files import COLUMN, FILES, NAME, kept_parameters
from web.ui.sorting import Order, head_link, order_of

register = template.Library()


@register.simple_tag(takes_context=True)
def list_head(context: Context, name: str) -> SafeString:
    """Draw the head of a list's table; where its order can be chosen, the heads are the way to."""
    request = context.get("request")
    if request is None or request.method != "GET" or name not in getattr(request, "ordered_lists", ()):
        return _head(name, get_language())
    order = order_of(request, name)
    cells = format_html_join(
        "",
        '<th scope="col"{}{}>{}</th>',
        (
            (
                format_html(' class="{}"', column.look) if column.look else "",
                _sorted(order) if order and order.column is column else "",
                format_html('<a class="sort" href="{}">{}</a>', head_link(request, name, column), column.label)
                if column.sort
                else _label(column),
            )
            for column in TABLES[name].columns
        ),
    )
    return format_html("<thead><tr>{}</tr></thead>", cells)


@register.simple_tag(takes_context=True)
def own_order(context: Context, name: str) -> bool:
    """Say whether a list stands in its own order, for what the page says of that: `{% own_order "x" as is_own %}`."""
    request = context.get("request")
    return request is None or order_of(request, name) is None


@register.simple_tag(takes_context=True)
def without(context: Context, name: str) -> SafeString | str:
    """Write which columns the reader has left out, as an attribute of the list's `<table>`."""
    table = TABLES[name]
    places = table.places(table.left_out(_kept(context)))
    return format_html(' data-without="{}"', " ".join(map(str, places))) if places else ""


@register.simple_tag(takes_context=True)
def columns(context: Context, name: str) -> SafeString | str:
    """Draw the menu in which the reader chooses a list's columns; it's a form, and leads back to the page."""
    request = context.get("request")
    if request is None:
        return ""
    back = request.get_full_path() if request.method == "GET" else request.headers.get("Referer", "")
    return format_html(
        '<details class="menu columns no-print" data-menu><summary class="btn btn-quiet btn-small">{}{}</summary>'
        '<form class="menu-list" method="post" action="{}">'
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><input type="hidden" name="next" value="{}">'
        "{}</form></details>",
        gettext("Columns"),
        icon("down"),
        reverse("account:columns", args=[name]),
        str(context.get("csrf_token", "")),
        back,
        _choices(name, get_language(), TABLES[name].left_out(_kept(context))),
    )


@register.simple_tag(takes_context=True)
def list_file(context: Context, name: str) -> SafeString | str:
    """Draw the menu in which the reader ticks columns and takes a list as a file: its page's address, with more."""
    request = context.get("request")
    if request is None or request.method != "GET":
        return ""
    hidden = format_html_join("", '<input type="hidden" name="{}" value="{}">', kept_parameters(request))
    return format_html(
        '<details class="menu columns no-print" data-menu><summary class="btn btn-quiet btn-small">{}{}</summary>'
        '<form class="menu-list" method="get" action="{}">{}{}</form></details>',
        gettext("File"),
        icon("down"),
        request.path,
        hidden,
        _file_choices(name, get_language()),
    )


@register.simple_tag(takes_context=True)
def forget_filters(context: Context) -> SafeString | str:
    """Draw the way back to the list as it is at first, while filters that are kept narrow it."""
    request = context.get("request")
    if request is None or not is_narrowed(request):
        return ""
    word = gettext("Clear the filters")
    return format_html('<a class="btn btn-quiet no-print" href="{}?{}=1">{}</a>', request.path, FORGET, word)


def _kept(context: Context) -> dict[str, list[str]]:
    staff = context.get("staff")
    return staff.account.list_columns if staff else {}


# The same on every page of everybody who reads this language.
@lru_cache(maxsize=512)
def _head(name: str, _language: str) -> SafeString:
    cells = format_html_join(
        "",
        '<th scope="col"{}>{}</th>',
        (
            (
                format_html(' class="{}"', column.look) if column.look else "",
                _label(column),
            )
            for column in TABLES[name].columns
        ),
    )
    return format_html("<thead><tr>{}</tr></thead>", cells)


def _label(column: Column) -> SafeString | str:
    return format_html('<span class="visually-hidden">{}</span>', column.label) if column.is_unseen else column.label


def _sorted(order: Order) -> SafeString:
    return format_html(' aria-sort="{}"', "descending" if order.falling else "ascending")


@lru_cache(maxsize=1024)
def _choices(name: str, _language: str, left_out: frozenset[str]) -> SafeString:
    ticks = format_html_join(
        "",
        '<label class="tick"><input type="checkbox" name="column" value="{}"{}> {}</label>',
        (
            (column.name, _state(column.is_needed, column.name in left_out), column.label)
            for column in TABLES[name].columns
            if not column.is_unseen
        ),
    )
    return format_html(
        '<fieldset><legend class="visually-hidden">{}</legend>{}</fieldset>'
        '<button type="submit">{}</button><button type="submit" name="all" value="1">{}</button>',
        gettext("Columns"),
        ticks,
        gettext("Show"),
        gettext("Show all columns"),
    )


@lru_cache(maxsize=512)
def _file_choices(name: str, _language: str) -> SafeString:
    ticks = format_html_join(
        "",
        '<label class="tick"><input type="checkbox" name="{}" value="{}" checked> {}</label>',
        ((COLUMN, column.name, column.label) for column in FILES[name].columns),
    )
    return format_html(
        '<fieldset><legend class="visually-hidden">{}</legend>{}</fieldset>'
        '<button type="submit" name="{}" value="{}.xlsx">Excel</button>'
        '<button type="submit" name="{}" value="{}.csv">CSV</button>',
        gettext("Columns"),
        ticks,
        NAME,
        name,
        NAME,
        name,
    )


def _state(is_needed: bool, is_left_out: bool) -> SafeString:
    if is_needed:
        return mark_safe(" checked disabled")  # noqa: S308 - nobody's text
    return mark_safe("" if is_left_out else " checked")  # noqa: S308 - nobody's text
