"""Importing files of MARC records into the full catalogue; what's imported is taken back."""

from itertools import islice
from pathlib import Path

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
from catalogue.services.import_marc import import_marc
from tenants.choice import choose, choose_none

_RECORDS = 50_000
_GOAL = 1000.0
# Other titles than the municipality's.
_SEED = 2026


def measure(setting: Setting) -> Figures:
    """Import the same records in both formats, each time as new ones."""
    count = max(500, int(_RECORDS * min(setting.scale, 1)))
    iso, xml = setting.folder / "records.mrc", setting.folder / "records.xml"
    try:
        _write_iso2709(iso, count)
        _write_marcxml(iso, xml)
        settle()
        choose_none()
        yield _import("ISO 2709", iso, count)
        yield _import("MARCXML", xml, count)
    finally:
        choose(setting.municipality)
        iso.unlink(missing_ok=True)
        xml.unlink(missing_ok=True)
        with connection.cursor() as cursor:
            # What was taken back still lies in the tables.
            cursor.execute(
                "VACUUM (ANALYZE) public.catalogue_bibliographicrecord, public.catalogue_change,"
                " public.catalogue_harvestentry"
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
