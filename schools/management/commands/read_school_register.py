"""`manage.py read_school_register FILE`: say what an export of a school register holds, and change nothing."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from schools.register.people import GroupKind, RegisterUnreadable, Role, SchoolExport
from schools.register.reading import read_register


class Command(BaseCommand):
    """Reads an export and counts; no name of a person is shown, for logs keep what a command prints."""

    help = "Read an export of a school register (STIL, OneRoster, SS12000) and say what's in it, without using it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the export."""
        parser.add_argument("file", type=Path, help="STIL's XML, or a ZIP archive of OneRoster's CSV or SS12000's JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read and report.

        :raises CommandError: if nothing of it can be used
        """
        try:
            with options["file"].open("rb") as file:
                for school in read_register(file, today=timezone.localdate()):
                    self._say(school)
        except OSError as problem:
            raise CommandError(f"The file can't be read: {problem.strerror}") from problem
        except RegisterUnreadable as problem:
            raise CommandError(f"The export can't be used: {problem}") from problem

    def _say(self, school: SchoolExport) -> None:
        kind = "changes only" if school.is_partial else "the whole school"
        roles = Counter(role for person in school.people for role in person.roles)
        counts = ", ".join(f"{roles[role]} {role.lower()}" for role in Role if roles[role])
        self.stdout.write(f"{school.number} {school.name}, {school.school_year}, {kind}: {counts or 'nobody'}")
        in_class = Counter(pupil.main_group for pupil in school.pupils)
        for group in school.groups:
            if group.kind is GroupKind.CLASS:
                level = "no level" if group.level is None else f"level {group.level}"
                self.stdout.write(f"  {group.name} ({group.key}), {level}: {in_class[group.key]} pupils")
        others = sum(1 for group in school.groups if group.kind is not GroupKind.CLASS)
        without = in_class[""]
        self.stdout.write(f"  {others} other groups; {without} pupils without a class; {len(school.gone)} have left")
        for problem in school.problems:
            self.stdout.write(f"  {problem.slip}: {' '.join(filter(None, (problem.place, problem.detail)))}")
