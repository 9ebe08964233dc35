"""What a typed record still needs before it's kept: its number and owner, its dates, and nothing empty."""

from collections.abc import Collection
from datetime import datetime

from catalogue.marc.fixed_fields import encoded
from catalogue.marc.records import SUBFIELD, Flavour, MarcField, MarcRecord

# danMARC2's subfields that mean something by being there.
_MARKS = frozenset("01&")


def without_empty(record: MarcRecord, kept: Collection[MarcField] = ()) -> MarcRecord:
    """Return the record without what was left empty.

    :param kept: fields that stay as they are, since nobody has touched them
    """
    shown = [field if field in kept else _filled(field, record.flavour) for field in record.fields]
    return MarcRecord(record.flavour, record.leader, [field for field in shown if field.text])


def with_identity(record: MarcRecord, *, number: str, agency: str, now: datetime) -> MarcRecord:
    """Return a new record with what it doesn't say itself: its number, who numbers and owns it, and its dates."""
    if record.flavour == Flavour.DANMARC2:
        own = dict(_first(record, "001"))
        parts = {"a": number, "b": agency, "c": f"{now:%Y%m%d%H%M%S}", "d": f"{now:%Y%m%d}", "f": "a"} | own
        codes = sorted(parts, key=lambda code: "abcdefgot".find(code))
        record = _with_first(
            record, MarcField("001", "00" + "".join(f"{SUBFIELD}{each}{parts[each]}" for each in codes))
        )
        return record if record.texts("996") else _with_first(record, MarcField("996", f"00{SUBFIELD}a{agency}"))
    if not record.control("001"):
        record = _with_first(record, MarcField("001", number))
    if not record.control("003"):
        record = _with_first(record, MarcField("003", agency))
    if not record.control("008")[:6].strip():
        record = encoded(record, {"008-00": f"{now:%y%m%d}"})
    return with_date_of_change(record, now)


def with_date_of_change(record: MarcRecord, now: datetime) -> MarcRecord:
    """Return the record with the moment when its cataloguers last changed it."""
    if record.flavour == Flavour.MARC21:
        return _with_first(record, MarcField("005", f"{now:%Y%m%d%H%M%S}.0"))
    parts = _first(record, "001")
    if not parts:
        return record
    stamped = [(code, f"{now:%Y%m%d%H%M%S}" if code == "c" else value) for code, value in parts]
    if "c" not in dict(parts):
        stamped = [*stamped[:2], ("c", f"{now:%Y%m%d%H%M%S}"), *stamped[2:]]
    return _with_first(record, MarcField("001", "00" + "".join(f"{SUBFIELD}{code}{value}" for code, value in stamped)))


def _first(record: MarcRecord, tag: str) -> list[tuple[str, str]]:
    return next((field.subfields for field in record.fields if field.tag == tag), [])


def _filled(field: MarcField, flavour: Flavour) -> MarcField:
    if field.is_control:
        return field
    marks = _MARKS if flavour == Flavour.DANMARC2 else frozenset()
    parts = [(code, value) for code, value in field.subfields if value.strip() or code in marks]
    says = any(value.strip() for _, value in parts)
    text = "".join(f"{SUBFIELD}{code}{value}" for code, value in parts)
    return MarcField(field.tag, field.indicators + text if says else "")


def _with_first(record: MarcRecord, field: MarcField) -> MarcRecord:
    """Put the field in place of the first of its tag, or where its tag belongs."""
    fields = list(record.fields)
    place = next((place for place, each in enumerate(fields) if each.tag == field.tag), None)
    if place is None:
        place = next((place for place, each in enumerate(fields) if each.tag > field.tag), len(fields))
        fields.insert(place, field)
    else:
        fields[place] = field
    return MarcRecord(record.flavour, record.leader, fields)
