"""Sentences for whoever connects an identity provider: what's wrong with it."""

from django.utils.translation import gettext

from common.errors import Reason, Refused
from common.open_id.errors import Fault
from common.remote_sources import Trouble
from web.words.about_sources import TROUBLES


def fault_texts(refused: Refused) -> list[str]:
    """Return what's wrong, as the administrator needs it."""
    return [_text(reason) for reason in refused.reasons]


def _text(reason: Reason) -> str:
    facts = reason.facts
    if reason.code == Fault.NO_ANSWER:
        status = f" (HTTP {facts['status']})" if facts.get("status") else ""
        return f"{TROUBLES[Trouble(facts['trouble'])]}{status}"
    if reason.code == Fault.OTHER_ISSUER:
        return gettext("It says that it's another one: %(issuer)s. Enter its address as it says it.") % facts
    return gettext("It doesn't say enough of itself, or not in a secure way: “%(misses)s”.") % {"misses": "?", **facts}
