"""`manage.py export_records`: writes bibliographic records to a file or to standard output."""

import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Protocol

from django.core.management.base import BaseCommand, CommandError

from catalogue.harvesting import records_to_export
from catalogue.marc.formats import FILE_FORMATS, FileFormat
from catalogue.marc.lists import COLUMNS, columns_named
from catalogue.marc.problems import RecordProblem, describe
from catalogue.models import BibliographicRecord
from common.tables import FileColumn, TooManyRowsError, write_csv, write_workbook
from tenants.selectors import all_municipalities

_EXCEL = "xlsx"
_LISTS = ("csv", _EXCEL)
_CHUNK = 1 << 16


class _Sink(Protocol):
    def write(self, data: bytes, /) -> Any: ...


_Write = Callable[[Iterable[BibliographicRecord], _Sink], None]


class Command(BaseCommand):
    """Exports all records, one municipality's titles, what has changed, or some by number."""

    help = (
        "Export bibliographic records as a stream, however many there are. What came in the same format goes out "
        "unchanged. A record that the format has no room for is named, and doesn't stop the others."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the format, which records, and where to."""
        parser.add_argument("--format", choices=(*FILE_FORMATS, _EXCEL), default="marcxml")
        parser.add_argument(
            "--columns", type=_columns, metavar="NAMES", help=f"of csv and {_EXCEL}, with commas: {','.join(COLUMNS)}"
        )
        parser.add_argument("--municipality", metavar="SCHEMA", help="only titles that it has items of")
        parser.add_argument(
            "--since", type=_moment, metavar="DATE", help="changed since: 2026-01-31 or with T and time"
        )
        parser.add_argument(
            "--ids", metavar="NUMBERS", help="record numbers with commas, or - for lines of them on stdin"
        )
        parser.add_argument("--output", metavar="FILE", default="-", help="- is standard output")

    def handle(self, *, output: str, **options: Any) -> None:
        """Write the records."""
        code, columns = options["format"], options["columns"]
        if columns and code not in _LISTS:
            raise CommandError(f"{code} has no columns to choose from")
        chosen = FILE_FORMATS.get(code)
        records = records_to_export(
            municipality_id=_municipality(options["municipality"]),
            since=options["since"],
            ids=_numbers(options["ids"]),
            with_marc=chosen is not None and chosen.needs_marc,
        )
        if chosen is None or columns:
            write: _Write = partial(self._write_list, code, columns or columns_named())
        else:
            write = partial(self._write, chosen)
        if output == "-":
            write(records, getattr(self.stdout, "buffer", None) or _AsText(self.stdout))
            return
        # Whoever waits for the file finds all of it, or none.
        unfinished = Path(f"{output}.part")
        with unfinished.open("wb") as file:
            write(records, file)
        unfinished.replace(output)

    def _write(self, chosen: FileFormat, records: Iterable[BibliographicRecord], sink: _Sink) -> None:
        written = refused = 0
        sink.write(chosen.head.encode())
        for record in records:
            try:
                sink.write(chosen.write(record))
                written += 1
            except RecordProblem as problem:
                refused += 1
                self.stderr.write(f"{record.pk} [{record.control_number}]: {describe(problem.code)} {problem.detail}")
        sink.write(chosen.tail.encode())
        self.stderr.write(f"{written:,} written" + (f", {refused:,} left out" if refused else ""))

    def _write_list(
        self, code: str, columns: Sequence[FileColumn], records: Iterable[BibliographicRecord], sink: _Sink
    ) -> None:
        # A workbook is written to and fro, which a pipe can't be.
        with TemporaryFile() as file:
            try:
                if code == _EXCEL:
                    write_workbook(file, columns, records, sheet="Records")
                else:
                    write_csv(file, columns, records)
            except TooManyRowsError as problem:
                raise CommandError(f"A sheet has room for {problem.most:,} records; take csv, or fewer") from None
            file.seek(0)
            while chunk := file.read(_CHUNK):
                sink.write(chunk)


class _AsText:
    """A stream of text that takes bytes."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, data: bytes, /) -> None:
        self._stream.write(data.decode("utf-8", "replace"), ending="")


def _municipality(schema_name: str | None) -> int | None:
    if schema_name is None:
        return None
    for municipality in all_municipalities():
        if municipality.schema_name == schema_name:
            return int(municipality.pk)
    raise CommandError(f"{schema_name}: there's no such municipality")


def _columns(text: str) -> list[FileColumn]:
    try:
        return columns_named(text.replace(",", " ").split())
    except KeyError as error:
        raise ArgumentTypeError(f"{error.args[0]}: there's no such column") from None


def _numbers(text: str | None) -> list[int] | None:
    if text is None:
        return None
    words = sys.stdin.read().split() if text == "-" else text.replace(",", " ").split()
    if wrong := [word for word in words if not (word.isascii() and word.isdecimal() and len(word) < 19)]:
        raise CommandError(f"{wrong[0][:40]}: that's no record number")
    return [int(word) for word in words]


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text}: neither a date nor a date and time") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
