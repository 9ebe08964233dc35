"""Which visits changed something that people keep, and left no row in the audit log."""

from collections.abc import Iterable, Iterator

from tests.isolation.pages import Page
from tests.isolation.visits import Visit

# What's no change of anything that people keep: sessions, and the log itself.
NO_CHANGE = {"django_session", "accounts_auditentry"}
# Pages that begin something which is noted when it's done.
NOTED_LATER = {
    "console:provision": "tenants.provision",
    "console:imports": "catalogue.import",
    # Nothing is changed before it's looked at.
    "desk:new_bulk_change": "circulation.bulk_change",
    # A reason that was typed is only shown again here; what's written is taken back.
    "console:notice": "notices.save_template",
}


def unnoted(visited: Iterable[tuple[Page, Visit]]) -> Iterator[str]:
    """Yield what's wrong with each visit that wrote something and noted nothing."""
    for _page, visit in visited:
        tables = {table.split(".")[1] for table in visit.written}
        if visit.status < 400 and tables - NO_CHANGE and "accounts_auditentry" not in tables:
            if visit.name not in NOTED_LATER:
                yield f"{visit} wrote {sorted(tables)} and noted nothing"
