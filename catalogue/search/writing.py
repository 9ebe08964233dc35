"""Keeping a node's index true: reading on from the change feed, and building a new index from all records."""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path

from django_tenants.utils import get_public_schema_name, schema_context
from tantivy import Index, IndexWriter, Occur, Query, Searcher

from catalogue.models import BibliographicRecord
from catalogue.search import folder, schema
from catalogue.search.documents import ANYTHING, COLUMNS, Holdings, document_of, work_number
from catalogue.search.tantivy_gaps import count_of, is_damage
from catalogue.selectors import FeedEntry, follow, latest_change
from catalogue.selectors.enrichments import views_that_differ
from catalogue.selectors.parts import heads_of
from catalogue.selectors.work_company import in_company
from catalogue.selectors.works import works_of
from catalogue.services.change_feed import followers_are_reading
from common.prepared_statements import all_rows

logger = logging.getLogger(__name__)

_BATCH = 1000
# Tantivy's buffers: a follower writes little at a time, a rebuild everything.
_FOLLOWER_BUFFER = 30_000_000
_REBUILD_BUFFER = 120_000_000
_ENTRIES_AT_ONCE = 5000
_HOLDINGS = """
    SELECT held.record_id, municipality.schema_name, held.branch_code, held.items
    FROM public.catalogue_holdingssummary held
    JOIN public.tenants_municipality municipality ON municipality.id = held.municipality_id
    WHERE held.record_id = ANY (%s::bigint[]) AND held.items > 0
"""


def catch_up() -> int:
    """Bring the node's index up to the newest change, building it first if there's none; return the changes read.

    :raises folder.WriterIsBusy: if another process writes it
    """
    count = 0
    with schema_context(get_public_schema_name()):
        while True:
            with folder.writer_lock():
                followers_are_reading()
                count += catch_up_once()
            # A change that came after the last look, while the lock was still held, found nobody to read it.
            path = folder.writable_index()
            state = folder.read_state(path) if path else None
            if state is None or state.change >= latest_change():
                return count


def rebuild(*, report: Callable[[folder.Progress], None] | None = None) -> int:
    """Build a new index from all records while the old one goes on answering; return the number of records.

    :param report: called with the progress after each batch
    """
    with folder.writer_lock(wait=True), schema_context(get_public_schema_name()):
        return _build(report=report)


def catch_up_once() -> int:
    """Read the feed to its end, as whoever holds the lock; return the changes read."""
    path = folder.writable_index()
    if path is None or _belongs_to_another_catalogue(path):
        _build(report=None)
        path = folder.writable_index()
    return _read_on(path) if path else 0


def _belongs_to_another_catalogue(path: Path) -> bool:
    """Say whether the index knows changes that the feed doesn't, as after the database was restored."""
    state = folder.read_state(path)
    return state is not None and state.change > latest_change()


def _read_on(path: Path) -> int:
    state = folder.read_state(path)
    last = state.change if state else 0
    entries = follow(last, limit=_ENTRIES_AT_ONCE)
    if not entries:
        return 0
    try:
        return _write(path, entries)
    except BaseException as problem:
        if not is_damage(problem):
            raise
        folder.mark_suspect(path)
        _build(report=None)
        return len(entries)


def _write(path: Path, entries: Sequence[FeedEntry]) -> int:
    index = Index.open(str(path))
    index.config_reader(reload_policy="manual", num_warmers=0)
    writer = index.writer(heap_size=_FOLLOWER_BUFFER, num_threads=1)
    count = 0
    while entries:
        index.reload()
        changed = {entry.record_id for entry in entries}
        works = _replace(writer, sorted(changed))
        _replace(writer, sorted(_no_longer_alone(index.searcher(), works) - changed))
        writer.commit()
        folder.write_state(path, change=entries[-1].number)
        count += len(entries)
        entries = follow(entries[-1].number, limit=_ENTRIES_AT_ONCE)
    writer.wait_merging_threads()
    return count


