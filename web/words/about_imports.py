"""What an import does with records and why, in words for cataloguers."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalogue.errors import Code
from catalogue.marc.problems import Problem, describe
from common.errors import Reason
from web.words.about_records import record_problems

ACTIONS = {
    "NEW": pgettext_lazy("what an import does", "Make a new record"),
    "OVERLAY": pgettext_lazy("what an import does", "Lay it over ours"),
    "ENRICH": pgettext_lazy("what an import does", "Take its fields as local fields"),
    "ITEMS": pgettext_lazy("what an import does", "Take its items only"),
    "ASK": pgettext_lazy("what an import does", "Ask"),
    "SKIP": pgettext_lazy("what an import does", "Leave it out"),
}
OUTCOMES = {
    "CREATED": _("New"),
    "CHANGED": _("Changed"),
    "ENRICHED": _("Local fields"),
    "ITEMS": _("Got items"),
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
_ITEMS = {
    "BARCODE_MISSING": _("A barcode is needed."),
    "BARCODE_MALFORMED": _("This isn't one of our barcodes."),
    "BARCODE_TAKEN": _("Another item has this barcode."),
    "NO_SUCH_BRANCH": _("No branch has the code that its item gives."),
    "NO_SUCH_TYPE": _("No item type has the code that its item gives."),
    "LOCATION_GONE": _("This room isn't there any more."),
    "PRICE_NOT_VALID": _("This price can't be read for certain. Ask the supplier to write it as 1249,00."),
    "STATUS_NOT_FOR_STAFF": _("This comes by check-out and check-in only."),
    "RECORD_DELETED": _("The title has been deleted from the catalogue."),
    "ITEM_ARRIVES": _("It's on order, and arrives with this."),
    "ITEM_IN_USE": _("Somebody has used the item since."),
}
_PROBLEMS = {problem.value for problem in Problem}
_REFUSALS = {code.value for code in Code} - {Code.UNREADABLE.value}


def why_not(kept: Iterable[str]) -> list[str | Promise]:
    """Return the sentences for what stood against a record, as its entry keeps it: a code, and tags if there are any.

    An older release's code, which has no sentence any more, is no news to anybody and never shown.
    """
    return [_sentence(*text.partition(" ")[::2]) for text in kept]


def _sentence(code: str, tags: str) -> str | Promise:
    if code in _LACKS:
        return _LACKS[code]
    if code in _ITEMS:
        return f"{tags}: {_ITEMS[code]}"
    if code in _PROBLEMS and code not in _REFUSALS:
        return describe(code)
    known = Code(code) if code in _REFUSALS else Code.ACTION_NOT_POSSIBLE
    named = tags.split(",") if tags else ["…"]
    return record_problems([Reason(known, facts={"tags": named, "lines": named})])[0]
