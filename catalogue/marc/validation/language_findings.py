"""Checks the language codes of a record: of the text, and of what it was translated from and has besides."""

import re
from collections.abc import Iterator

from catalogue.marc.fixed_fields import FIXED_LENGTH
from catalogue.marc.language_codes import LANGUAGE_CODES
from catalogue.marc.languages import other_codes
from catalogue.marc.records import Flavour, MarcField, MarcRecord
from catalogue.marc.validation.findings import Breach, Finding

# Kept free by the standard for what each uses as it likes.
_OWN = re.compile("q[a-t][a-z]")
_UNSAID = frozenset({"", "|||"})
_NO_LANGUAGES = frozenset("2678")


def language_findings(record: MarcRecord) -> Iterator[Finding]:
    """Yield the codes that are no language's; a field that names another list for its codes has its own."""
    known = LANGUAGE_CODES | other_codes() if record.flavour == Flavour.DANMARC2 else LANGUAGE_CODES
    for place, field in enumerate(record.fields):
        for code in _codes_in(field, record.flavour):
            if code not in known and code not in _UNSAID and not _OWN.fullmatch(code):
                yield Finding(Breach.WRONG_LANGUAGE, field.tag, place, {"value": code[:40]})


def _codes_in(field: MarcField, flavour: Flavour) -> Iterator[str]:
    if field.tag == "008" and flavour == Flavour.DANMARC2:
        yield from (value.strip() for code, value in field.subfields if code == "l")
    elif field.tag == "008" and len(field.text) == FIXED_LENGTH:
        yield field.text[35:38].strip()
    elif field.tag == "041" and not field.is_control and "2" not in dict(field.subfields):
        for code, value in field.subfields:
            if code not in _NO_LANGUAGES:
                yield from _split(value.strip())


def _split(value: str) -> list[str]:
    """Return the codes of a subfield; older records have them one behind the other."""
    if len(value) % 3:
        return [value]
    return [value[at : at + 3] for at in range(0, len(value), 3)]
