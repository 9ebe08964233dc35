"""Background work on the catalogue: the search index, which runs for no municipality, and files that one uploads."""

import logging
from datetime import date
from typing import Any, BinaryIO, cast

from celery import shared_task
from django.contrib.auth import get_user_model
from django.core.files import File
from django.core.files.storage import default_storage
from django.utils import timezone
from django_tenants.utils import get_public_schema_name, schema_context

from catalogue.models import ImportRun, SourceKind
from catalogue.remote.covers import picture_of
from catalogue.search.folder import WriterIsBusy
from catalogue.search.writing import catch_up
from catalogue.selectors.import_sources import due_sources, unfinished_harvests
from catalogue.services.all_series import fill_all_series
from catalogue.services.change_feed import followers_are_reading
from catalogue.services.covers import (
    COVER_TASK,
    forget_question,
    is_source_silent,
    keep_cover,
    keep_silence,
    note_silence,
    place_at_source,
)
from catalogue.services.folder_sources import take_files
from catalogue.services.harvests import claim, harvest
from catalogue.services.heading_changes import carry_heading_changes
from catalogue.services.import_by_profile import run_profile_import
from catalogue.services.import_marc import import_marc
from catalogue.services.import_undo import undo_import
from catalogue.services.record_headings import catch_up_headings
from catalogue.services.records import Author
from catalogue.services.title_keys import fill_title_keys
from catalogue.services.work_keys import fill_work_keys
from common.remote_sources import RemoteFailed, Trouble
from tenants.locks import only_one
from tenants.selectors import current_municipality
from tenants.tasks import tenant_task

logger = logging.getLogger(__name__)

# The clock looks every minute: a message that has waited longer is superseded by the next one.
_EVERY = 55
_EVERY_HARVEST = 290
# Less than a minute's work for a worker that others need too.
_KEYS_AT_A_TIME = 20_000
_COVER_WAITS, _COVER_EXPIRES = 5, 600


@shared_task(name="catalogue.tasks.follow_change_feed")
def follow_change_feed(**_unknown: Any) -> None:
    """Bring this node's search index up to the newest change; build it if it's missing or of another release."""
    with schema_context(get_public_schema_name()):
        try:
            changes = catch_up()
        except WriterIsBusy:
            # Whoever writes looks once more after it's done, so this change isn't missed; the next one wakes us again.
            followers_are_reading()
            return
    if changes:
        logger.info("Search index brought up to date", extra={"changes": changes})


@shared_task(name="catalogue.tasks.give_old_records_keys", expires=_EVERY)
def give_old_records_keys(**_unknown: Any) -> None:
    """Give records from before there were keys theirs, some at a time, so that no import waits for all of them.

    So too with their series. When there's none left, it's one look into an empty index for each.
    """
    with schema_context(get_public_schema_name()):
        filled = fill_title_keys(most=_KEYS_AT_A_TIME) + fill_work_keys(most=_KEYS_AT_A_TIME)
        filled += fill_all_series(most=_KEYS_AT_A_TIME)
    if filled:
        logger.info("Records given their keys", extra={"records": filled})


@shared_task(name="catalogue.tasks.follow_headings", expires=_EVERY)
def follow_headings(**_unknown: Any) -> None:
    """Read the headings of records that have changed, and carry new headings into the records that have old ones.

    Stopped anywhere, it goes on when the clock sends it again.
    """
    with schema_context(get_public_schema_name()), only_one("headings") as is_free:
        if not is_free:
            return
        catch_up_headings(most=_KEYS_AT_A_TIME)
        changed = carry_heading_changes(now=timezone.now())
    if changed:
        logger.info("New headings carried into records", extra={"records": changed})


@tenant_task
def import_uploaded_file(*, run_id: int, stored_as: str, source: str, owner: str, actor_id: int | None) -> None:
    """Import a file that an administrator uploaded, then delete it; the run tells how it went.

    :param stored_as: its name in the municipality's own storage
    """
    run = ImportRun.objects.get(pk=run_id)
    if run.state not in (ImportRun.State.WAITING, ImportRun.State.RUNNING):
        # A worker that died after the import left the file behind.
        default_storage.delete(stored_as)
        return
    actor = _account(actor_id)
    with default_storage.open(stored_as) as file:
        import_marc(file=cast(BinaryIO, file), source=source, owner=owner, now=timezone.now(), actor=actor, run=run)
    default_storage.delete(stored_as)


@tenant_task
def import_by_profile(*, run_id: int, actor_id: int | None) -> None:
    """Bring in what isn't in yet of a file that was uploaded to be imported by a profile; kept until all of it is in.

    Sent again when its worker dies, and then goes on where that one stood.
    """
    run = ImportRun.objects.select_related("municipality").get(pk=run_id)
    if run.state not in (ImportRun.State.WAITING, ImportRun.State.RUNNING):
        return
    _bring_in(run, Author(_account(actor_id), run.municipality))


@tenant_task
def undo_profile_import(*, run_id: int, actor_id: int | None) -> None:
    """Undo what's left to undo of an import by a profile, and delete its file if that's still there."""
    run = ImportRun.objects.select_related("municipality").get(pk=run_id)
    undo_import(run_id=run.pk, author=Author(_account(actor_id), run.municipality), now=timezone.now())
    if run.stored_as:
        default_storage.delete(run.stored_as)


