"""`manage.py import_authorities`: brings authority files and tables of classes into a vocabulary."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalogue.management.import_progress import ImportProgress
from catalogue.models import Vocabulary
from catalogue.selectors.authorities import get_vocabulary, vocabularies
from catalogue.services.import_authorities import AuthorityReport, import_authorities, import_classes
from catalogue.services.records import Author

_SHOWN = 20


class Command(BaseCommand):
    """Imports MARC 21 authority records, or a table of classes where the file's name ends in .csv."""

    help = (
        "Import authorities: MARC 21 authority files (ISO 2709, MARCXML), or tables of classes as CSV with the columns "
        "number, caption, variants, see_also. The same file again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the vocabulary and the files."""
        parser.add_argument("vocabulary", help="its code, for instance yso")
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")

    def handle(self, *, vocabulary: str, paths: list[Path], **options: Any) -> None:
        """Import the files one by one.

        :raises CommandError: if there's no such vocabulary or file
        """
        chosen = get_vocabulary(vocabulary)
        if chosen is None:
            known = ", ".join(each.code for each in vocabularies())
            raise CommandError(f"There's no vocabulary {vocabulary}. There are: {known}")
        if missing := [path for path in paths if not path.is_file()]:
            raise CommandError(f"There's no file {missing[0]}")
        for path in paths:
            self._show(path, self._import(path, chosen))

    def _import(self, path: Path, vocabulary: Vocabulary) -> AuthorityReport:
        author, now = Author(None, None), timezone.now()
        if path.suffix.lower() == ".csv":
            with path.open(newline="", encoding="utf-8-sig") as lines:
                return import_classes(lines=lines, vocabulary=vocabulary, author=author, now=now)
        progress = ImportProgress(self.stdout, path.name)
        report = import_authorities(file=path, vocabulary=vocabulary, author=author, now=now, progress=progress)
        progress.clear()
        return report

    def _show(self, path: Path, report: AuthorityReport) -> None:
        self.stdout.write(
            f"{path.name}: {report.created:,} new, {report.changed:,} changed ({report.renamed:,} renamed), "
            f"{report.unchanged:,} as before, {len(report.kept):,} kept as changed by hand, "
            f"{len(report.refused):,} refused"
        )
        for place, names in report.kept[:_SHOWN]:
            self.stdout.write(f"  {place}: changed here by hand, and kept: {', '.join(names)}")
        if len(report.kept) > _SHOWN:
            self.stdout.write(f"  and {len(report.kept) - _SHOWN:,} more")
        for place, code in report.refused[:_SHOWN]:
            self.stdout.write(f"  {place}: {code}")
        if len(report.refused) > _SHOWN:
            self.stdout.write(f"  and {len(report.refused) - _SHOWN:,} more")
