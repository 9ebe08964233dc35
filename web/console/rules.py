"""Circulation rules as a matrix: own values stand out, inherited ones lie back, and each says where it comes from."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import Permission
from circulation.errors import Code, RuleRefused
from circulation.rules.notice_steps import channels_named
from circulation.rules.resolution import Level, Resolved
from circulation.rules.values import REGISTER, InvalidValues
from circulation.selectors.rule_books import RuleBook, rule_book
from circulation.services.rules import reset_value, set_value
from common.stale_forms import changed_since, marks_of
from holdings.selectors import branch_groups
from notices.selectors import message_settings
from tenants.selectors import current_municipality
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import municipality_areas
from web.console.rule_scopes import (
    Place,
    Residence,
    case_text,
    cell_of,
    day_of,
    name_of,
    origin_text,
    place_of,
    scope_of,
)
from web.console.rule_values import (
    cell_text,
    form_text,
    typed_value,
    value_from_form,
    value_problems,
    value_text,
)
from web.ui.stale_forms import FIELD as AS_READ
from web.ui.stale_forms import edited_in_turn, saved_meanwhile, saved_value
from web.words.for_staff import reason_texts
from web.words.messages import channel_names


@staff_only(Permission.ADMINISTER)
@require_safe
def rules(request: StaffRequest) -> HttpResponse:
    """Show one value's matrix, and why the chosen cell has its value."""
    return _page(request, request.GET)


def _page(
    request: StaffRequest,
    values: Any,
    *,
    status: int = 200,
    errors: Sequence[str] = (),
    ways_out: Sequence[dict[str, Any]] = (),
) -> HttpResponse:
    book, name = rule_book(), name_of(values)
    place = place_of(book, values)
    category, item_type = cell_of(book, values)
    matrix = _matrix(book, name, place, category, item_type)
    cell = _explained(book, name, place, category, item_type)
    context = {
        "areas": municipality_areas(request, "rules"),
        "spec": REGISTER[name],
        "name": name,
        "place": place,
        "groups": branch_groups(),
        "residences": Residence.choices,
        "branches": sorted(book.branches.values(), key=lambda each: (each.position, each.name)),
        "choices": [
            {"text": spec.label, "name": spec.name, "current": spec.name == name} for spec in REGISTER.values()
        ],
        "matrix": matrix,
        "own_values": sum(cell["is_own"] for row in matrix["rows"] for cell in row["cells"]),
        "template": current_municipality().template,
        "cell": cell,
        "as_read": marks_of(_own(cell)),
        "ways_out": ways_out,
    }
    if status != 200 and values is request.POST:
        # What wasn't saved stays as it was typed.
        context["cell"] = cell | typed_value(values, errors) | {"until": day_of(values.get("until", ""))}
    return render(request, "console/rules.html", context, status=status)


@staff_only(Permission.ADMINISTER)
@require_POST
@edited_in_turn("rules")
def change_rule(request: StaffRequest) -> HttpResponse:
    """Set or reset the value of one cell."""
    book, name = rule_book(), name_of(request.POST)
    place = place_of(book, request.POST)
    category, item_type = cell_of(book, request.POST)
    if (request.POST.get("category") and category is None) or (request.POST.get("type") and item_type is None):
        # Taken for any, the rule would hold for everybody.
        raise Http404
    now = _explained(book, name, place, category, item_type)
    if changed_since(request.POST.get(AS_READ, ""), _own(now)):
        messages.error(request, f"{saved_meanwhile()} {saved_value(_own_text(now))}")
        return _page(request, request.POST, status=409)
    scope = scope_of(book, place, category, item_type, request.POST)
    actor = request.staff.account
    try:
        if "reset" in request.POST:
            reset_value(name=name, scope=scope, actor=actor)
            messages.success(request, gettext("The inherited value holds again."))
        else:
            value = value_from_form(REGISTER[name], request.POST)
            set_value(name=name, value=value, scope=scope, actor=actor)
            messages.success(request, gettext("The rule is changed; the next scan follows it."))
    except (InvalidValues, RuleRefused) as refused:
        errors = told_refusal(refused, book)
        for error in errors:
            messages.error(request, error)
        if isinstance(refused, RuleRefused) and Code.GROUP_GONE in refused.codes:
            # Nor is the page that it was typed on: what was meant for a group is offered for no other place.
            return _page(request, {"name": name}, status=422)
        # Going back to the inherited value isn't about what stands in the field.
        shown = () if "reset" in request.POST else errors
        return _page(request, request.POST, status=422, errors=shown, ways_out=_ways_out(refused, book, place))
    return redirect(place.url(name, category, item_type))


def _ways_out(refused: InvalidValues | RuleRefused, book: RuleBook, place: Place) -> list[dict[str, Any]]:
    """Return where what stands against a change can be changed, in the case that shows it."""
    reasons = refused.reasons if isinstance(refused, RuleRefused) else ()
    return [
        {
            "label": REGISTER[other].label,
            "url": replace(place, branch_id=reason.facts["branch_id"] or place.branch_id).url(
                other,
                book.categories.get(reason.facts["category_id"]),
                book.item_types.get(reason.facts["item_type_id"]),
            ),
        }
        for reason in reasons
        for other in reason.facts.get("others", ())
    ]


