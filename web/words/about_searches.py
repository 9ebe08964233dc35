"""Why a search that a colleague wants to keep isn't kept."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from common.errors import Reason
from staffing.errors import Code

_REASONS = {
    Code.NO_SUCH_SEARCH: _("This search is gone."),
    Code.STALE: _("Somebody else has changed this search meanwhile. Look at it again."),
    Code.STAYS_SHARED: _(
        "All staff of the library have this search, so it stays shared. Save it for yourself under a name of your own;"
        " if nobody needs this one any more, delete it."
    ),
    Code.NO_NAME: _("Give the search a name."),
    Code.NOTHING_ASKED: _("Search for something first, or choose a filter."),
    Code.NAME_TAKEN: _("There's a search called “%(name)s” already."),
    Code.TOO_MANY: _("There can't be more than %(most)s searches. Delete one that nobody needs."),
}
_FIELDS = {Code.NO_NAME: "name", Code.NAME_TAKEN: "name", Code.STAYS_SHARED: "is_shared"}


def search_problems(reasons: Iterable[Reason]) -> list[tuple[str, str]]:
    """Return a sentence for each reason, with the field of the form that it's about; empty for none."""
    return [(_FIELDS.get(Code(reason.code), ""), str(_REASONS[Code(reason.code)]) % reason.facts) for reason in reasons]
