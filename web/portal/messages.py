"""By which channel each kind of message comes to a patron: she chooses herself."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from notices.errors import NoticeRefused
from notices.selectors import message_settings
from notices.services.choices import choose_channels
from web.portal.sessions import patron_only, portal_context
from web.ui.forms import posted
from web.ui.requests import PageRequest
from web.words.messages import ChoicesForm, refusal_text


@patron_only
@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: PageRequest, patron: Any) -> HttpResponse:
    """Choose by which channel messages come, and which kinds come another way."""
    form = ChoicesForm(posted(request), patron=patron, in_use=message_settings().channels)
    if request.method == "POST" and form.is_valid():
        try:
            choose_channels(patron=patron, channel=form.cleaned_data["channel"], by_kind=form.by_kind(), staff=None)
        except NoticeRefused as refused:
            form.add_error(None, " ".join(dict.fromkeys(refusal_text(code) for code in refused.codes)))
        else:
            messages.success(request, gettext("Saved. The next message comes like this."))
            return redirect("portal:messages")
    context = portal_context(request, "me", patron) | {"form": form}
    return render(request, "portal/messages.html", context, status=422 if form.errors else 200)
