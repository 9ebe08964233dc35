"""The columns that the catalogue keeps beside a record, read from either family of MARC."""

from catalogue.marc import danmarc2, marc21
from catalogue.marc.record_columns import RecordColumns
from catalogue.marc.records import Flavour, MarcRecord


def parse_columns(record: MarcRecord) -> RecordColumns:
    """Read what searches and screens need; what the record doesn't say stays empty."""
    if record.flavour == Flavour.DANMARC2:
        return danmarc2.parse_columns(record)
    return marc21.parse_columns(record)
