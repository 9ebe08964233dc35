"""One value of a consortium's template: shown, tried out with who would follow, and set."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from accounts.rules import Permission
from circulation.rules.values import REGISTER, InvalidValues, parse_values, read_value
from circulation.selectors.template_rules import followers_of, template_rules
from circulation.services.template_rules import reset_template_value, set_template_value
from tenants.selectors import get_policy_template
from web.account.access import staff_only
from web.console.areas import consortium_areas
from web.console.policy import names_by_code
from web.console.rule_values import form_text, value_from_form, value_problem, value_text


@staff_only(Permission.OPERATE_CONSORTIUM)
@require_http_methods(["GET", "HEAD", "POST"])
def template_value(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """Show a value; a first form says who would follow the new one, a second sets it."""
    found = get_policy_template(code)
    if found is None or name not in REGISTER:
        raise Http404
    asked = request.POST if request.method == "POST" else request.GET
    where = _where(found, asked)
    if request.method != "POST":
        return _page(request, found, name, where)
    actor = request.staff.account  # type: ignore[attr-defined]
    if "reset" in asked:
        reset_template_value(template=found, name=name, actor=actor, **where)
        messages.success(request, gettext("The less specific value holds again."))
        return redirect("console:template", code=code)
    value = value_from_form(REGISTER[name], asked)
    try:
        dimensions = {dimension: each or None for dimension, each in where.items()}
        wanted = read_value(name, parse_values({name: value}, **dimensions)[name])
        # What's set is what was looked at: a value that was changed once more is looked at once more.
        if "confirmed" not in asked or asked.get("previewed") != value_text(REGISTER[name], wanted):
            return _page(request, found, name, where, wanted=(wanted,))
        set_template_value(template=found, name=name, value=value, actor=actor, **where)
    except InvalidValues as invalid:
        messages.error(request, " ".join(value_problem(problem) for problem in invalid.problems))
        return _page(request, found, name, where, status=422)
    count = len(followers_of(found.pk, name))
    text = ngettext(
        "The template is changed; %(count)d municipality follows with its next scan.",
        "The template is changed; %(count)d municipalities follow with their next scan.",
        count,
    )
    messages.success(request, text % {"count": count})
    return redirect("console:template", code=code)


def _where(found: Any, asked: Any) -> dict[str, str]:
    """Return the row by its codes; an empty one means any.

    :raises Http404: for a code that the template hasn't
    """
    category, item_type = asked.get("category", ""), asked.get("type", "")
    known = {each["code"] for each in found.patron_categories}, {each["code"] for each in found.item_types}
    if (category and category not in known[0]) or (item_type and item_type not in known[1]):
        raise Http404
    return {"patron_category": category, "item_type": item_type}


def _page(
    request: HttpRequest,
    found: Any,
    name: str,
    where: dict[str, str],
    *,
    wanted: tuple[Any, ...] = (),
    status: int = 200,
) -> HttpResponse:
    spec = REGISTER[name]
    now = _value_now(found.pk, name, where)
    shown = wanted or now
    context = {
        "areas": consortium_areas("templates"),
        "template": found,
        "spec": spec,
        "where": where,
        "categories": names_by_code(found.patron_categories).items() if spec.by_category else (),
        "item_types": names_by_code(found.item_types).items() if spec.by_item_type else (),
        "now": value_text(spec, now[0]) if now else gettext("not set"),
        "is_set": bool(now),
        "wanted": value_text(spec, wanted[0]) if wanted else "",
        "cell": {"form_text": form_text(spec, shown[0]) if shown else "", "is_none": bool(shown) and shown[0] is None},
        "is_previewed": bool(wanted),
        "followers": followers_of(found.pk, name),
    }
    if status == 422:
        # What was wrong stays as it was typed.
        typed = {"form_text": request.POST.get("value", ""), "is_none": "none" in request.POST}
        context["cell"] = typed
    return render(request, "console/template_value.html", context, status=status)


def _value_now(template_id: int, name: str, where: dict[str, str]) -> tuple[Any, ...]:
    """Return the row's own value as a tuple of one, or nothing."""
    wanted = (where["patron_category"] or None, where["item_type"] or None)
    for row in template_rules(template_id):
        if (row.origin.patron_category, row.origin.item_type) == wanted and row.sets(name):
            return (row.values[name],)
    return ()
