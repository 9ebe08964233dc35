"""`manage.py import_marc`: brings files of MARC records into the catalogue that all municipalities share."""

import csv
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalogue.management.import_progress import ImportProgress
from catalogue.marc.problems import describe
from catalogue.marc.reading import ENCODINGS
from catalogue.marc.records import RecordFailure, RecordRead
from catalogue.services.import_marc import ImportReport, import_marc

_SHOWN_PER_FILE = 10
_COLUMNS = ("file", "outcome", "position", "offset", "id", "code", "reason", "detail")


class Command(BaseCommand):
    """Import MARC 21, danMARC2 or Aleph sequential files, packed with gzip or not."""

    help = (
        "Import MARC records: MARC 21 (ISO 2709, MARCXML), danMARC2 (ISO 2709, MarcXchange), Aleph sequential. "
        "Format and encoding are found out. A record that can't be read doesn't stop the others."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the files and what can't be known from them."""
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, or a folder of files")
        parser.add_argument(
            "--source", default="import", help="whose numbers the records have if they name no agency (import)"
        )
        parser.add_argument("--owner", default="", help="the agency that may change the records")
        parser.add_argument("--encoding", choices=ENCODINGS, help="believe this instead of what the files say")
        parser.add_argument("--report", type=Path, help="write every failure and repair to this CSV file")

    def handle(self, *, paths: list[Path], report: Path | None, **options: Any) -> None:
        """Import the files one by one."""
        files = list(_files(paths))
        with ExitStack() as stack:
            rows = None
            if report:
                rows = csv.writer(stack.enter_context(report.open("w", newline="", encoding="utf-8")))
                rows.writerow(_COLUMNS)
            for file in files:
                self._import(file, rows, options)

    def _import(self, file: Path, rows: Any, options: dict[str, Any]) -> None:
        progress = ImportProgress(self.stdout, file.name)
        began = time.monotonic()
        outcome = import_marc(
            file=file,
            source=options["source"],
            owner=options["owner"],
            now=timezone.now(),
            encoding=options["encoding"],
            progress=progress,
            on_failure=partial(_write_failure, rows, file) if rows else None,
            on_repair=partial(_write_repair, rows, file) if rows else None,
        )
        progress.clear()
        self._show(file, outcome, time.monotonic() - began)

    def _show(self, file: Path, report: ImportReport, seconds: float) -> None:
        records = sum(report.counts.values()) - report.repaired
        speed = f"{records / seconds:,.0f} records a second" if records > 1 and seconds > 0 else ""
        counts = ", ".join(f"{count:,} {name}" for name, count in report.counts.items() if count) or "nothing in it"
        self.stdout.write(f"{file}: {counts}" + (f" ({speed})" if speed else ""))
        for failure in report.failures[:_SHOWN_PER_FILE]:
            self.stdout.write(f"  {_line(failure)}")
        if report.failed > _SHOWN_PER_FILE:
            self.stdout.write(f"  ... and {report.failed - _SHOWN_PER_FILE:,} more; --report FILE.csv lists them all")


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
        elif path.is_file():
            yield path
        else:
            raise CommandError(f"{path}: there's no such file or folder")


def _line(failure: RecordFailure) -> str:
    where = f"record {failure.number}, byte {failure.offset:,}" if failure.number else "the whole file"
    number = f" [{failure.control_number}]" if failure.control_number else ""
    detail = f" ({failure.detail})" if failure.detail else ""
    return f"{where}{number}: {describe(failure.code)}{detail}"


def _write_failure(rows: Any, file: Path, failure: RecordFailure) -> None:
    # What's wrong with the whole file has no place in it, or, of a damaged archive, only the byte where it ends.
    position, offset = (failure.number, failure.offset) if failure.number else ("", failure.offset or "")
    where = (position, offset, failure.control_number)
    rows.writerow((file, "failed", *where, failure.code.value, describe(failure.code), failure.detail))


def _write_repair(rows: Any, file: Path, read: RecordRead) -> None:
    number = read.record.first("001", "a") or read.record.control("001")
    for code in read.repairs:
        rows.writerow((file, "read", read.number, read.offset, number, code.value, describe(code), ""))
