"""A record that took in others keeps their numbers: danMARC2 in 002, MARC 21 in 035 *z."""

from catalogue.marc.record_columns import number_without_agency, tidy
from catalogue.marc.records import SUBFIELD, Flavour, MarcField, MarcRecord

_NATIONAL_AGENCY = "870970"
_AFTER = {Flavour.DANMARC2: "002", Flavour.MARC21: "035"}


def former_number_field(flavour: Flavour, *, agency: str, number: str) -> MarcField:
    """Return the field that says that a record with this number was taken in.

    :param agency: who gave the number; danMARC2 names it unless it's the national centre
    """
    if flavour == Flavour.MARC21:
        return MarcField("035", f"  {SUBFIELD}z({agency}){number}")
    if agency == _NATIONAL_AGENCY:
        return MarcField("002", f"00{SUBFIELD}a{number}")
    return MarcField("002", f"00{SUBFIELD}b{agency}{SUBFIELD}c{number}")


def with_former_number(record: MarcRecord, *, agency: str, number: str) -> MarcRecord:
    """Return the record with the field added at its place, or as it is when it has it already."""
    field = former_number_field(record.flavour, agency=agency, number=number)
    if field in record.fields:
        return record
    tag = _AFTER[record.flavour]
    place = next((at for at, each in enumerate(record.fields) if each.tag > tag), len(record.fields))
    return MarcRecord(record.flavour, record.leader, [*record.fields[:place], field, *record.fields[place:]])


def without_former_number(record: MarcRecord, *, agency: str, number: str) -> MarcRecord:
    """Return the record without the field that `with_former_number` added."""
    field = former_number_field(record.flavour, agency=agency, number=number)
    return MarcRecord(record.flavour, record.leader, [each for each in record.fields if each != field])


def former_numbers(record: MarcRecord) -> list[str]:
    """Return the numbers of the records that this one says it took in."""
    if record.flavour == Flavour.DANMARC2:
        return [tidy(number) for number in record.values("002", "ac")]
    return [number_without_agency(number) for number in record.values("035", "z")]
