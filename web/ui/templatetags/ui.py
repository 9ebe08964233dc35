"""Template tags and filters of the design system: drawings, keys, money, days. All words come from elsewhere."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField
from django.template import Context
from django.template.defaultfilters import capfirst
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext

from web.ui import days, due, icons, keys, money
from web.ui.addresses import address
from web.ui.named import named
from web.ui.theme import theme_of, theme_version

register = template.Library()

# Of covers that aren't a book's.
_COVER_ICONS = {"sound": "sound", "e": "ebook", "film": "film", "young": "book"}
# Letters of a title's longest word from which on it's written smaller, and smallest.
_LONG, _LONGEST = 11, 16

register.simple_tag(icons.icon, name="icon")
register.simple_tag(icons.sign, name="sign")
register.simple_tag(address)
register.filter(named)


def _table(context: Context) -> dict[str, str]:
    return context.get("keys") or keys.DEFAULT_KEYS


@register.simple_tag(takes_context=True)
def key(context: Context, action: str) -> SafeString | str:
    """Draw the key of an action as the reader has set it; nothing when she has taken it away."""
    bound = _table(context)[action]
    return format_html("<kbd>{}</kbd>", keys.key_text(bound)) if bound else ""


@register.simple_tag
def kbd(name: str) -> SafeString:
    """Draw a key that nobody can change, such as Enter."""
    return format_html("<kbd>{}</kbd>", keys.key_text(name))


@register.simple_tag(takes_context=True)
def data_keys(context: Context) -> SafeString:
    """Write the page's key table as the attribute that `keys.js` reads."""
    return format_html('data-keys="{}"', json.dumps(_table(context), ensure_ascii=False))


@register.simple_tag(takes_context=True)
def keys_dialog(context: Context) -> SafeString:
    """Draw the table of all keys that `?` opens."""
    return _keys_dialog(get_language(), tuple(_table(context).items()))


# Half a page of words that are the same on every page of a person.
@lru_cache(maxsize=256)
def _keys_dialog(_language: str, table: tuple[tuple[str, str], ...]) -> SafeString:
    bound = dict(table)
    groups = [
        {
            "area": label,
            "actions": [
                {"id": action.id, "label": action.label, "key": keys.key_text(bound[action.id])}
                for action in keys.ACTIONS.values()
                if action.area == area and bound.get(action.id)
            ],
        }
        for area, label in keys.AREAS.items()
    ]
    return render_to_string("ui/_keys_dialog.html", {"groups": groups})


@register.simple_tag
def failures() -> SafeString:
    """Draw the messages that `requests.js` shows when a request gets no proper answer."""
    return _said_in(get_language(), "ui/_failures.html")


@register.simple_tag
def language_buttons() -> SafeString:
    """Draw a button for each language, the reader's own marked."""
    return _said_in(get_language(), "components/_languages.html")


# The same on every page in a language.
@lru_cache(maxsize=32)
def _said_in(_language: str, template_name: str) -> SafeString:
    return render_to_string(template_name)


@register.simple_tag
def status(kind: str, text: str) -> SafeString:
    """Draw a state: its sign, and what it's called."""
    return format_html('<span class="status" data-kind="{}">{}{}</span>', kind, icons.sign(kind), text)


@register.simple_tag
def cover(kind: str, title: str, picture: str = "") -> SafeString:
    """Draw a cover, over which its picture is laid if there's one; hidden from the ear, for words beside it say it.

    :param kind: book, sound, e, film or young
    """
    longest = longest_word(title)
    return format_html(
        '<div class="cover{}" aria-hidden="true"><b{}>{}</b>{}{}</div>',
        f" cover-{kind}" if kind in _COVER_ICONS else "",
        format_html(' class="{}"', "longest" if longest > _LONGEST else "long") if longest > _LONG else "",
        title,
        icons.icon(_COVER_ICONS.get(kind) or "book"),
        format_html('<img src="{}" alt="" loading="lazy" decoding="async">', picture) if picture else "",
    )


@register.simple_tag
def facet_values(values: Sequence[Mapping[str, Any]], more: Sequence[Mapping[str, Any]] = ()) -> SafeString:
    """Draw what hits can be limited to.

    :param values: name, count, url and whether it's current (`current`) of each; a count may be None
    :param more: those that are folded, none of them current
    """
    listed = format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((_facet_value(each),) for each in values)))
    if not more:
        return listed
    folded = format_html_join("", "<li>{}</li>", ((_facet_value(each),) for each in more))
    head = pgettext("values", "More")
    return format_html("{}<details><summary>{}</summary><ul>{}</ul></details>", listed, head, folded)


def _facet_value(value: Mapping[str, Any]) -> SafeString:
    count = value.get("count")
    number = "" if count is None else format_html('<span class="count">{}</span>', count)
    if value["current"]:
        html = '<a href="{}" aria-current="true"><span>{} {}</span>{}</a>'
        return format_html(html, value["url"], value["name"], icons.icon("close"), number)
    return format_html('<a href="{}"><span>{}</span>{}</a>', value["url"], value["name"], number)


@register.simple_tag
@cache
def page_files(name: str) -> str:
    """Write the tags of style sheets or scripts, which are the same on every page of a release."""
    return render_to_string(f"ui/_{name}.html")