def _own(cell: dict[str, Any]) -> dict[str, Any]:
    """Return what a cell says itself, as somebody else may have changed it."""
    return {"own": f"{cell['is_none']} {cell['form_text']} {cell['until']}" if cell["is_own"] else ""}


def _own_text(cell: dict[str, Any]) -> str:
    return str(cell["text"]) if cell["is_own"] else gettext("as inherited")


def told_refusal(refused: InvalidValues | RuleRefused, book: RuleBook) -> list[str]:
    """Return why a rule isn't changed, with the case that shows it."""
    if isinstance(refused, InvalidValues):
        return value_problems(refused)
    told = reason_texts(refused.reasons, permissions=frozenset(), currency="")
    return [
        " ".join(
            filter(
                None, (text.text, case_text(book, reason.facts) if "residence" in reason.facts else "", text.next_step)
            )
        )
        for reason, text in zip(refused.reasons, told, strict=True)
    ]


def _matrix(book: RuleBook, name: str, place: Place, category: Any, item_type: Any) -> dict[str, Any]:
    spec = REGISTER[name]
    types = [None, *sorted(book.item_types.values(), key=lambda each: each.position)] if spec.by_item_type else [None]
    people = [None, *sorted(book.categories.values(), key=lambda each: each.position)] if spec.by_category else [None]
    rows = [
        {
            "category": person,
            "cells": [
                {
                    **_value(book, name, place, person, kind),
                    "url": place.url(name, person, kind),
                    "current": (person, kind) == (category, item_type),
                }
                for kind in types
            ],
        }
        for person in people
    ]
    return {"types": types, "rows": rows}


def _value(book: RuleBook, name: str, place: Place, category: Any, item_type: Any) -> dict[str, Any]:
    resolved = place.resolved(book, category, item_type)
    origin = resolved.origin(name)
    value = resolved.value(name) if origin else None
    currency = current_municipality().currency
    return {
        "text": value_text(REGISTER[name], value, currency=currency) if origin else "–",
        "short": cell_text(REGISTER[name], value, currency=currency) if origin else "–",
        "form_text": form_text(REGISTER[name], value),
        "is_none": origin is not None and value is None,
        "is_own": place.is_own(origin, category, item_type),
        "from": origin_text(book, origin),
        "near": _near_text(origin, place, category, item_type),
    }


def _near_text(origin: Any, place: Place, category: Any, item_type: Any) -> str:
    """Return in a word or two where an inherited value comes from: what the cell has room for."""
    if origin is None:
        return gettext("not set")
    if origin.level is Level.TEMPLATE:
        return gettext("Template")
    if place.where and origin.place_id != (place.group.pk if place.group else place.branch_id):
        return gettext("Municipality") if origin.level is Level.MUNICIPALITY else gettext("Branch group")
    if category is not None and origin.patron_category is None:
        return gettext("↑ any patron")
    if item_type is not None and origin.item_type is None:
        return gettext("← any item")
    if place.residence and origin.residence is None:
        return gettext("any residence")
    if place.since and origin.valid_from is None:
        return gettext("at all times")
    return gettext("Municipality")


def _unused(name: str, resolved: Resolved) -> str:
    """Return the channels that a value names and that aren't in use, as a template may: they're passed over here."""
    named = channels_named(name, resolved.value(name)) if resolved.origin(name) else set()
    return channel_names(sorted(named - set(message_settings().channels))) if named else ""


def _explained(book: RuleBook, name: str, place: Place, category: Any, item_type: Any) -> dict[str, Any]:
    spec, currency = REGISTER[name], current_municipality().currency
    resolved = place.resolved(book, category, item_type)
    template = next(
        (each for each in resolved.explain(name) if each.is_set and each.row.origin.level is Level.TEMPLATE), None
    )
    candidates = [
        {
            "text": value_text(spec, each.value, currency=currency) if each.is_set else gettext("not set"),
            "wins": each.wins,
            "origin": origin_text(book, each.row.origin),
        }
        for each in resolved.explain(name)
    ]
    return {
        "category": category,
        "item_type": item_type,
        "allowed": spec.applies_to(patron_category=category, item_type=item_type, residence=place.residence or None),
        "unused": _unused(name, resolved),
        "until": next(
            (
                each.row.origin.valid_until
                for each in resolved.explain(name)
                if place.since and each.row.origin.valid_from == place.since
            ),
            None,
        ),
        "template_text": value_text(spec, template.value, currency=currency) if template else "",
        "candidates": candidates,
        "passed_over": [
            {"text": value_text(spec, row.values[name], currency=currency), "origin": origin_text(book, row.origin)}
            for row in place.passed_over(book, name, category, item_type)
        ],
        **_value(book, name, place, category, item_type),
    }
