"""`manage.py import_by_profile`: brings a delivery in by a profile, goes on with one, undoes one, or looks ahead."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalogue.errors import RecordRefused
from catalogue.management.import_progress import ImportProgress
from catalogue.models import ImportRun
from catalogue.selectors.import_profiles import usable_profile
from catalogue.selectors.import_reports import report_lines
from catalogue.services.import_by_profile import plan_profile_import, resume_import, run_profile_import
from catalogue.services.import_preview import preview_import
from catalogue.services.import_profiles import rules_of
from catalogue.services.import_undo import begin_undo, undo_import
from catalogue.services.records import Author
from tenants.choice import choose, choose_none
from tenants.models import Municipality


class Command(BaseCommand):
    """For one municipality, or with none for the consortium."""

    help = (
        "Import MARC records by a profile, which says how records are matched and what becomes of them. With --preview "
        "nothing is written. A run that broke off is gone on with by --resume, with the same file."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what is to be done, with which file."""
        parser.add_argument("file", type=Path, nargs="?")
        parser.add_argument("--municipality", default="", metavar="SCHEMA", help="whose import it is (the consortium)")
        parser.add_argument("--profile", default="", help="the profile's name")
        parser.add_argument("--source", default="import", help="whose numbers the records have if they name no agency")
        parser.add_argument("--report", type=Path, help="write what became of each record to this CSV file")
        parser.add_argument("--preview", action="store_true", help="show what would become of the first hundred")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--resume", type=int, metavar="RUN", help="go on with this import")
        what.add_argument("--undo", type=int, metavar="RUN", help="undo this import")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it.

        :raises CommandError: if there's no such municipality, profile, run or file, or the run can't do that now
        """
        municipality = self._municipality(options["municipality"])
        if municipality:
            choose(municipality)
        try:
            self._do(Author(None, municipality), options)
        except RecordRefused as refused:
            raise CommandError(", ".join(refused.codes)) from refused
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        finally:
            if municipality:
                choose_none()

    def _municipality(self, schema: str) -> Municipality | None:
        if not schema:
            return None
        found = Municipality.objects.filter(schema_name=schema).exclude(schema_name="public").first()
        if found is None:
            raise CommandError(f"There's no municipality {schema}")
        return found

    def _do(self, author: Author, options: dict[str, Any]) -> None:
        if options["undo"]:
            run = self._run(options["undo"], author)
            begin_undo(run_id=run.pk, author=author)
            self._show(undo_import(run_id=run.pk, author=author, now=timezone.now()), options["report"])
            return
        file = options["file"]
        if file is None:
            raise CommandError("Which file?")
        if options["resume"]:
            run = self._run(options["resume"], author)
            resume_import(run_id=run.pk, author=author)
        else:
            profile = usable_profile(options["profile"], author.municipality.pk if author.municipality else None)
            if profile is None:
                raise CommandError(f"There's no profile '{options['profile']}'")
            if options["preview"]:
                self._preview(file, options["source"], profile)
                return
            with file.open("rb"):
                # No run is noted for a file that isn't there.
                pass
            run = plan_profile_import(
                profile=profile, file_name=file.name, source=options["source"], author=author, now=timezone.now()
            )
        progress = ImportProgress(self.stdout, file.name)
        done = run_profile_import(run_id=run.pk, file=file, author=author, now=timezone.now(), progress=progress)
        progress.clear()
        self._show(done, options["report"])

    def _run(self, run_id: int, author: Author) -> ImportRun:
        mine = ImportRun.objects.filter(pk=run_id, municipality=author.municipality)
        run = mine.exclude(settings=None).first()
        if run is None:
            raise CommandError(f"There's no import {run_id} by a profile")
        return run

    def _preview(self, file: Path, source: str, profile: Any) -> None:
        for each in preview_import(file=file, source=source, profile=rules_of(profile)):
            known = f" = {each.record_id} ({each.score})" if each.record_id and each.score is not None else ""
            reasons = f" [{', '.join(each.reasons)}]" if each.reasons else ""
            what = f"{each.action or 'FAILED'} {each.why}".strip()
            self.stdout.write(f"{each.position} {each.title or each.control_number}: {what}{known}{reasons}")
            for change in each.changes:
                text = (change.new or change.old or ("", ""))[1].replace("\x1f", "$")
                self.stdout.write(f"    {change.sign} {change.tag} {text}")

    def _show(self, run: ImportRun, report: Path | None) -> None:
        counts = ", ".join(f"{count:,} {name.lower()}" for name, count in sorted(run.counts.items()) if count)
        self.stdout.write(f"Import {run.pk}, {run.state.lower()}: {counts or 'nothing in it'}")
        if run.problem:
            self.stdout.write(f"  {run.problem}")
        if report:
            with report.open("w", encoding="utf-8", newline="") as lines:
                lines.writelines(report_lines(run.pk))