def longest_word(text: str) -> int:
    """Return how many letters the longest word has, so that a narrow cover can write it whole."""
    return max(map(len, str(text).replace("-", "- ").split()), default=0)


@register.filter(name="money")
def money_filter(amount: Decimal | None, currency: str) -> str:
    """Write an amount: `{{ fee.amount|money:currency }}` → 120,00 kr."""
    return "" if amount is None else money.amount_text(amount, currency)


@register.filter
def money_short(amount: Decimal | None, currency: str) -> str:
    """Write an amount without cents where it has none: 120 kr."""
    return "" if amount is None else money.short_amount_text(amount, currency)


@register.filter
def day(value: date | datetime | None) -> str:
    """Write a day for a table: 17.12.2026."""
    return days.short_day(value) if value else ""


@register.filter
def day_long(value: date | datetime | None, today: date | None = None) -> str:
    """Write a day for a sentence: torsdag 17. december."""
    return days.long_day(value, today) if value else ""


@register.filter
def clock(value: datetime | None) -> str:
    """Write the time of day: 14.32."""
    return days.clock(value) if value else ""


@register.filter
def hour(value: time | None) -> str:
    """Write an opening hour: 10.00."""
    return days.hour(value) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """Write day and time of day: 17.12.2026 14.32."""
    return days.moment(value) if value else ""


@register.filter
def due_day(loan: Any) -> str:
    """Write when a loan is due for a table, with the hour for a loan by the hour: 17.12.2026 14.32."""
    return due.due_day(loan) if loan else ""


@register.filter
def due_long(loan: Any) -> str:
    """Write when a loan is due for a sentence, with the hour for a loan by the hour."""
    return due.due_long(loan) if loan else ""


@register.filter
def is_late(loan: Any) -> bool:
    """Tell whether a loan is past its day, or past its hour."""
    return due.is_late(loan)


@register.filter
def late_by(result: Any) -> str:
    """Write by how much what came back was late: 8 days late, 3 hours late."""
    return due.late_by(result)


@register.filter
def due_in(value: date | datetime | None, today: date | None = None) -> str:
    """Say how far away a due date is: in 5 days, 8 days late."""
    return days.due_text(value, today) if value else ""


@register.filter
def due_kind(value: date | datetime | None, today: date | None = None) -> str:
    """Give the status kind of a due date: stop, notice or none."""
    return days.due_kind(value, today) if value else "none"


@register.filter
def get(mapping: dict, name: str) -> object:
    """Look up a name that only the template knows, `{{ counts|get:branch.pk }}`."""
    return mapping.get(name)


HTMX_CONFIG = {
    # A strict content security policy: no style element, no eval, no script from a fragment.
    "includeIndicatorStyles": False,
    "allowEval": False,
    "allowScriptTags": False,
    "selfRequestsOnly": True,
    "historyCacheSize": 0,
    "timeout": 20_000,
    # A refused form (400, 409, 422) or a missing right (403) is an answer with a page of its own; a failure is not.
    "responseHandling": [
        {"code": "204", "swap": False},
        {"code": "[23]..", "swap": True},
        {"code": "400|409|422", "swap": True, "error": False},
        {"code": "...", "swap": False, "error": True},
    ],
}


@register.simple_tag
def htmx_config() -> str:
    """Write the settings of htmx for its meta element."""
    return json.dumps(HTMX_CONFIG, separators=(",", ":"))


@register.simple_tag(takes_context=True)
def theme_link(context: Context) -> SafeString | str:
    """Link the municipality's colours, when it has any, by an address that changes with them."""
    request = context.get("request")
    theme = theme_of(request) if request is not None else {}
    if not theme:
        return ""
    return format_html('<link rel="stylesheet" href="{}?v={}">', reverse("ui:theme_css"), theme_version(theme))


@register.simple_tag
def as_read(form: Any) -> SafeString | str:
    """Put into a form what was stored when the page was read, so that two people who edit one thing don't overwrite."""
    marks = getattr(form, "as_read", "") if form and form.initial else ""
    return format_html('<input type="hidden" name="as_read" value="{}">', marks) if marks else ""


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """Draw a form control that names its help and its errors, and says whether it's right."""
    described = [f"{field.auto_id}_helptext"] if field.help_text else []
    described += [f"{field.auto_id}_error{number}" for number in range(1, len(field.errors) + 1)]
    attributes = {"aria-describedby": " ".join(described)} if described else {}
    return field.as_widget(attrs=attributes)


@register.filter
def message_kind(level: str) -> str:
    """Give the status kind of a Django message: success is ok, error is stop."""
    return {"success": "ok", "warning": "notice", "error": "stop"}.get(level, "none")


@register.filter
def elided_pages(page: Page) -> Iterator[int | str]:
    """List the page numbers around this one, with an ellipsis where some are left out."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)


@register.simple_tag
def due_status(at: Any, today: date | str = "") -> SafeString:
    """Draw how far away a day is, or that a loan is due: sign, word, colour."""
    words = days if isinstance(at, date) else due
    kind = words.due_kind(at, today or None)
    text = days.due_text(at, today or None) if isinstance(at, date) else due.due_words(at, today or None)
    return _status(kind, text)


# A long list has the same few texts again and again.
@lru_cache(maxsize=1024)
def _status(kind: str, text: str) -> SafeString:
    return format_html('<span class="status" data-kind="{}">{}{}</span>', kind, icons.sign(kind), capfirst(text))
