"""`manage.py read_school_register FILE [--since EARLIER]`: say what an export holds, or what's new; change nothing."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from schools.register.difference import difference
from schools.register.new_year import class_moves
from schools.register.people import GroupKind, RegisterUnreadable, Role, SchoolExport
from schools.register.reading import read_register
from schools.register.standing import Standing


class Command(BaseCommand):
    """Reads an export and counts; no name of a person is shown, for logs keep what a command prints."""

    help = "Say what an export of a school register holds (STIL, OneRoster, SS12000), or what's new. Changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the export."""
        parser.add_argument("file", type=Path, help="STIL's XML, or a ZIP archive of OneRoster's CSV or SS12000's JSON")
        parser.add_argument("--since", type=Path, help="an earlier export: say what's different now instead")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read and report.

        :raises CommandError: if nothing of it can be used
        """
        earlier = {school.number: school for school in self._read(options["since"])} if options["since"] else {}
        for school in self._read(options["file"]):
            before = earlier.pop(school.number, None)
            if before:
                self._say_difference(before, school)
            else:
                self._say(school)
        for missing in earlier.values():
            self.stdout.write(f"{missing.number} {missing.name} isn't in the newer export")

    def _read(self, path: Path) -> list[SchoolExport]:
        try:
            with path.open("rb") as file:
                return list(read_register(file, today=timezone.localdate()))
        except OSError as problem:
            raise CommandError(f"{path} can't be read: {problem.strerror}") from problem
        except RegisterUnreadable as problem:
            raise CommandError(f"{path} can't be used: {problem}") from problem

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
        self._say_problems(school)

    def _say_difference(self, before: SchoolExport, after: SchoolExport) -> None:
        known = Standing.of(before)
        found = difference(known, after)
        said = {
            "came": len(found.came),
            "left": len(found.left),
            "changed class": len(found.moved),
            "changed otherwise": len(found.changed),
            "new groups": len(found.new_groups),
            "groups gone": len(found.gone_groups),
            "groups changed": len(found.renamed),
        }
        counts = ", ".join(f"{count} {what}" for what, count in said.items() if count)
        years = " to ".join(dict.fromkeys((before.school_year, after.school_year)))
        self.stdout.write(f"{after.number} {after.name}, {years}: {counts or 'nothing new'}")
        for doubt in found.doubts:
            self.stdout.write(f"  Look before you believe it: {doubt}")
        if found.is_new_year:
            names = {group.key: group.name for group in after.groups}
            for move in class_moves(known, after):
                to = names.get(move.after, "–")
                self.stdout.write(f"  {move.before.name} → {to} ({move.way}, {move.together:.0%} of its pupils)")
        self._say_problems(after)

    def _say_problems(self, school: SchoolExport) -> None:
        for problem in school.problems:
            self.stdout.write(f"  {problem.slip}: {' '.join(filter(None, (problem.place, problem.detail)))}")
