"""MARC out as ISO 2709, in UTF-8."""

from catalogue.marc.problems import Problem, RecordProblem
from catalogue.marc.records import Flavour, MarcRecord
from catalogue.marc.write_xml import valid_leader

_FIELD_END, _RECORD_END = b"\x1e", b"\x1d"
_LONGEST_FIELD, _LONGEST_RECORD = 9999, 99_999
_DOUBLE_A = str.maketrans({"ꜳ": "@å", "Ꜳ": "@Å"})
_STRAY = str.maketrans({"\x1d": None, "\x1e": None})


def iso2709(record: MarcRecord) -> bytes:
    """Return the record with lengths in bytes, as the directory counts them.

    :raises RecordProblem: OVERSIZED, if a field or the record is longer than the directory can say
    """
    is_danish = record.flavour == Flavour.DANMARC2
    directory, bodies, start = [], [], 0
    for tag, text in record.fields:
        body = (text.translate(_DOUBLE_A) if is_danish else text).translate(_STRAY).encode() + _FIELD_END
        if len(body) > _LONGEST_FIELD:
            raise RecordProblem(Problem.OVERSIZED, tag)
        directory.append(f"{tag}{len(body):04}{start:05}")
        bodies.append(body)
        start += len(body)
    head = "".join(directory).encode("ascii") + _FIELD_END
    base = 24 + len(head)
    length = base + start + 1
    if length > _LONGEST_RECORD:
        raise RecordProblem(Problem.OVERSIZED)
    # danMARC2's leader says nothing about kind and encoding.
    leader = record.leader.encode("ascii", "replace").decode().ljust(24) if is_danish else valid_leader(record.leader)
    mark = leader[9] if is_danish else "a"
    whole = f"{length:05}{leader[5:9]}{mark}22{base:05}{leader[17:20]}4500"
    return b"".join([whole.encode("ascii"), head, *bodies, _RECORD_END])
