"""Sentences about other libraries' servers: why one gave no answer, and what it sent."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalogue.remote.questions import TargetAnswer
from common.remote_sources import Trouble

TROUBLES: Mapping[Trouble, str | Promise] = {
    Trouble.BAD_ADDRESS: _("This can't be an address. Write it as https://library.example/sru."),
    Trouble.PRIVATE_ADDRESS: _("The address leads to a machine that isn't on the public network."),
    Trouble.UNREACHABLE: _("It can't be reached."),
    Trouble.TOO_SLOW: _("It didn't answer in time."),
    Trouble.TOO_LONG: _("Its answer is too long."),
    Trouble.REFUSED: _("It refused to answer."),
}


def answer_problem(answer: TargetAnswer) -> str:
    """Return why a catalogue gave nothing, or gave less than it has; nothing where all is well."""
    if not answer.is_asked:
        return gettext("It can't be asked for this: the console doesn't name its index.")
    if answer.trouble:
        status = f" (HTTP {answer.status})" if answer.status else ""
        return f"{TROUBLES[answer.trouble]}{status}"
    if answer.diagnostic:
        return gettext("It doesn't understand the question: %(text)s") % {"text": answer.diagnostic}
    if answer.unreadable:
        return gettext("It sent something that can't be read as MARC records.")
    return ""
