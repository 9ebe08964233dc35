"""Names of MARC fields and subfields, and what's wrong with them, in words for cataloguers.

Where the two families mean the same, they share a name. What has none here is shown by its tag or code alone.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalogue.errors import Code
from catalogue.marc.problems import Problem, describe
from catalogue.marc.record_lines import LineFault
from catalogue.marc.records import Flavour
from catalogue.marc.validation.findings import Breach, Finding
from common.errors import Reason
from web.words.about_records import record_problems

_Words = str | Promise

_NAME, _TITLE, _NUMBER, _NOTE = _("Name"), _("Title"), _("Number"), _("Note")
_PERSON, _BODY, _MEETING = (
    pgettext_lazy("MARC", "Person"),
    pgettext_lazy("MARC", "Corporate body"),
    pgettext_lazy("MARC", "Meeting"),
)
_SUBJECT, _SERIES, _PLACE, _PUBLISHER, _YEAR = _("Subject"), _("Series"), _("Place"), _("Publisher"), _("Year")
_REMAINDER = pgettext_lazy("MARC", "Remainder of title")
_RESPONSIBILITY = pgettext_lazy("MARC", "Statement of responsibility")
_PART_NUMBER, _PART_NAME = pgettext_lazy("MARC", "Number of part"), pgettext_lazy("MARC", "Name of part")
_DATES, _ROLE, _SOURCE = (
    pgettext_lazy("MARC", "Years of life"),
    _("Role"),
    pgettext_lazy("MARC", "Source of the code"),
)
_FORENAME, _SURNAME = pgettext_lazy("MARC", "Forename"), pgettext_lazy("MARC", "Surname")
_CLASS, _FORM = pgettext_lazy("MARC", "Classification"), pgettext_lazy("MARC", "Genre or form")
_UNIFORM = pgettext_lazy("MARC", "Uniform title")
_VOLUME, _DETAILS = pgettext_lazy("MARC", "Volume"), pgettext_lazy("MARC", "Other details")
_SIZE, _ACCOMPANYING = pgettext_lazy("MARC", "Dimensions"), pgettext_lazy("MARC", "Accompanying material")
_EXTENT, _SUMMARY, _CONTENTS = _("Extent"), pgettext_lazy("MARC", "Summary"), pgettext_lazy("MARC", "Contents")
_CODED = pgettext_lazy("MARC", "Coded information")
_PART_OF, _LINK = pgettext_lazy("MARC", "Part of"), pgettext_lazy("MARC", "Electronic address")
_AGENCY, _CHANGED = pgettext_lazy("MARC", "Agency"), pgettext_lazy("MARC", "Last changed")
_SUBDIVISION = pgettext_lazy("MARC", "Subdivision")
_LANGUAGE, _EDITION = _("Language"), _("Edition")
_OTHER_TITLE, _PERFORMERS = pgettext_lazy("MARC", "Another title"), pgettext_lazy("MARC", "Performers and cast")
_AUDIENCE_NOTE, _MAP_DATA = pgettext_lazy("MARC", "Note on whom it's for"), pgettext_lazy("MARC", "Scale")
_WRONG_NUMBER = pgettext_lazy("MARC", "Wrong or cancelled number")
_BINDING = pgettext_lazy("MARC", "Binding")

_FIELDS: Mapping[Flavour, Mapping[str, _Words]] = {
    Flavour.MARC21: {
        **dict.fromkeys(("LDR", "006", "007", "008"), _CODED),
        "001": _("Record number"),
        "003": _AGENCY,
        "005": _CHANGED,
        "020": "ISBN",
        "022": "ISSN",
        "040": _AGENCY,
        "041": _LANGUAGE,
        **dict.fromkeys(("080", "082", "084"), _CLASS),
        **dict.fromkeys(("100", "700"), _PERSON),
        **dict.fromkeys(("110", "710"), _BODY),
        **dict.fromkeys(("111", "711"), _MEETING),
        **dict.fromkeys(("130", "240", "730"), _UNIFORM),
        "245": _TITLE,
        **dict.fromkeys(("246", "740"), _OTHER_TITLE),
        "250": _EDITION,
        "255": _MAP_DATA,
        **dict.fromkeys(("260", "264"), _PUBLISHER),
        "300": _EXTENT,
        **dict.fromkeys(("490", "800", "810", "811", "830"), _SERIES),
        "500": _NOTE,
        "505": _CONTENTS,
        "511": _PERFORMERS,
        "520": _SUMMARY,
        "521": _AUDIENCE_NOTE,
        **dict.fromkeys(("600", "610", "611", "630", "648", "650", "651", "653"), _SUBJECT),
        "655": _FORM,
        "773": _PART_OF,
        "856": _LINK,
    },
    Flavour.DANMARC2: {
        "001": _("Record number"),
        **dict.fromkeys(("004", "005", "008", "009"), _CODED),
        "014": _PART_OF,
        "021": "ISBN",
        "022": "ISSN",
        "041": _LANGUAGE,
        **dict.fromkeys(("080", "082", "652", "654"), _CLASS),
        **dict.fromkeys(("100", "700"), _PERSON),
        **dict.fromkeys(("110", "710"), _BODY),
        "239": _UNIFORM,
        "240": _UNIFORM,
        "241": _UNIFORM,
        "245": _TITLE,
        "250": _EDITION,
        "255": _MAP_DATA,
        "260": _PUBLISHER,
        "300": _EXTENT,
        **dict.fromkeys(("440", "840"), _SERIES),
        "504": _SUMMARY,
        **dict.fromkeys(("512", "532"), _NOTE),
        "517": _PERFORMERS,
        "530": _CONTENTS,
        "557": _PART_OF,
        **dict.fromkeys(("600", "610", "630", "631", "645", "650", "651", "660", "666"), _SUBJECT),
        **dict.fromkeys(("740", "745"), _OTHER_TITLE),
        "856": _LINK,
        "996": _("Owner"),
    },
}
_PERSON_21 = {"a": _NAME, "d": _DATES, "e": _ROLE, "4": _ROLE, "t": _TITLE}
_BODY_21 = {"a": _NAME, "b": _SUBDIVISION, "e": _ROLE, "4": _ROLE}
_SUBJECT_21 = {**dict.fromkeys("vxyz", _SUBDIVISION), "2": _SOURCE}
_PERSON_DK = {"a": _SURNAME, "h": _FORENAME, "c": _DATES}
_BODY_DK = {"a": _NAME, "c": _SUBDIVISION}
_SUBFIELDS: Mapping[Flavour, Mapping[str, Mapping[str, _Words]]] = {
    Flavour.MARC21: {
        "020": {"a": "ISBN", "q": _BINDING, "z": _WRONG_NUMBER},
        "022": {"a": "ISSN", "z": _WRONG_NUMBER},
        "041": {"a": _LANGUAGE},
        **dict.fromkeys(("080", "082", "084"), {"a": _CLASS, "2": _SOURCE}),
        **dict.fromkeys(("100", "700"), _PERSON_21),
        **dict.fromkeys(("110", "710"), _BODY_21),
        "245": {"a": _TITLE, "b": _REMAINDER, "c": _RESPONSIBILITY, "n": _PART_NUMBER, "p": _PART_NAME},
        "250": {"a": _EDITION},
        "255": {"a": _MAP_DATA},
        **dict.fromkeys(("260", "264"), {"a": _PLACE, "b": _PUBLISHER, "c": _YEAR}),
        "300": {"a": _EXTENT, "b": _DETAILS, "c": _SIZE, "e": _ACCOMPANYING},
        **dict.fromkeys(("490", "830"), {"a": _SERIES, "v": _VOLUME, "x": "ISSN"}),
        **dict.fromkeys(("800", "810", "811"), {"a": _NAME, "t": _SERIES, "v": _VOLUME}),
        "520": {"a": _SUMMARY},
        "600": {**_PERSON_21, **_SUBJECT_21},
        **dict.fromkeys(("650", "651"), {"a": _SUBJECT, **_SUBJECT_21}),
        "653": {"a": _SUBJECT},
        "655": {"a": _FORM, "2": _SOURCE},
        "773": {"t": _TITLE, "w": _("Record number"), "g": _DETAILS, "x": "ISSN"},
        "856": {"u": _LINK, "y": _NAME, "z": _NOTE},
    },
    Flavour.DANMARC2: {
        "001": {"a": _NUMBER, "b": _AGENCY, "c": _CHANGED},
        "021": {"a": "ISBN", "e": "ISBN-13", "c": _BINDING, "x": _WRONG_NUMBER},
        "022": {"a": "ISSN", "x": _WRONG_NUMBER},
        "041": {"a": _LANGUAGE},
        "100": {**_PERSON_DK, "4": _ROLE},
        "600": {**_PERSON_DK, "t": _TITLE},
        "700": {**_PERSON_DK, "4": _ROLE, "t": _TITLE},
        **dict.fromkeys(("110", "710"), {**_BODY_DK, "4": _ROLE}),
        "610": _BODY_DK,
        "245": {
            "a": _TITLE,
            "c": _REMAINDER,
            "e": _RESPONSIBILITY,
            "g": _PART_NUMBER,
            "n": _PART_NAME,
        },
        "250": {"a": _EDITION},
        "255": {"a": _MAP_DATA},
        "260": {"a": _PLACE, "b": _PUBLISHER, "c": _YEAR},
        "300": {"a": _EXTENT, "b": _DETAILS, "c": _SIZE, "d": _ACCOMPANYING},
        **dict.fromkeys(("440", "840"), {"a": _SERIES, "v": _VOLUME, "z": "ISSN"}),
        "504": {"a": _SUMMARY},
        "557": {"a": _TITLE, "v": _DETAILS, "z": "ISSN"},
        "630": {"a": _SUBJECT},
        "631": {"a": _SUBJECT},
        "652": {"m": "DK5", "o": "DK5", "p": "DK5"},
        "666": {"f": _SUBJECT},
        "856": {"u": _LINK, "y": _NAME, "z": _NOTE},
        "996": {"a": _AGENCY},
    },
}
_BREACHES = {
    Breach.UNKNOWN_FIELD: _("The format has no field %(tag)s."),
    Breach.MISSING_FIELD: _("Field %(tag)s is missing."),
    Breach.FIELD_AGAIN: _("There can be only one field %(tag)s."),
    Breach.TWO_MAIN_ENTRIES: _("%(tag)s can't stand beside %(other)s."),
    Breach.NEEDS_SUBFIELDS: _("Field %(tag)s needs subfields."),
    Breach.NEEDS_VALUE: _("Field %(tag)s has a value and no subfields."),
    Breach.WRONG_INDICATOR: _("Indicator %(number)s of %(tag)s can't be %(value)s, only: %(allowed)s."),
    Breach.UNKNOWN_SUBFIELD: _("Field %(tag)s has no subfield %(subfield)s."),
    Breach.MISSING_SUBFIELD: _("Field %(tag)s needs subfield %(subfield)s."),
    Breach.SUBFIELD_AGAIN: _("Field %(tag)s can have subfield %(subfield)s only once."),
    Breach.EMPTY_SUBFIELD: _("Subfield %(subfield)s of %(tag)s is empty."),
    Breach.WRONG_LENGTH: _("%(tag)s has %(length)s characters instead of %(allowed)s."),
    Breach.WRONG_CODE: _("“%(value)s” means nothing at %(where)s in %(tag)s."),
    Breach.WRONG_ISBN: _("“%(value)s” isn't a valid ISBN."),
    Breach.WRONG_ISSN: _("“%(value)s” isn't a valid ISSN."),
    Breach.WRONG_FAUST: _("“%(value)s” isn't a valid FAUST number."),
    Breach.WRONG_LANGUAGE: _("“%(value)s” isn't a language's code."),
    Breach.WRONG_COUNTRY: _("“%(value)s” isn't a country's code."),
    Breach.WRONG_ROLE: _("“%(value)s” isn't the code of a role."),
    Breach.HIDDEN_SIGN: _("Field %(tag)s has a sign that nobody sees: %(sign)s."),
}


def field_name(flavour: Flavour, tag: str) -> _Words:
    """Return what a field is called, or nothing."""
    return _FIELDS[flavour].get(tag, "")


def subfield_name(flavour: Flavour, tag: str, code: str) -> _Words:
    """Return what a field's subfield is called, or nothing."""
    return _SUBFIELDS[flavour].get(tag, {}).get(code, "")


def breach_text(finding: Finding) -> str:
    """Return the sentence for a breach of the format's rules."""
    return str(_BREACHES[finding.breach]) % {"tag": finding.tag, **finding.facts}


def fault_text(fault: tuple[int, LineFault]) -> _Words:
    """Return the sentence for a line that can't be read."""
    line, code = fault
    if code == LineFault.NO_FIELD:
        return record_problems([Reason(Code.NO_FIELD, facts={"lines": [line]})])[0]
    return describe(Problem.OVERSIZED)
