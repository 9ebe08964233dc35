"""Why a macro isn't kept, and what's wrong with each of its lines."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalogue.rules.macro_lines import MacroFault
from common.errors import Reason
from staffing.errors import Code

_REASONS: dict[str, str | Promise] = {
    Code.NO_SUCH_MACRO: _("This macro is gone."),
    Code.STALE: _("Somebody else has changed this macro meanwhile. Look at it again."),
    Code.STAYS_SHARED: _(
        "The whole library has this macro, so it stays shared. Write one of your own with the same steps; if nobody"
        " needs this one any more, delete it."
    ),
    Code.NO_NAME: _("Give the macro a name."),
    Code.NAME_TAKEN: _("There's a macro called “%(name)s” already."),
    Code.NUMBER_TAKEN: _("%(number)s is the key of “%(name)s” already."),
    Code.TOO_MANY: _("There can't be more than %(most)s macros. Delete one that nobody needs."),
}
_FAULTS: dict[str, str | Promise] = {
    MacroFault.NO_STEP: _("A step begins with +, -, = or ~."),
    MacroFault.NO_FIELD: _("Behind + stands a whole field, as in the editor."),
    MacroFault.NO_TAG: _("Here belongs a tag, as 650 or 6xx."),
    MacroFault.OWN_NUMBER: _("The record's number stays as it is."),
    MacroFault.NO_POSITIONS: _("Only LDR, 006, 007 and 008 of MARC 21 have positions."),
    MacroFault.WRONG_LENGTH: _("The value is as long as its positions, with # for a blank."),
    MacroFault.NO_SUBFIELD: _("Here belongs a subfield with its sign."),
    MacroFault.NO_REPLACEMENT: _("What's replaced is written as /old/new/."),
    MacroFault.HIDDEN_SIGN: _("There's a sign in it that belongs in no text."),
    MacroFault.TOO_LONG: _("This is too long."),
    MacroFault.TOO_MANY: _("These are too many steps."),
    MacroFault.NOTHING: _("Write at least one step."),
}
_IN_LINE = _("Line %(line)s: %(what)s")


def macro_problems(reasons: Iterable[Reason]) -> list[tuple[str, str]]:
    """Return a sentence for each reason, with the field of the form that it's about; empty for none."""
    return [(_FIELDS.get(reason.code, ""), _sentence(reason)) for reason in reasons]


_FIELDS = {
    Code.STAYS_SHARED: "is_shared",
    Code.NOT_READ: "steps",
    Code.NO_NAME: "name",
    Code.NAME_TAKEN: "name",
    Code.NUMBER_TAKEN: "number",
}


def _sentence(reason: Reason) -> str:
    if reason.code == Code.NOT_READ:
        facts = {"line": reason.facts["line"], "what": str(_FAULTS[reason.facts["fault"]])}
        return str(_IN_LINE) % facts
    return str(_REASONS[reason.code]) % reason.facts
