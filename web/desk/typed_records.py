"""What a cataloguer has typed into the editor: the lines, and the coded places that she chose another value for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from catalogue.marc.columns import parse_columns
from catalogue.marc.field_lines import subfields_begun
from catalogue.marc.fixed_fields import LEADER, LEADER_LENGTH, Coded, decoded, encoded
from catalogue.marc.record_lines import LineFault, lines_of_record, record_in
from catalogue.marc.records import Flavour, MarcRecord
from catalogue.marc.validation.checking import check
from catalogue.marc.validation.findings import Breach, Finding
from catalogue.selectors import records_by_identifier

# A form has one for each coded place, beside what the page showed of it.
_WAS = "was-"
_LONGEST_CODE = 40
_MOST_ISBNS = 5
# A control field's tag and a blank.
_BEFORE_VALUE = 4


@dataclass(frozen=True)
class TypedRecord:
    """A record as it was typed.

    :ivar lines: as the editor shows them
    :ivar is_recoded: whether a coded place that was chosen has changed the lines
    :ivar numbers: the line that each field begins in
    :ivar faults: lines that can't be read
    :ivar shown: the coded places as the page had them
    """

    record: MarcRecord
    lines: str
    numbers: tuple[int, ...]
    leader_line: int
    faults: tuple[tuple[int, LineFault], ...] = ()
    is_recoded: bool = False
    shown: Mapping[str, str] = field(default_factory=dict)

    @property
    def coded(self) -> list[Coded]:
        """The coded places as they are now."""
        return decoded(self.record)

    def findings(self, *, is_new: bool) -> list[tuple[int, Finding]]:
        """Return what's wrong with its line, 0 where none is meant; a new record gets its number when it's saved."""
        found = [(self._line(finding), finding) for finding in check(self.record)]
        return sorted(
            (each for each in found if not (is_new and _comes_by_itself(each[1]))),
            key=lambda each: (not each[1].is_severe, each[0]),
        )

    def duplicates(self, but: int | None = None) -> list[object]:
        """Return the records that have one of its ISBNs already."""
        whole = MarcRecord(self.record.flavour, self.record.leader.ljust(LEADER_LENGTH), self.record.fields)
        isbns = parse_columns(whole).isbns[:_MOST_ISBNS]
        found = {record.pk: record for isbn in isbns for record in records_by_identifier(isbn, limit=5)}
        return [record for pk, record in found.items() if pk != but]

    def field_at(self, line: int) -> str:
        """Return the tag of the field that a line belongs to, or nothing."""
        if line and line == self.leader_line:
            return LEADER
        tags = [each.tag for each, number in zip(self.record.fields, self.numbers, strict=True) if number <= line]
        return tags[-1] if tags else ""

    def place_at(self, line: int) -> int | None:
        """Return the place of the field that a line belongs to, from 0; None where it belongs to none."""
        begun = [number for number in (*self.numbers, *self._no_fields) if number <= line]
        return self.numbers.index(max(begun)) if begun and max(begun) in self.numbers else None

    def lines_of_place(self, place: int) -> tuple[int, int]:
        """Return the first and the last line of the field at a place; what's blank behind it is left out."""
        first, lines = self.numbers[place], self.lines.split("\n")
        last = (
            min([number for number in (*self.numbers, *self._no_fields) if number > first], default=len(lines) + 1) - 1
        )
        while last > first and not lines[last - 1].strip():
            last -= 1
        return first, last

    def cursor_in(self, place: int, line: int, column: int) -> int:
        """Return what the cursor stands in: the number of the subfield, from 0, or a control field's position.

        :param column: how many letters of the line stand before the cursor
        """
        first, lines = self.numbers[place], self.lines.split("\n")
        before = " ".join([*lines[first - 1 : line - 1], lines[line - 1][:column] if line <= len(lines) else ""])
        if self.record.fields[place].is_control:
            return len(before) - _BEFORE_VALUE
        return subfields_begun(before, self.record.flavour) - 1

    @property
    def _no_fields(self) -> tuple[int, ...]:
        return self.leader_line, *(line for line, _ in self.faults)

    def _line(self, finding: Finding) -> int:
        if finding.place is None:
            return self.leader_line if finding.tag == LEADER else 0
        return self.numbers[finding.place]


def shown_record(record: MarcRecord) -> TypedRecord:
    """Return a record as the editor shows it first."""
    typed = record_in(lines_of_record(record), record.flavour, record)
    return TypedRecord(record, lines_of_record(record), typed.numbers, typed.leader_line)


def typed_record(form: Mapping[str, str], flavour: Flavour, before: MarcRecord | None) -> TypedRecord:
    """Return what a form says; a coded place counts where it isn't what the page showed, else the lines do."""
    lines = form.get("lines", "").replace("\r\n", "\n")
    typed = record_in(lines, flavour, before)
    shown = {key.removeprefix(_WAS): value for key, value in form.items() if key.startswith(_WAS)}
    chosen = {key: form[key][:_LONGEST_CODE] for key in shown if key in form and form[key] != shown[key]}
    known = before.fields if before else []
    if typed.faults or not chosen:
        return TypedRecord(typed.record, lines, typed.numbers, typed.leader_line, typed.faults, shown=shown)
    record = encoded(typed.record, {key: value.replace("\x00", "") for key, value in chosen.items()})
    again = lines_of_record(record)
    read = record_in(again, flavour, MarcRecord(flavour, record.leader, [*known, *record.fields]))
    return TypedRecord(read.record, again, read.numbers, read.leader_line, read.faults, is_recoded=True, shown=shown)


def _comes_by_itself(finding: Finding) -> bool:
    if finding.breach == Breach.EMPTY_SUBFIELD:
        return True
    return finding.tag == "001" and finding.breach in (Breach.MISSING_FIELD, Breach.MISSING_SUBFIELD)
