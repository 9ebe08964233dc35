"""Filling a language into a field: which subfield wants one, what is typed there, and the field with a code."""

from catalogue.marc.records import SUBFIELD, Flavour, MarcField

# Of 041, what holds no language but says how it's coded, or links it.
_NO_LANGUAGES = frozenset("2678")


def asked_language(field: MarcField, flavour: Flavour) -> tuple[int, str] | None:
    """Return the place of the last subfield that holds a language, from 0, and what's there; None where none does.

    A field that names another list for its codes has its own.
    """
    if field.is_control:
        return None
    subfields = field.subfields
    if field.tag == "041" and "2" not in dict(subfields):
        places = [place for place, (code, _) in enumerate(subfields) if code not in _NO_LANGUAGES]
    elif field.tag == "008" and flavour == Flavour.DANMARC2:
        places = [place for place, (code, _) in enumerate(subfields) if code == "l"]
    else:
        return None
    return (places[-1], subfields[places[-1]][1].strip()) if places else None


def with_language(field: MarcField, place: int, code: str) -> MarcField:
    """Return the field with another code in one of its subfields."""
    subfields = [(name, code if number == place else value) for number, (name, value) in enumerate(field.subfields)]
    return MarcField(field.tag, field.indicators + "".join(f"{SUBFIELD}{name}{value}" for name, value in subfields))
