"""The coded places of a record, decoded: MARC 21's leader and 008 by position, danMARC2's 004, 008 and 009 by subfield.

A place has a name, which the screens put into words, and the codes that mean something there. Decoding and encoding are
each other's opposite: what has no place here, or a code that nobody knows, stays as it was.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from catalogue.marc.records import SUBFIELD, Flavour, MarcField, MarcRecord

LEADER = "LDR"
LEADER_LENGTH, FIXED_LENGTH = 24, 40
# "c": without the punctuation that MARC 21 often has between subfields.
PLAIN_LEADER = "00000nam a2200000 c 4500"
_BLANK_FIXED = " " * 15 + "xx " + " " * 17 + "und" + "  "
_FILL = "|"


@dataclass(frozen=True, slots=True)
class Place:
    """One coded place.

    :ivar name: what it says, the same for every kind of material that has it
    :ivar tag: LDR for the leader
    :ivar start: its first position, from 0; in danMARC2, none
    :ivar length: how many letters a code has; 0 for any
    :ivar codes: what may stand there; empty for what is written freely
    :ivar subfield: in danMARC2, its code
    """

    name: str
    tag: str
    start: int = -1
    length: int = 1
    codes: tuple[str, ...] = ()
    subfield: str = ""

    @property
    def key(self) -> str:
        """What forms call it: LDR-06, 008-35, 008-t."""
        return f"{self.tag}-{self.subfield}" if self.subfield else f"{self.tag}-{self.start:02}"


@dataclass(frozen=True, slots=True)
class Coded:
    """What a record has at a place; in danMARC2 it may be nothing."""

    place: Place
    value: str

    @property
    def is_known(self) -> bool:
        """Say whether the code means something, or is the sign for "not coded"."""
        if self.place.subfield and not self.value:
            return True
        length = self.place.length
        if not self.place.codes:
            return not length or len(self.value) == length
        return self.value in self.place.codes or self.value == _FILL * length


def _at(name: str, tag: str, start: int, codes: str = "", length: int = 1) -> Place:
    return Place(name, tag, start, length, tuple(codes.replace("#", " ")) if length == 1 else ())


def _sub(name: str, tag: str, subfield: str, codes: str = "", length: int = 0) -> Place:
    return Place(name, tag, length=length, codes=tuple(codes.split()), subfield=subfield)


_LEADER = (
    _at("status", LEADER, 5, "nacdp"),
    _at("record_type", LEADER, 6, "acdefgijkmoprt"),
    _at("level", LEADER, 7, "mabcdis"),
    _at("control", LEADER, 8, "#a"),
    _at("encoding_level", LEADER, 17, "#1234578uz"),
    _at("cataloguing_form", LEADER, 18, "#acinu"),
    _at("multipart", LEADER, 19, "#abc"),
)
_DATES = (
    _at("date_entered", "008", 0, length=6),
    _at("date_type", "008", 6, "sbcdeikmnpqrtu"),
    _at("first_year", "008", 7, length=4),
    _at("second_year", "008", 11, length=4),
    _at("country", "008", 15, length=3),
)
_LANGUAGE = (
    _at("language", "008", 35, length=3),
    _at("modified", "008", 38, "#dorsx"),
    _at("source", "008", 39, "#cdu"),
)
_AUDIENCE = _at("audience", "008", 22, "#abcdefgj")
_FORMS = "#abcdfoqrs"
_FORM = _at("form", "008", 23, _FORMS)
_FORM_LATE = _at("form", "008", 29, _FORMS)
_GOVERNMENT = _at("government", "008", 28, "#acfilmosuz")
_CONFERENCE = _at("conference", "008", 29, "01")
_INDEX = _at("index", "008", 31, "01")
_BOOKS = (
    _at("illustrations", "008", 18, length=4),
    _AUDIENCE,
    _FORM,
    _at("contents", "008", 24, length=4),
    _GOVERNMENT,
    _CONFERENCE,
    _at("festschrift", "008", 30, "01"),
    _INDEX,
    _at("literary_form", "008", 33, "01defhijmpsu"),
    _at("biography", "008", 34, "#abcd"),
)
_CONTINUING = (
    _at("frequency", "008", 18, "#abcdefghijkmqstuwz"),
    _at("regularity", "008", 19, "nrux"),
    _at("serial_type", "008", 21, "#dghjlmnprstw"),
    _at("original_form", "008", 22, "#abcdefoqs"),
    _FORM,
    _at("contents", "008", 24, length=4),
    _GOVERNMENT,
    _CONFERENCE,
    _at("alphabet", "008", 33, "#abcdefghijkluz"),
    _at("entry", "008", 34, "012"),
)
_MAPS = (
    _at("relief", "008", 18, length=4),
    _at("projection", "008", 22, length=2),
    _at("map_type", "008", 25, "abcdefguz"),
    _GOVERNMENT,
    _FORM_LATE,
    _INDEX,
    _at("special_format", "008", 33, length=2),
)
_MUSIC = (
    _at("composition", "008", 18, length=2),
    _at("music_format", "008", 20, "abcdeghijklmnpuz"),
    _at("music_parts", "008", 21, "#defnu"),
    _AUDIENCE,
    _FORM,
    _at("accompanying", "008", 24, length=6),
    _at("spoken_text", "008", 30, length=2),
    _at("transposition", "008", 33, "#abcnu"),
)
_FILES = (_AUDIENCE, _at("form", "008", 23, "#oq"), _at("file_type", "008", 26, "abcdefghijmuz"), _GOVERNMENT)
_VISUAL = (
    _at("running_time", "008", 18, length=3),
    _AUDIENCE,
    _GOVERNMENT,
    _FORM_LATE,
    _at("visual_type", "008", 33, "abcdfgiklmnopqrstvwz"),
    _at("technique", "008", 34, "aclnuz"),
)
_BY_TYPE: Mapping[str, tuple[Place, ...]] = {
    **dict.fromkeys("at", _BOOKS),
    **dict.fromkeys("cdij", _MUSIC),
    **dict.fromkeys("ef", _MAPS),
    **dict.fromkeys("gkor", _VISUAL),
    "m": _FILES,
    "p": (_FORM,),
}
_SPECIFIC = (
    "ed ef eg ep es et ga gb gc gg gk gm gp gr gt gx ha hb hd hf hg hl hm ho hp hr hs ht hy ia ic if ih ik ip is it"
    " kb kt mj nh np tb tc tk tg th ti to tu ua ub ud ue ui uk ul um ur us ut uu uv wf wt wu"
    " xa xb xc xd xe xf xg xh xi xj xk xl xm xn xo xx xy"
)
_DANISH = (
    _sub("danish_status", "004", "r", "n c d"),
    _sub("danish_record", "004", "a", "e h s b i"),
    _sub("danish_type", "008", "t", "m s p a h"),
    _sub("danish_issue", "008", "u", "? r o c d f u"),
    _sub("first_year", "008", "a", length=4),
    _sub("second_year", "008", "z", length=4),
    _sub("country", "008", "b", length=2),
    _sub("language", "008", "l", length=3),
    _sub("danish_audience", "008", "o", "b s"),
    _sub("danish_level", "008", "v", "0 1 3 4 5 7 8 9"),
    _sub("danish_material", "009", "a", "a b c d e f g m n p r s t u v"),
    _sub("danish_carrier", "009", "g", _SPECIFIC),
)


def places_of(record: MarcRecord) -> tuple[Place, ...]:
    """Return the coded places that a record of its kind has."""
    if record.flavour == Flavour.DANMARC2:
        return _DANISH
    kind, level = _leader(record)[6], _leader(record)[7]
    own = _CONTINUING if kind == "a" and level in "bis" else _BY_TYPE.get(kind, ())
    return (*_LEADER, *_DATES, *own, *_LANGUAGE)


def decoded(record: MarcRecord) -> list[Coded]:
    """Return what the record has at each of its places."""
    return [Coded(place, _value(record, place)) for place in places_of(record)]


def encoded(record: MarcRecord, values: Mapping[str, str]) -> MarcRecord:
    """Return the record with other values at some places, by their keys; what it has no place for is passed over.

    The leader comes first: another type of record has other places.
    """
    for tag in (LEADER, "004", "008", "009"):
        for place in places_of(record):
            if place.tag == tag and place.key in values and values[place.key] != _value(record, place):
                record = _with(record, place, values[place.key])
    return record


def _leader(record: MarcRecord) -> str:
    return record.leader.ljust(LEADER_LENGTH)


def _value(record: MarcRecord, place: Place) -> str:
    if place.subfield:
        return record.first(place.tag, place.subfield)
    text = _leader(record) if place.tag == LEADER else record.control(place.tag).ljust(FIXED_LENGTH)
    return text[place.start : place.start + place.length]


def _with(record: MarcRecord, place: Place, value: str) -> MarcRecord:
    if place.subfield:
        return _with_subfield(record, place, value)
    value = value[: place.length].ljust(place.length)
    if place.tag == LEADER:
        text = _leader(record)
        return MarcRecord(record.flavour, _over(text, place, value), record.fields)
    text = (record.control(place.tag) or _BLANK_FIXED).ljust(FIXED_LENGTH)
    return _with_field(record, MarcField(place.tag, _over(text, place, value)))


def _over(text: str, place: Place, value: str) -> str:
    return text[: place.start] + value + text[place.start + place.length :]


def _with_subfield(record: MarcRecord, place: Place, value: str) -> MarcRecord:
    field = next((each for each in record.fields if each.tag == place.tag), MarcField(place.tag, f"00{SUBFIELD}"))
    parts = list(_changed(field.subfields, place.subfield, value))
    text = field.indicators + "".join(f"{SUBFIELD}{code}{part}" for code, part in parts)
    return _with_field(record, MarcField(place.tag, text if parts else ""))


def _changed(parts: list[tuple[str, str]], code: str, value: str) -> Iterator[tuple[str, str]]:
    """Yield the subfields with another value in the first one of the code, which is added or left out as need be."""
    is_done = False
    for each, old in parts:
        if each == code and not is_done:
            is_done = True
            if value:
                yield code, value
        else:
            yield each, old
    if value and not is_done:
        yield code, value


def _with_field(record: MarcRecord, field: MarcField) -> MarcRecord:
    """Put the field where the first of its tag was, or in the order of tags; one without a text goes."""
    places = [place for place, each in enumerate(record.fields) if each.tag == field.tag]
    fields = list(record.fields)
    new = [field] if field.text else []
    if places:
        fields[places[0] : places[0] + 1] = new
    else:
        start = next((place for place, each in enumerate(fields) if each.tag > field.tag), len(fields))
        fields[start:start] = new
    return MarcRecord(record.flavour, record.leader, fields)