def _no_longer_alone(searcher: Searcher, works: Collection[str]) -> set[int]:
    """Return the records that stand in the index as the only editions of works that have several by now."""
    if not works:
        return set()
    of_works = Query.term_set_query(schema.index_schema(), schema.WORK_NUMBER, [work_number(work) for work in works])
    known = Query.term_query(schema.index_schema(), schema.SEVERAL, ANYTHING, index_option="basic")
    alone = Query.boolean_query([(Occur.Must, of_works), (Occur.MustNot, known)])
    if not (count := count_of(searcher, alone)):
        return set()
    addresses = [address for _score, address in searcher.search(alone, count).hits]
    return {int(record_id or 0) for record_id in searcher.fast_field_values(schema.ID, addresses)}


def _replace(writer: IndexWriter, record_ids: Sequence[int]) -> set[str]:
    """Write records anew, and return those of their works that may have several editions."""
    works: set[str] = set()
    writer.delete_documents_by_query(Query.term_set_query(schema.index_schema(), schema.ID, list(record_ids)))
    for start in range(0, len(record_ids), _BATCH):
        rows = BibliographicRecord.objects.filter(pk__in=record_ids[start : start + _BATCH], deleted_at=None)
        works |= _add(writer, list(rows.only(*COLUMNS)))
    return works


def _add(writer: IndexWriter, records: Sequence[BibliographicRecord]) -> set[str]:
    ids = [record.pk for record in records]
    holdings, own = _holdings_of(ids), views_that_differ(ids)
    works = works_of(records)
    company = in_company(records, works)
    heads = heads_of(records)
    for record in records:
        try:
            document = document_of(
                record,
                holdings.get(record.pk, Holdings()),
                works[record.pk],
                heads.get(record.pk, ()),
                is_in_company=record.pk in company,
                own=own.get(record.pk, {}),
            )
        except Exception:
            # One record that nobody foresaw mustn't keep all others from being found.
            logger.exception("A record can't be indexed", extra={"record": record.pk})
        else:
            writer.add_document(document)
    return {works[pk] for pk in company}


def _holdings_of(record_ids: Iterable[int]) -> dict[int, Holdings]:
    branches: dict[int, dict[str, list[str]]] = {}
    items: dict[int, int] = {}
    for record_id, name, code, count in all_rows(_HOLDINGS, [list(record_ids)]):
        branches.setdefault(record_id, {}).setdefault(name, []).append(code)
        items[record_id] = items.get(record_id, 0) + count
    return {record_id: Holdings(found, items[record_id]) for record_id, found in branches.items()}


def _build(*, report: Callable[[folder.Progress], None] | None) -> int:
    current = folder.current_index()
    folder.remove_leftovers(keep=current)
    path = folder.new_folder()
    # Changes after this number are read from the feed afterwards, even if the records below already have them.
    change = latest_change()
    total = _count()
    done = 0
    try:
        folder.write_progress(folder.Progress(0, total))
        writer = Index(schema.index_schema(), path=str(path)).writer(heap_size=_REBUILD_BUFFER, num_threads=1)
        for records in _batches():
            _add(writer, records)
            done += len(records)
            progress = folder.Progress(done, max(total, done))
            folder.write_progress(progress)
            if report:
                report(progress)
        writer.commit()
        writer.wait_merging_threads()
        folder.write_state(path, change=change)
        folder.make_current(path)
    finally:
        folder.write_progress(None)
    return done


def _count() -> int:
    return BibliographicRecord.objects.filter(deleted_at=None).count()


def _batches() -> Iterator[list[BibliographicRecord]]:
    last = 0
    while True:
        rows = BibliographicRecord.objects.filter(pk__gt=last, deleted_at=None).order_by("pk").only(*COLUMNS)
        records = list(rows[:_BATCH])
        if not records:
            return
        yield records
        last = records[-1].pk