@shared_task(name="catalogue.tasks.import_common_by_profile")
def import_common_by_profile(*, run_id: int, actor_id: int | None = None, **_unknown: Any) -> None:
    """Bring in what isn't in yet of a file that the consortium imports for all; see `import_by_profile`."""
    with schema_context(get_public_schema_name()):
        states = (ImportRun.State.WAITING, ImportRun.State.RUNNING)
        run = ImportRun.objects.filter(pk=run_id, municipality=None, state__in=states).first()
        if run is not None:
            _bring_in(run, Author(_account(actor_id), None))


@shared_task(name="catalogue.tasks.undo_common_import")
def undo_common_import(*, run_id: int, actor_id: int | None = None, **_unknown: Any) -> None:
    """Undo what's left to undo of an import that the consortium made for all."""
    with schema_context(get_public_schema_name()):
        run = ImportRun.objects.filter(pk=run_id, municipality=None).first()
        if run is not None:
            undo_import(run_id=run.pk, author=Author(_account(actor_id), None), now=timezone.now())
            if run.stored_as:
                default_storage.delete(run.stored_as)


@shared_task(name="catalogue.tasks.start_harvests", expires=_EVERY_HARVEST)
def start_harvests(**_unknown: Any) -> int:
    """Let each source whose night it is be asked, once, and return to how many messages were sent."""
    sent = 0
    for schema_name, source_id, day in due_sources(timezone.now()):
        keywords = {"source_id": source_id, "local_day": day.isoformat()}
        if schema_name:
            harvest_source.apply_async(kwargs={**keywords, "schema_name": schema_name})
        else:
            harvest_common_source.apply_async(kwargs=keywords)
        sent += 1
    return sent


@tenant_task
def harvest_source(*, source_id: int, local_day: str = "", actor_id: int | None = None) -> None:
    """Ask one of a municipality's sources what has changed, and bring that in.

    :param local_day: of the night; empty when somebody asked for it
    """
    _harvest(source_id, local_day, Author(_account(actor_id), current_municipality()))


@shared_task(name="catalogue.tasks.harvest_common_source")
def harvest_common_source(*, source_id: int, local_day: str = "", actor_id: int | None = None, **_unknown: Any) -> None:
    """Ask one of the consortium's sources, for all municipalities."""
    with schema_context(get_public_schema_name()):
        _harvest(source_id, local_day, Author(_account(actor_id), None))


def _harvest(source_id: int, local_day: str, author: Author) -> None:
    now = timezone.now()
    municipality_id = author.municipality.pk if author.municipality else None
    with only_one(f"harvest-{source_id}") as is_free:
        if not is_free:
            return
        day = date.fromisoformat(local_day) if local_day else None
        source = claim(source_id, municipality_id, day=day, now=now)
        if source and source.kind == SourceKind.FOLDER:
            take_files(source=source, store=_stored, author=author, now=now)
        elif source:
            harvest(source=source, store=_stored, discard=default_storage.delete, author=author, now=now)
    # Beside the new one, any whose worker died: nobody else is told to go on with it.
    for run in unfinished_harvests(source_id, municipality_id):
        if default_storage.exists(run.stored_as):
            _bring_in(run, author)


def _stored(file: BinaryIO) -> str:
    return default_storage.save(f"imports/{timezone.now():%Y%m%d-%H%M%S}.xml", File(file))


def _bring_in(run: ImportRun, author: Author) -> None:
    with default_storage.open(run.stored_as) as file:
        done = run_profile_import(run_id=run.pk, file=cast(BinaryIO, file), author=author, now=timezone.now())
    if done.state == ImportRun.State.DONE:
        default_storage.delete(run.stored_as)


def _account(actor_id: int | None) -> Any:
    return get_user_model().objects.filter(pk=actor_id).first() if actor_id else None


@shared_task(name=COVER_TASK)
def fetch_cover(*, isbn: str, until: float | None = None, **_unknown: Any) -> None:
    """Ask the installation's source for an edition's cover and keep what it says; later, while others ask.

    :param until: when it's given up, in seconds as `time.time` counts them, so that the next reader's page asks anew
    """
    now = timezone.now()
    until = until or now.timestamp() + _COVER_EXPIRES
    with schema_context(get_public_schema_name()), place_at_source() as is_free:
        if is_source_silent():
            forget_question(isbn)
            return
        if not is_free:
            if now.timestamp() + _COVER_WAITS < until:
                fetch_cover.apply_async(kwargs={"isbn": isbn, "until": until}, countdown=_COVER_WAITS)
            else:
                forget_question(isbn)
            return
        try:
            picture = picture_of(isbn)
        except RemoteFailed as failed:
            logger.warning("The source of covers doesn't answer", extra={"problem": failed.trouble.value})
            if failed.trouble in (Trouble.UNREACHABLE, Trouble.TOO_SLOW) or failed.status in (429, 503):
                note_silence()
            keep_silence(isbn=isbn, now=now)
            return
        content, content_type = (picture.content, picture.content_type) if picture else (b"", "")
        keep_cover(isbn=isbn, content=content, content_type=content_type, now=now)
