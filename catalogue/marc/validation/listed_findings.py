"""Checks the codes that come from a list: languages, countries, and what somebody has done for a work."""

import re
from collections.abc import Iterator

from catalogue.marc.code_fields import CodeList, ListedCode, listed_codes
from catalogue.marc.country_codes import KNOWN_COUNTRY_CODES, KNOWN_ISO_CODES
from catalogue.marc.fixed_fields import FIXED_LENGTH
from catalogue.marc.language_codes import LANGUAGE_CODES
from catalogue.marc.languages import other_codes
from catalogue.marc.records import Flavour, MarcField, MarcRecord
from catalogue.marc.relator_codes import FORMER_RELATOR_CODES, RELATOR_CODES
from catalogue.marc.validation.findings import Breach, Finding

_BREACHES = {
    CodeList.LANGUAGE: Breach.WRONG_LANGUAGE,
    CodeList.COUNTRY: Breach.WRONG_COUNTRY,
    CodeList.ROLE: Breach.WRONG_ROLE,
}
_KNOWN = {
    Flavour.MARC21: {CodeList.LANGUAGE: LANGUAGE_CODES, CodeList.COUNTRY: KNOWN_COUNTRY_CODES},
    Flavour.DANMARC2: {CodeList.LANGUAGE: LANGUAGE_CODES | other_codes(), CodeList.COUNTRY: KNOWN_ISO_CODES},
}
_ROLES = RELATOR_CODES | FORMER_RELATOR_CODES
# What a list keeps free for its users: languages of one's own, danMARC2's own roles, and roles by their address.
_OWN = {
    CodeList.LANGUAGE: re.compile("q[a-t][a-z]"),
    CodeList.COUNTRY: re.compile("(?!)"),
    CodeList.ROLE: re.compile("dk[a-z]{3}|https?://.*"),
}
_UNSAID = frozenset({"", "|||"})
_LANGUAGE_LENGTH = 3


def listed_findings(record: MarcRecord) -> Iterator[Finding]:
    """Yield the codes that their list doesn't have; words for a role are free."""
    for place, field in enumerate(record.fields):
        for listed, code in _codes_in(field, record.flavour):
            known = _KNOWN[record.flavour].get(listed.list, _ROLES)
            if code not in known and code not in _UNSAID and not _OWN[listed.list].fullmatch(code):
                yield Finding(_BREACHES[listed.list], field.tag, place, {"value": code[:40]})


def _codes_in(field: MarcField, flavour: Flavour) -> Iterator[tuple[ListedCode, str]]:
    # Where a letter is missing, all behind it stand at the wrong place.
    if field.is_control and len(field.text) != FIXED_LENGTH:
        return
    for listed in listed_codes(field, flavour):
        if listed.list == CodeList.LANGUAGE and field.tag == "041":
            yield from ((listed, code) for code in _split(listed.text))
        elif listed.list != CodeList.ROLE_WORD:
            yield listed, listed.text


def _split(value: str) -> list[str]:
    """Return the codes of a subfield; older records have them one behind the other."""
    if len(value) % _LANGUAGE_LENGTH:
        return [value]
    return [value[at : at + _LANGUAGE_LENGTH] for at in range(0, len(value), _LANGUAGE_LENGTH)]
