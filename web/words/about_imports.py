"""What an import does with records and why, in words for cataloguers."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalogue.errors import Code
from catalogue.marc.problems import describe
from common.errors import Reason
from web.words.about_records import record_problems

ACTIONS = {
    "NEW": pgettext_lazy("what an import does", "Make a new record"),
    "OVERLAY": pgettext_lazy("what an import does", "Lay it over ours"),
    "ENRICH": pgettext_lazy("what an import does", "Take its fields as local fields"),
    "ASK": pgettext_lazy("what an import does", "Ask"),
    "SKIP": pgettext_lazy("what an import does", "Leave it out"),
}
OUTCOMES = {
    "CREATED": _("New"),
    "CHANGED": _("Changed"),
    "ENRICHED": _("Local fields"),
    "UNCHANGED": _("As before"),
    "ASKED": pgettext_lazy("what became of a record", "To be answered"),
    "SKIPPED": pgettext_lazy("what became of a record", "Left out"),
    "FAILED": _("Failed"),
    "UNDONE": _("Undone"),
    "KEPT": pgettext_lazy("what became of a record", "Couldn't be undone"),
}
WHYS = {
    "SAME_NUMBER": _("the same number"),
    "ONE_MATCH": _("one match"),
    "BEST_MATCH": _("the best match"),
    "SEVERAL_MATCHES": _("several matches"),
    "UNSURE": _("perhaps the same"),
    "NO_MATCH": _("no match"),
    "POORER": _("poorer than ours"),
    "OTHER_FORMAT": _("ours is in another format"),
    "ANSWERED": _("answered by hand"),
}
_LACKS = {
    "QUALITY": _("It tells less than ours."),
    "PREPUBLICATION": _("It was made before publication."),
    "LEVEL": _("It's catalogued less fully than ours."),
    "AUTHENTICATION": _("Ours is authenticated, it isn't."),
    "LANGUAGE": _("It's catalogued in another language."),
}
# What's unreadable says by another code in what way.
_REFUSALS = {code.value for code in Code} - {Code.UNREADABLE.value}


def why_not(codes: Iterable[str]) -> list[str | Promise]:
    """Return the sentences for what stood against a record, as its entry keeps it: codes without facts."""
    return [_sentence(code) for code in codes]


def _sentence(code: str) -> str | Promise:
    if code in _LACKS:
        return _LACKS[code]
    if code in _REFUSALS:
        return record_problems([Reason(code, facts={"tags": ["…"], "lines": ["…"]})])[0]
    return describe(code)
