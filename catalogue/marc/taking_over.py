"""Another library's record as the beginning of one's own: without its number and what only that library has."""

import re

from catalogue.marc.records import SUBFIELD, Flavour, MarcField, MarcRecord

# Numbers and moments of the other system, whose items it has, and fields that each library fills as it likes.
_LEFT_BEHIND = {
    Flavour.MARC21: re.compile(r"00[135]|85[2-5]|86[3-8]|87[678]|9.."),
    Flavour.DANMARC2: re.compile(r"00[12]|996|[a-z].."),
}


def taken_over(record: MarcRecord) -> MarcRecord:
    """Return the record as it can be catalogued on; MARC 21 says in 035 which one it was made from."""
    fields = [field for field in record.fields if not _LEFT_BEHIND[record.flavour].fullmatch(field.tag)]
    agency, number = record.control("003").strip(), record.control("001").strip()
    if record.flavour == Flavour.MARC21 and agency and number:
        origin = MarcField("035", f"  {SUBFIELD}a({agency}){number}")
        if origin not in fields:
            place = next((at for at, field in enumerate(fields) if field.tag > "035"), len(fields))
            fields.insert(place, origin)
    return MarcRecord(record.flavour, record.leader, fields)
