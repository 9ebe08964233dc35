"""What a macro of the editor does to a record, step by step; pure.

Text is replaced as it stands, never by a pattern, so that no macro takes longer than the record is long. How steps are
written is `catalogue.rules.macro_lines`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from catalogue.marc.fixed_fields import FIXED_LENGTH, LEADER, LEADER_LENGTH
from catalogue.marc.records import SUBFIELD, MarcField, MarcRecord

ANY = "x"
POSITIONED = {LEADER: LEADER_LENGTH, "006": 18, "007": 23, "008": FIXED_LENGTH}
_MOST_FIELDS, _LONGEST = 1000, 200_000

Subfields = tuple[tuple[str, str], ...]


class MacroOverflows(Exception):
    """A step would make the record larger than one can be."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(f"line {line}")


@dataclass(frozen=True, slots=True)
class AddField:
    """Put a field behind the last of its tag, or in the order of tags; one that's there in the same words stays one."""

    field: MarcField

    def fields(self, record: MarcRecord) -> list[MarcField]:
        """Return the fields with it."""
        fields = list(record.fields)
        if self.field in fields:
            return fields
        place = max((place for place, each in enumerate(fields, 1) if each.tag == self.field.tag), default=None)
        if place is None:
            place = next((place for place, each in enumerate(fields) if each.tag > self.field.tag), len(fields))
        fields.insert(place, self.field)
        return fields


@dataclass(frozen=True, slots=True)
class DeleteFields:
    """Take the fields out that have a tag, and these indicators and subfields where some are named.

    :ivar subfields: code and value; a value of nothing is any
    """

    tags: str
    indicators: str = ""
    subfields: Subfields = ()

    def fields(self, record: MarcRecord) -> list[MarcField]:
        """Return the fields without them."""
        return [field for field in record.fields if not self._is_meant(field)]

    def _is_meant(self, field: MarcField) -> bool:
        if not has_tag(field, self.tags) or (self.indicators and field.indicators != self.indicators):
            return False
        there = {(code, value.strip()) for code, value in field.subfields}
        codes = {code for code, _ in there}
        return all((code, value) in there if value else code in codes for code, value in self.subfields)


@dataclass(frozen=True, slots=True)
class DeleteSubfields:
    """Take all subfields with these codes out of the fields with a tag; a field with nothing left goes too."""

    tags: str
    codes: str

    def fields(self, record: MarcRecord) -> list[MarcField]:
        """Return the fields without them."""
        return list(_each(record, self.tags, self._of))

    def _of(self, field: MarcField) -> MarcField | None:
        left = [(code, value) for code, value in field.subfields if code not in self.codes]
        return _with_subfields(field, left) if left else None


@dataclass(frozen=True, slots=True)
class SetPositions:
    """Write a value over some positions of the leader or of a control field; a 008 that's missing is made."""

    tag: str
    start: int
    value: str

    def fields(self, record: MarcRecord) -> list[MarcField]:
        """Return the fields with the value; the leader is `leader`'s."""
        if self.tag == LEADER:
            return list(record.fields)
        there = any(field.tag == self.tag for field in record.fields)
        made = record if there or self.tag != "008" else _with_blank_fixed(record)
        return [
            MarcField(field.tag, self._over(field.text)) if field.tag == self.tag and field.is_control else field
            for field in made.fields
        ]

    def leader(self, record: MarcRecord) -> str:
        """Return the leader with the value, if it's the leader's."""
        return self._over(record.leader) if self.tag == LEADER else record.leader

    def _over(self, text: str) -> str:
        length = FIXED_LENGTH if self.tag == "008" else LEADER_LENGTH if self.tag == LEADER else 0
        end = self.start + len(self.value)
        text = text.ljust(max(length, end))
        return text[: self.start] + self.value + text[end:]


