"""What one field may have, and how a table of fields is written down.

A line of a table has seven words: the tag; how often it comes (`1` at most once, `*` any number, `!` exactly once); the
values of the first indicator and of the second, `#` for a blank; the subfields that come once; those that may come
again; and those that must be there. `-` stands for none, and `=` for a field that has a value instead of subfields.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldRule:
    """What a field may have.

    :ivar is_mandatory: each record has one
    :ivar is_repeatable: a record may have several
    :ivar indicators: the values of the first and of the second one
    :ivar once: codes of subfields that come once at most
    :ivar many: codes of subfields that may come again
    :ivar must: codes that the field is nothing without
    :ivar is_control: a value instead of subfields
    """

    tag: str
    is_mandatory: bool
    is_repeatable: bool
    indicators: tuple[str, str]
    once: str
    many: str
    must: str
    is_control: bool = False

    @property
    def codes(self) -> str:
        """Every code that it may have."""
        return self.once + self.many


def rules_in(table: str) -> Mapping[str, FieldRule]:
    """Return the rules of a table by tag, in the table's order."""
    rules = (_rule(line.split()) for line in table.strip().splitlines())
    return {rule.tag: rule for rule in rules}


def _rule(words: list[str]) -> FieldRule:
    tag, occurs, *rest = words
    is_mandatory, is_repeatable = occurs == "!", occurs == "*"
    if rest == ["="]:
        return FieldRule(tag, is_mandatory, is_repeatable, ("", ""), "", "", "", is_control=True)
    first, second, once, many, must = ("" if word == "-" else word for word in rest)
    indicators = (first.replace("#", " "), second.replace("#", " "))
    return FieldRule(tag, is_mandatory, is_repeatable, indicators, once, many, must)
