"""Reasons why a macro or a search isn't kept."""

from enum import StrEnum

from common.errors import Refused


class Code(StrEnum):
    """What's in the way.

    NOT_READ has the facts `line` and `fault`, of `catalogue.rules.macro_lines`; NAME_TAKEN `name`; NUMBER_TAKEN
    `number` and `name`, of the macro that has it; TOO_MANY `most`.
    """

    # Others work with it: what was shared isn't taken for oneself.
    STAYS_SHARED = "STAYS_SHARED"
    NO_SUCH_MACRO = "NO_SUCH_MACRO"
    NO_SUCH_SEARCH = "NO_SUCH_SEARCH"
    NOTHING_ASKED = "NOTHING_ASKED"
    STALE = "STALE"
    NO_NAME = "NO_NAME"
    NAME_TAKEN = "NAME_TAKEN"
    NUMBER_TAKEN = "NUMBER_TAKEN"
    NOT_READ = "NOT_READ"
    TOO_MANY = "TOO_MANY"


class MacroRefused(Refused):
    """A macro can't be kept or deleted so."""


class SearchRefused(Refused):
    """A search can't be kept or deleted so."""
