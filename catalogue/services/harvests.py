"""A night's harvest of a source: what has changed is fetched into a file, which is then imported like any delivery.

Nothing is locked while the other side is asked. What came before it failed is imported all the same, and the next night
goes on behind it; from when on is asked next time is moved only by a harvest that reached its end.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO, cast

from django.db import transaction
from django.db.models import Q

from catalogue.models import ImportRun, ImportSource, SourceKind
from catalogue.oai_source import SourceFailed, SourceProblem, Wanted, pages
from catalogue.services.import_by_profile import plan_profile_import
from catalogue.services.import_sources import HARVESTED
from catalogue.services.records import Author
from common import audit

# A first harvest that's longer goes on the next night.
_MOST_BYTES, _MOST_PAGES, _SECONDS = 1 << 30, 20_000, 6 * 3600.0
_HEAD, _END = b'<?xml version="1.0" encoding="UTF-8"?>\n<collection>\n', b"</collection>\n"

Store = Callable[[BinaryIO], str]
Discard = Callable[[str], None]


@dataclass
class _Fetched:
    """What a harvest brought.

    :ivar moment: of the first page, from which the next harvest asks
    :ivar token: where it stopped; empty at the end
    """

    records: int = 0
    gone: int = 0
    size: int = 0
    moment: str = ""
    token: str = ""
    problem: str = ""


def claim(source_id: int, municipality_id: int | None, *, day: date | None, now: datetime) -> ImportSource | None:
    """Note that a source is asked now and return it; None if it's another's, stopped, or was asked this night.

    :param day: the local day of the night; None when somebody asks for it, which may be at any time
    """
    mine = ImportSource.objects.select_related("profile").filter(pk=source_id, municipality=municipality_id)
    if day is not None and mine.filter(kind=SourceKind.FOLDER).exists():
        # Looked into many times a day; what lies there is taken once all the same.
        claimed = mine.filter(is_active=True).update(asked_at=now)
    elif day is None:
        claimed = mine.update(asked_at=now)
    else:
        # Two workers write one after the other, and the second finds the day taken.
        untaken = Q(asked_on=None) | ~Q(asked_on=day)
        claimed = mine.filter(untaken, is_active=True).update(asked_on=day, asked_at=now)
    return mine.first() if claimed else None


def harvest(*, source: ImportSource, store: Store, discard: Discard, author: Author, now: datetime) -> ImportRun | None:
    """Fetch what has changed at a source, and return the import that waits with it; None when nothing came.

    :param store: keeps the file in the municipality's own storage and returns its name there
    :param discard: takes a file of that name away again, when its source is gone or another by now
    """
    wanted = Wanted(source.address, source.prefix, source.set_name, source.since, source.token)
    with tempfile.TemporaryFile() as file:
        file.write(_HEAD)
        fetched = _fetch(wanted, cast(BinaryIO, file))
        file.write(_END)
        file.seek(0)
        stored_as = store(cast(BinaryIO, file)) if fetched.records else ""
    run = _note(source, fetched, stored_as, author, now)
    if stored_as and run is None:
        discard(stored_as)
    return run


def _fetch(wanted: Wanted, file: BinaryIO) -> _Fetched:
    fetched, until = _Fetched(token=wanted.token), time.monotonic() + _SECONDS
    try:
        for number, page in enumerate(pages(wanted), start=1):
            for record in page.records:
                file.write(record + b"\n")
            fetched.records += len(page.records)
            fetched.gone += page.gone
            fetched.size += sum(map(len, page.records))
            fetched.moment, fetched.token = fetched.moment or page.moment, page.token
            if fetched.size > _MOST_BYTES or number >= _MOST_PAGES or time.monotonic() > until:
                break
        else:
            # Also where the last page says that there's nothing, instead of being the last.
            fetched.token = ""
    except SourceFailed as failed:
        fetched.problem = failed.code.value
        if failed.code == SourceProblem.TOKEN_TOO_OLD:
            fetched.token = ""
    return fetched


@transaction.atomic
def _note(source: ImportSource, fetched: _Fetched, stored_as: str, author: Author, now: datetime) -> ImportRun | None:
    row = ImportSource.objects.select_for_update(of=("self",)).select_related("profile").filter(pk=source.pk).first()
    if row is None or any(getattr(row, name) != getattr(source, name) for name in HARVESTED):
        # Deleted or asked for something else meanwhile, which begins anew; what came is of no use.
        return None
    if not source.token:
        # Only a harvest from the beginning knows from when on the next one asks.
        row.since_then = fetched.moment
    is_over = not fetched.token and not fetched.problem
    if is_over and row.since_then:
        row.since, row.since_then = row.since_then, ""
    row.token, row.problem = fetched.token, fetched.problem
    row.save(update_fields=["since", "since_then", "token", "problem"])
    facts = {"name": row.name, "records": fetched.records, "deleted": fetched.gone, "problem": fetched.problem}
    audit.record(action="catalogue.harvest", actor=author.account, subject=row, facts=facts)
    if not stored_as:
        return None
    return plan_profile_import(
        profile=row.profile,
        file_name=f"{row.name} {now:%Y-%m-%d}",
        source=author.municipality.schema_name if author.municipality else "import",
        author=author,
        now=now,
        stored_as=stored_as,
        harvested_from=row,
    )
