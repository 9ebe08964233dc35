"""Sources of records that are asked every night: a library's own, their imports, and those whose night it is."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from catalogue.models import ImportRun, ImportSource, SourceKind

# By the local clock, when nobody catalogues and other libraries expect to be asked.
_FIRST_HOUR, _LAST_HOUR = 1, 4
_BETWEEN_LOOKS = timedelta(minutes=30)


def sources_for(municipality_id: int | None) -> list[ImportSource]:
    """Return a library's own sources by name, with their profiles; with None, the consortium's."""
    return list(ImportSource.objects.filter(municipality=municipality_id).select_related("profile"))


def own_source(source_id: int, municipality_id: int | None) -> ImportSource | None:
    """Return a source that's the library's own, or None."""
    return ImportSource.objects.filter(pk=source_id, municipality=municipality_id).first()


def harvested_runs(municipality_id: int | None, limit: int = 20) -> list[ImportRun]:
    """Return a library's newest imports that came from its sources."""
    runs = ImportRun.objects.filter(municipality=municipality_id, harvested_from__isnull=False)
    return list(runs.select_related("harvested_from").order_by("-started_at", "-pk")[:limit])


def unfinished_harvests(source_id: int, municipality_id: int | None) -> list[ImportRun]:
    """Return the imports from a library's source that wait for a worker or have lost theirs, oldest first."""
    states = (ImportRun.State.WAITING, ImportRun.State.RUNNING)
    runs = ImportRun.objects.filter(harvested_from=source_id, municipality=municipality_id, state__in=states)
    return list(runs.order_by("started_at", "pk"))


def _is_looked_into(source: ImportSource, now: datetime) -> bool:
    return source.asked_at is None or now - source.asked_at >= _BETWEEN_LOOKS


def due_sources(now: datetime) -> Iterator[tuple[str, int, date]]:
    """Yield municipality (empty for the consortium), source and local day of each that's to be asked now.

    Providers once a night, folders every half hour.
    """
    active = ImportSource.objects.filter(is_active=True).select_related("municipality")
    for source in active:
        zone = source.municipality.time_zone if source.municipality else settings.TIME_ZONE
        try:
            local = now.astimezone(ZoneInfo(zone))
        except (LookupError, ValueError, OSError):
            # The nights' clock tells of a time zone that nobody knows.
            continue
        is_night = _FIRST_HOUR <= local.hour <= _LAST_HOUR and source.asked_on != local.date()
        if _is_looked_into(source, now) if source.kind == SourceKind.FOLDER else is_night:
            yield source.municipality.schema_name if source.municipality else "", source.pk, local.date()
