"""What the portal's lists say of each title: drawn here, since as templates they took as long as the search."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from web.ui.templatetags.ui import status

register = template.Library()
_NOTHING = SafeString()


@register.simple_tag
def hit_title(row: Mapping[str, Any]) -> SafeString:
    """Draw a hit's title, by whom and when it is, and what it is.

    :param row: as `hits_with_availability` gives it
    """
    hit = row["hit"]
    year = (
        format_html(' <span class="soft">{}{}</span>', "· " if hit.author else "", hit.year) if hit.year else _NOTHING
    )
    return format_html(
        '<h2><a class="result" href="{}">{}</a></h2><p>{}{}</p><p class="forms"><span>{}</span>{}</p>',
        row["url"],
        hit.title,
        hit.author,
        year,
        row["material"],
        format_html("<span>{}</span>", hit.edition) if hit.edition else _NOTHING,
    )


@register.simple_tag
def hit_state(row: Mapping[str, Any]) -> SafeString:
    """Draw whether a hit can be had, and the ways to have it.

    :param row: as `hits_with_availability` gives it
    """
    sign = format_html("{} ", status(row["kind"], row["word"])) if row.get("kind") else _NOTHING
    about = format_html('<span class="soft">{}</span>', row["about"]) if row["about"] else _NOTHING
    return format_html('<p class="here">{}{}</p>{}', sign, about, _ways(row) if row["is_owned"] else _NOTHING)


def _ways(row: Mapping[str, Any]) -> SafeString:
    place, title, work = gettext("Place a hold"), row["hit"].title, row["work"]
    any_edition = _NOTHING
    if work and work.is_any_as_good:
        any_edition = format_html(
            '<a class="btn" href="{}?any_edition=1#get">{}<span class="visually-hidden">, {}: {}</span></a>',
            row["url"],
            gettext("Any edition"),
            place,
            title,
        )
    return format_html(
        '<span class="row"><a class="btn" href="{}#get">{}<span class="visually-hidden"> {}</span></a>{}</span>',
        row["url"],
        place,
        title,
        any_edition,
    )
