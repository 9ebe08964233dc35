"""The texts of messages: built-in or the municipality's own, for a channel or a branch, previewed with a real case."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_info, gettext, pgettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rules import Permission
from holdings.selectors import branches_in_service
from notices.errors import TemplateRefused
from notices.rules.channels import may_take
from notices.rules.placeholders import COMMON, SPECIAL
from notices.rules.sms_parts import MOST_PARTS, sms_size
from notices.selectors import own_texts, real_cases, template
from notices.services.templates import Place, preview, reset_template, save_template
from notices.texts import LANGUAGES
from web.account.access import staff_only
from web.account.requests import StaffRequest
from web.console.areas import municipality_areas
from web.console.refusals import add_refusals
from web.ui.forms import posted
from web.ui.stale_forms import GuardedForm, edited_in_turn
from web.words.messages import CHANNELS, NOTICE_KINDS

SMS = "SMS"


class TextForm(GuardedForm):
    """Subject and text of a message."""

    subject = forms.CharField(label=_("Subject"), max_length=150)
    body = forms.CharField(label=_("Text"), widget=forms.Textarea(attrs={"rows": 16}), max_length=10_000)

    def __init__(self, *args: Any, channel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if channel == SMS:
            del self.fields["subject"]
            self.fields["body"].widget.attrs["rows"] = 6


@dataclass(frozen=True)
class Scope:
    """Which text the page is about."""

    kind: str
    language: str
    channel: str
    branch: Any
    branches: list[Any]

    @property
    def place(self) -> Place:
        """The text as the services name it."""
        return Place(self.kind, self.language, self.channel, self.branch)

    def address(self, name: str = "notice", **changes: Any) -> str:
        """Return the address of this text or one beside it."""
        values = {"language": self.language, "channel": self.channel, "branch": self.branch, **changes}
        branch = values["branch"]
        query = {"channel": values["channel"], "branch": branch.pk if branch else ""}
        path = reverse(f"console:{name}", args=[self.kind, values["language"]])
        asked = urlencode({key: value for key, value in query.items() if value})
        return f"{path}?{asked}" if asked else path


@staff_only(Permission.ADMINISTER)
@require_safe
def listed(request: StaffRequest) -> HttpResponse:
    """List the kinds of message with their languages, and which of them the municipality has written itself."""
    own = list(own_texts())
    kinds = [
        {
            "kind": kind,
            "name": name,
            "texts": [
                {
                    "kind": kind,
                    "language": language,
                    "own": sum(1 for each in own if each[:2] == (kind, language)),
                }
                for language in LANGUAGES
            ],
        }
        for kind, name in NOTICE_KINDS.items()
    ]
    return render(request, "console/notices.html", {"areas": municipality_areas(request, "notices"), "kinds": kinds})


@staff_only(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
@edited_in_turn("text of a message")
def edit(request: StaffRequest, kind: str, language: str) -> HttpResponse:
    """Show a text with its preview; save it, or only look."""
    scope = _scope_or_404(request, kind, language)
    view = template(kind, language, scope.channel, scope.branch.pk if scope.branch else None)
    shown = {"subject": view.subject, "body": view.body}
    form = TextForm(posted(request), initial=shown, channel=scope.channel)
    cases = real_cases(kind, branch_id=scope.branch.pk if scope.branch else None)
    case = next((each for each in cases if str(each.pk) == request.POST.get("case", "")), None)
    example = None
    if request.method != "POST" or form.is_valid():
        text = {"subject": "", **form.cleaned_data} if request.method == "POST" else shown
        try:
            example = _example(scope, text, case)
            if request.method == "POST" and "save" in request.POST:
                save_template(place=scope.place, **text, staff=request.staff.account)
                messages.success(request, gettext("The text is saved. The next message uses it."))
                return redirect(scope.address())
        except TemplateRefused as refused:
            add_refusals(form, refused)
    context = {
        "areas": municipality_areas(request, "notices"),
        "form": form,
        "view": view,
        "name": NOTICE_KINDS.get(kind, kind),
        "example": example,
        "size": sms_size(example.body.strip()) if example and scope.channel == SMS else None,
        "most_parts": MOST_PARTS,
        "cases": cases,
        "case": case,
        "placeholders": list({**SPECIAL[kind], **COMMON}.items()),
        "scope": scope,
        "reset_url": scope.address("reset_notice"),
        "origin": _origin(scope, view),
        "languages": [_language(scope, code) for code in LANGUAGES],
        "channels": _channels(scope),
    }
    return render(request, "console/notice.html", context, status=form.status)


@staff_only(Permission.ADMINISTER)
@require_POST
def reset(request: StaffRequest, kind: str, language: str) -> HttpResponse:
    """Fall back to the next nearest text."""
    scope = _scope_or_404(request, kind, language)
    if reset_template(place=scope.place, staff=request.staff.account):
        messages.success(request, gettext("This text is gone; the next nearest one is used again."))
    return redirect(scope.address())


def _language(scope: Scope, code: str) -> dict[str, Any]:
    return {
        "text": get_language_info(code)["name_local"].capitalize(),
        "url": scope.address(language=code),
        "current": code == scope.language,
    }


def _channels(scope: Scope) -> list[dict[str, Any]]:
    choices = [("", pgettext("channels", "All but text messages")), *CHANNELS.items()]
    return [
        {"text": text, "url": scope.address(channel=code), "current": code == scope.channel}
        for code, text in choices
        if may_take(scope.kind, code)
    ]


def _origin(scope: Scope, view: Any) -> str:
    """Return where the text that's shown comes from, if it wasn't written for just this place."""
    if view.is_own:
        return ""
    if not view.is_written_here:
        return gettext("This is the built-in text. Save it to make it your own.")
    if scope.branch and view.from_branch is None:
        return gettext("This is the text for all branches. Save it to make one for this branch.")
    return gettext("This is the text for all channels. Save it to make one for this channel.")


def _example(scope: Scope, text: dict[str, str], case: Any) -> Any:
    branch = scope.branch or next(iter(scope.branches), None)
    if branch is None:
        return None
    return preview(place=scope.place, **text, branch=branch, now=timezone.now(), case=case)


def _scope_or_404(request: StaffRequest, kind: str, language: str) -> Scope:
    channel, number, branches = request.GET.get("channel", ""), request.GET.get("branch", ""), branches_in_service()
    branch = next((each for each in branches if str(each.pk) == number), None)
    known = kind in NOTICE_KINDS and language in LANGUAGES and channel in ("", *CHANNELS) and may_take(kind, channel)
    if not known or (number and branch is None):
        raise Http404
    return Scope(kind, language, channel, branch, list(branches))
