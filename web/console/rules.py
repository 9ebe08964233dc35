"""Circulation rules as a matrix: own values stand out, inherited ones lie back, and each says where it comes from."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import Permission
from circulation.rules.resolution import Level
from circulation.rules.values import REGISTER, InvalidValues
from circulation.selectors.rule_books import RuleBook, rule_book
from circulation.services.rules import reset_value, set_value
from tenants.selectors import current_municipality
from web.account.access import staff_only
from web.console.areas import municipality_areas
from web.console.rule_values import cell_text, form_text, value_from_form, value_problem, value_text

FIRST = "loan_days"


@staff_only(Permission.ADMINISTER)
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Show one value's matrix, and why the chosen cell has its value."""
    return _page(request, request.GET)


def _page(request: HttpRequest, values: Any, *, status: int = 200) -> HttpResponse:
    book, name, place = rule_book(), _name(values), _place(values)
    category, item_type = _cell(book, values)
    matrix = _matrix(book, name, place, category, item_type)
    context = {
        "areas": municipality_areas(request, "rules"),
        "spec": REGISTER[name],
        "name": name,
        "place": place,
        "branches": sorted(book.branches.values(), key=lambda each: (each.position, each.name)),
        "choices": [
            {"text": spec.label, "name": spec.name, "current": spec.name == name} for spec in REGISTER.values()
        ],
        "matrix": matrix,
        "own_values": sum(cell["is_own"] for row in matrix["rows"] for cell in row["cells"]),
        "template": current_municipality().template,
        "cell": _explained(book, name, place, category, item_type),
    }
    return render(request, "console/rules.html", context, status=status)


@staff_only(Permission.ADMINISTER)
@require_POST
def change_rule(request: HttpRequest) -> HttpResponse:
    """Set or reset the value of one cell."""
    book, name, place = rule_book(), _name(request.POST), _place(request.POST)
    category, item_type = _cell(book, request.POST)
    if (request.POST.get("category") and category is None) or (request.POST.get("type") and item_type is None):
        # Taken for any, the rule would hold for everybody.
        raise Http404
    where: dict[str, Any] = {
        "name": name,
        "branch": book.branches.get(place) if place else None,
        "patron_category": category,
        "item_type": item_type,
        "actor": request.staff.account,  # type: ignore[attr-defined]
    }
    if "reset" in request.POST:
        reset_value(**where)
        messages.success(request, gettext("The inherited value holds again."))
    else:
        try:
            set_value(value=value_from_form(REGISTER[name], request.POST), **where)
        except InvalidValues as invalid:
            messages.error(request, " ".join(value_problem(problem) for problem in invalid.problems))
            return _page(request, request.POST, status=422)
        messages.success(request, gettext("The rule is changed; the next scan follows it."))
    chosen = {"category": category.code if category else "", "type": item_type.code if item_type else ""}
    return redirect(_url(name, place) + "&" + urlencode(chosen))


def _matrix(book: RuleBook, name: str, place: int, category: Any, item_type: Any) -> dict[str, Any]:
    spec = REGISTER[name]
    types = [None, *sorted(book.item_types.values(), key=lambda each: each.position)] if spec.by_item_type else [None]
    people = [None, *sorted(book.categories.values(), key=lambda each: each.position)] if spec.by_category else [None]
    rows = [
        {
            "category": person,
            "cells": [
                {
                    **_value(book, name, place, person, kind),
                    "url": _url(name, place)
                    + "&"
                    + urlencode({"category": person.code if person else "", "type": kind.code if kind else ""}),
                    "current": (person, kind) == (category, item_type),
                }
                for kind in types
            ],
        }
        for person in people
    ]
    return {"types": types, "rows": rows}


def _value(book: RuleBook, name: str, place: int, category: Any, item_type: Any) -> dict[str, Any]:
    resolved = _resolved(book, place, category, item_type)
    origin = resolved.origin(name)
    value = resolved.value(name) if origin else None
    currency = current_municipality().currency
    return {
        "text": value_text(REGISTER[name], value, currency=currency) if origin else "–",
        "short": cell_text(REGISTER[name], value, currency=currency) if origin else "–",
        "form_text": form_text(REGISTER[name], value),
        "is_none": origin is not None and value is None,
        "is_own": _is_own(origin, place, category, item_type),
        "from": _origin_text(book, origin),
        "near": _near_text(origin, place, category, item_type),
    }


def _is_own(origin: Any, place: int, category: Any, item_type: Any) -> bool:
    if origin is None or origin.level not in (Level.BRANCH, Level.MUNICIPALITY):
        return False
    wanted = (place or None, category.code if category else None, item_type.code if item_type else None)
    return (origin.place_id, origin.patron_category, origin.item_type) == wanted


def _origin_text(book: RuleBook, origin: Any) -> str:
    if origin is None:
        return gettext("not set")
    levels = {
        Level.TEMPLATE: gettext("Template"),
        Level.MUNICIPALITY: gettext("Municipality"),
        Level.BRANCH_GROUP: gettext("Branch group"),
        Level.BRANCH: book.branches[origin.place_id].name if origin.place_id in book.branches else gettext("Branch"),
    }
    names = {each.code: each.name for each in (*book.categories.values(), *book.item_types.values())}
    dimensions = [names.get(code, code) for code in (origin.patron_category, origin.item_type) if code]
    return ": ".join([levels[origin.level], ", ".join(dimensions)]) if dimensions else levels[origin.level]


def _near_text(origin: Any, place: int, category: Any, item_type: Any) -> str:
    """Return in a word or two where an inherited value comes from: what the cell has room for."""
    if origin is None:
        return gettext("not set")
    if origin.level is Level.TEMPLATE:
        return gettext("Template")
    if place and origin.place_id != place:
        return gettext("Municipality") if origin.level is Level.MUNICIPALITY else gettext("Branch group")
    if category is not None and origin.patron_category is None:
        return gettext("↑ any patron")
    if item_type is not None and origin.item_type is None:
        return gettext("← any item")
    return gettext("Municipality")


def _explained(book: RuleBook, name: str, place: int, category: Any, item_type: Any) -> dict[str, Any]:
    spec, currency = REGISTER[name], current_municipality().currency
    candidates = [
        {
            "text": value_text(spec, each.value, currency=currency) if each.is_set else gettext("not set"),
            "wins": each.wins,
            "origin": _origin_text(book, each.row.origin),
        }
        for each in _resolved(book, place, category, item_type).explain(name)
    ]
    return {
        "category": category,
        "item_type": item_type,
        "allowed": spec.applies_to(patron_category=category, item_type=item_type),
        "candidates": candidates,
        **_value(book, name, place, category, item_type),
    }


def _resolved(book: RuleBook, place: int, category: Any, item_type: Any) -> Any:
    return book.resolved(
        branch_id=place,
        category_id=category.pk if category else None,
        item_type_id=item_type.pk if item_type else None,
    )


def _name(values: Any) -> str:
    name = values.get("name", FIRST)
    if name not in REGISTER:
        raise Http404
    return str(name)


def _place(values: Any) -> int:
    """Return the branch that the rules are for; 0 stands for the whole municipality."""
    text = values.get("branch", "")
    place = int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0
    if place and place not in rule_book().branches:
        raise Http404
    return place


def _cell(book: RuleBook, values: Any) -> tuple[Any, Any]:
    by_code = {each.code: each for each in book.categories.values()}
    types = {each.code: each for each in book.item_types.values()}
    return by_code.get(values.get("category", "")), types.get(values.get("type", ""))


def _url(name: str, place: int) -> str:
    return reverse("console:rules") + "?" + urlencode({"name": name, "branch": place or ""})