@dataclass(frozen=True, slots=True)
class SetIndicators:
    """Give all fields with a tag these indicators."""

    tags: str
    indicators: str

    def fields(self, record: MarcRecord) -> list[MarcField]:
        """Return the fields with them."""
        return list(_each(record, self.tags, self._of))

    def _of(self, field: MarcField) -> MarcField:
        return MarcField(field.tag, self.indicators + field.text[len(field.indicators) :])


@dataclass(frozen=True, slots=True)
class SetSubfield:
    """Give the first subfield with a code another value in all fields with a tag; where there's none, add it.

    :ivar made: the field that's added where no field has the tag; None for a tag that stands for several
    """

    tags: str
    code: str
    value: str
    made: MarcField | None

    def fields(self, record: MarcRecord) -> list[MarcField]:
        """Return the fields with the value."""
        if self.made and not any(has_tag(field, self.tags) for field in record.fields):
            return AddField(self.made).fields(record)
        return list(_each(record, self.tags, self._of))

    def _of(self, field: MarcField) -> MarcField:
        subfields = field.subfields
        place = next((place for place, (code, _) in enumerate(subfields) if code == self.code), len(subfields))
        return _with_subfields(field, [*subfields[:place], (self.code, self.value), *subfields[place + 1 :]])


@dataclass(frozen=True, slots=True)
class ReplaceText:
    """Put one text in the place of another in all subfields with a code, of all fields with a tag."""

    tags: str
    code: str
    old: str
    new: str

    def fields(self, record: MarcRecord) -> list[MarcField]:
        """Return the fields with the other text."""
        return list(_each(record, self.tags, self._of))

    def grown(self, record: MarcRecord) -> int:
        """Return by how much the record would grow; counted first, for it may be more than a machine holds."""
        found = sum(
            value.count(self.old)
            for field in record.fields
            if not field.is_control and has_tag(field, self.tags)
            for code, value in field.subfields
            if code == self.code
        )
        return found * (len(self.new) - len(self.old))

    def _of(self, field: MarcField) -> MarcField:
        return _with_subfields(
            field,
            [
                (code, value.replace(self.old, self.new) if code == self.code else value)
                for code, value in field.subfields
            ],
        )


Step = AddField | DeleteFields | DeleteSubfields | SetPositions | SetIndicators | SetSubfield | ReplaceText


def applied(steps: Sequence[tuple[int, Step]], record: MarcRecord) -> MarcRecord:
    """Return the record as a macro leaves it.

    :param steps: each with the line that it's written in
    :raises MacroOverflows: if a step would make it too large
    """
    for line, step in steps:
        if isinstance(step, ReplaceText) and _size(record) + step.grown(record) > _LONGEST:
            raise MacroOverflows(line)
        leader = step.leader(record) if isinstance(step, SetPositions) else record.leader
        record = MarcRecord(record.flavour, leader, step.fields(record))
        if len(record.fields) > _MOST_FIELDS or _size(record) > _LONGEST:
            raise MacroOverflows(line)
    return record


def has_tag(field: MarcField, tags: str) -> bool:
    """Say whether a tag, or one of those that `6xx` stands for, is the field's; numbers and codes have to be named."""
    if ANY in tags and field.tag.startswith("00"):
        return False
    return len(field.tag) == len(tags) and all(
        sign in (ANY, letter) for sign, letter in zip(tags, field.tag, strict=True)
    )


def _each(record: MarcRecord, tags: str, change: Callable[[MarcField], MarcField | None]) -> Iterator[MarcField]:
    for field in record.fields:
        changed = change(field) if has_tag(field, tags) and not field.is_control else field
        if changed is not None:
            yield changed


def _with_subfields(field: MarcField, subfields: Sequence[tuple[str, str]]) -> MarcField:
    return MarcField(field.tag, field.indicators + "".join(f"{SUBFIELD}{code}{value}" for code, value in subfields))


def _with_blank_fixed(record: MarcRecord) -> MarcRecord:
    fields = AddField(MarcField("008", " " * FIXED_LENGTH)).fields(record)
    return MarcRecord(record.flavour, record.leader, fields)


def _size(record: MarcRecord) -> int:
    return sum(len(field.text) for field in record.fields)
