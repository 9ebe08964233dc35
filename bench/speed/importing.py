"""Importing files of MARC records into the full catalogue; what's imported is taken back."""

from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import pymarc
from django.db import connection, transaction
from django.utils import timezone

from bench.demo.facts import Title
from bench.demo.invented import invented_titles
from bench.demo.marc import write_marc
from bench.speed.cpu import OwnClock
from bench.speed.figures import Figure, Figures, MeasurementBroke
from bench.speed.memory import PeakMemory
from bench.speed.quiet import settle
from bench.speed.setting import Setting
from catalogue.services.import_by_profile import plan_profile_import, run_profile_import
from catalogue.services.import_marc import import_marc
from catalogue.services.import_profiles import save_profile
from catalogue.services.records import Author
from tenants.choice import choose, choose_none

_RECORDS = 50_000
_BY_PROFILE = 10_000
_GOAL = 1000.0
# A million records in twenty minutes.
_GOAL_WITH_MATCHING = 833.0
# Other titles than the municipality's.
_SEED = 2026


def measure(setting: Setting) -> Figures:
    """Import the same records in both formats, each time as new ones."""
    count = max(500, int(_RECORDS * min(setting.scale, 1)))
    iso, xml = setting.folder / "records.mrc", setting.folder / "records.xml"
    supplied = setting.folder / "supplied.mrc"
    try:
        _write_iso2709(iso, count)
        _write_marcxml(iso, xml)
        settle()
        choose_none()
        yield _import("ISO 2709", iso, count)
        yield _import("MARCXML", xml, count)
        yield from _by_profile(iso, supplied, max(500, count * _BY_PROFILE // _RECORDS))
    finally:
        choose(setting.municipality)
        iso.unlink(missing_ok=True)
        xml.unlink(missing_ok=True)
        supplied.unlink(missing_ok=True)
        with connection.cursor() as cursor:
            # What was taken back still lies in the tables.
            cursor.execute(
                "VACUUM (ANALYZE) public.catalogue_bibliographicrecord, public.catalogue_recordversion,"
                " public.catalogue_change, public.catalogue_harvestentry, public.catalogue_importentry"
            )


def _import(name: str, file: Path, count: int) -> Figure:
    with transaction.atomic(), PeakMemory() as memory:
        clock = OwnClock()
        report = import_marc(file=file, source="BENCH", owner="BENCH", now=timezone.now())
        spent = clock.read()
        transaction.set_rollback(True)
    if report.created != count:
        raise MeasurementBroke(f"{count} records were to be created: {report.counts} {report.failures[:3]}")
    detail = f"{count:,} records, {count / spent.wall:,.0f} a second by the clock; {spent}; {memory}"
    return Figure(
        name=f"MARC import, {name}", value=count / spent.cpu, unit="records/CPU s", goal=_GOAL, bound=">", detail=detail
    )


def _by_profile(new: Path, supplied: Path, count: int) -> Figures:
    """Bring new records in with matching, then the same titles as a supplier numbers and describes them."""
    _take(new, supplied, count)
    author, now = Author(None, None), timezone.now()
    with transaction.atomic():
        profile = save_profile(values={"name": "BENCH", "takes_best": True}, author=author)
        for name, file, outcome in (("new", new, "CREATED"), ("laid over", supplied, "CHANGED")):
            with _first(file, count) as part:
                run = plan_profile_import(profile=profile, file_name=file.name, source="BENCH", author=author, now=now)
                clock = OwnClock()
                done = run_profile_import(run_id=run.pk, file=part, author=author, now=now)
                spent = clock.read()
            if sum(done.counts.values()) != count or done.counts.get(outcome, 0) * 10 < count * 9:
                raise MeasurementBroke(f"nine of ten of {count} records were to be {name}: {done.counts}")
            counts = ", ".join(f"{number:,} {each.lower()}" for each, number in sorted(done.counts.items()))
            yield Figure(
                name=f"Import by a profile, {name}",
                value=count / spent.wall,
                unit="records/s",
                goal=_GOAL_WITH_MATCHING,
                bound=">",
                detail=f"{counts}; {count / spent.cpu:,.0f} a CPU second; {spent}",
            )
        transaction.set_rollback(True)


def _first(file: Path, count: int) -> BytesIO:
    """Return the first records of a file in ISO 2709."""
    with file.open("rb") as records:
        return BytesIO(b"".join(islice(_pieces(records), count)))


def _pieces(records: BinaryIO) -> Iterator[bytes]:
    while length := records.read(5):
        yield length + records.read(int(length) - 5)


def _take(new: Path, supplied: Path, count: int) -> None:
    with new.open("rb") as records, supplied.open("wb") as out:
        for place, record in enumerate(islice(pymarc.MARCReader(records, to_unicode=True), count)):
            record["001"].data, record["003"].data = f"{place:07d}", "BENCH-SUPPLIER"
            note = pymarc.Subfield(code="a", value="From the supplier.")
            record.add_ordered_field(pymarc.Field("500", pymarc.Indicators(" ", " "), [note]))
            out.write(record.as_marc())


def _write_iso2709(file: Path, count: int) -> None:
    titles: list[Title] = list(islice(invented_titles(_SEED), count))
    entered = timezone.localdate()
    with file.open("wb") as out:
        for place, title in enumerate(titles):
            out.write(write_marc(title, f"import-{place:07d}", entered))


def _write_marcxml(iso: Path, xml: Path) -> None:
    with iso.open("rb") as records, xml.open("wb") as out:
        writer = pymarc.XMLWriter(out)
        for record in pymarc.MARCReader(records):
            writer.write(record)
        writer.close(close_fh=False)
