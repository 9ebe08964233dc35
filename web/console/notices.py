"""The texts of messages: the built-in one or the municipality's own, with a preview of a realistic case."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_info, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rules import Permission
from holdings.selectors import branches_in_service
from notices.errors import TemplateRefused
from notices.rules.placeholders import COMMON, SPECIAL
from notices.selectors import template, templates
from notices.services.templates import preview, reset_template, save_template
from notices.texts import LANGUAGES
from web.account.access import staff_only
from web.console.areas import municipality_areas
from web.console.refusals import add_refusals
from web.console.words import NOTICE_KINDS
from web.ui.forms import posted


class TextForm(forms.Form):
    """Subject and text of a message."""

    subject = forms.CharField(label=_("Subject"), max_length=150)
    body = forms.CharField(label=_("Text"), widget=forms.Textarea(attrs={"rows": 16}), max_length=10_000)


@staff_only(Permission.ADMINISTER)
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """List the kinds of message with their languages."""
    rows: dict[str, list[Any]] = {}
    for view in templates():
        rows.setdefault(view.kind, []).append(view)
    kinds = [{"kind": kind, "name": NOTICE_KINDS.get(kind, kind), "texts": texts} for kind, texts in rows.items()]
    return render(request, "console/notices.html", {"areas": municipality_areas(request, "notices"), "kinds": kinds})


@staff_only(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    """Show a text with its preview; save it, or only look."""
    view = _view_or_404(kind, language)
    form = TextForm(posted(request), initial={"subject": view.subject, "body": view.body})
    example = None
    if request.method != "POST" or form.is_valid():
        text = form.cleaned_data if request.method == "POST" else {"subject": view.subject, "body": view.body}
        try:
            example = _example(kind, language, text)
            if request.method == "POST" and "save" in request.POST:
                save_template(kind=kind, language=language, **text, staff=request.staff.account)  # type: ignore[attr-defined]
                messages.success(request, gettext("The text is saved. The next message uses it."))
                return redirect("console:notice", kind=kind, language=language)
        except TemplateRefused as refused:
            add_refusals(form, refused)
    context = {
        "areas": municipality_areas(request, "notices"),
        "form": form,
        "view": view,
        "name": NOTICE_KINDS.get(kind, kind),
        "example": example,
        "placeholders": list({**SPECIAL[kind], **COMMON}.items()),
        "languages": _languages(kind, language),
    }
    return render(request, "console/notice.html", context, status=422 if form.errors else 200)


@staff_only(Permission.ADMINISTER)
@require_POST
def reset(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    """Fall back to the built-in text."""
    _view_or_404(kind, language)
    if reset_template(kind=kind, language=language, staff=request.staff.account):  # type: ignore[attr-defined]
        messages.success(request, gettext("The built-in text is used again."))
    return redirect("console:notice", kind=kind, language=language)


def _languages(kind: str, current: str) -> list[dict[str, Any]]:
    """Return the way to the same message in each language."""
    return [
        {
            "text": get_language_info(code)["name_local"].capitalize(),
            "url": reverse("console:notice", args=[kind, code]),
            "current": code == current,
        }
        for code in LANGUAGES
    ]


def _example(kind: str, language: str, text: dict[str, str]) -> Any:
    branches = branches_in_service()
    if not branches:
        return None
    return preview(kind=kind, language=language, **text, branch=branches[0], now=timezone.now())


def _view_or_404(kind: str, language: str) -> Any:
    try:
        return template(kind, language)
    except (KeyError, ValueError) as unknown:
        raise Http404 from unknown
