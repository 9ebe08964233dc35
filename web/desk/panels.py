"""What the panel beside the work says of a patron, in words: why she may not borrow, and her numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from circulation.selectors.panels import PatronPanel, patron_panel
from circulation.selectors.visits import takes_receipt
from patrons.rules import age_on
from web.account.requests import DeskRequest
from web.desk.answers import notice_words
from web.words.for_staff import ReasonText


@dataclass(frozen=True)
class Panel:
    """A patron's panel, ready for the page."""

    facts: PatronPanel
    stops: list[ReasonText]
    now: datetime

    @property
    def patron(self) -> Any:
        """The patron herself."""
        return self.facts.patron

    @property
    def age(self) -> int | None:
        """How old she is today, when the birth date is known."""
        return age_on(self.patron.birth_date, timezone.localdate(self.now))

    @property
    def takes_receipt(self) -> bool:
        """Whether her receipt can go by e-mail."""
        return takes_receipt(self.patron)

    @property
    def near_limit(self) -> bool:
        """Whether she may borrow nothing more."""
        return self.facts.max_loans is not None and self.facts.loans >= self.facts.max_loans


def panel_of(
    request: DeskRequest, patron_id: int | None, *, patron: Any = None, seen: Mapping[str, Any] | None = None
) -> Panel | None:
    """Return a patron's panel as seen from the branch of whoever asks, or None if there's no such patron.

    :param patron: her row, if it has just been read anyway
    :param seen: the facts of her, if they're known
    """
    if patron_id is None:
        return None
    now = timezone.now()
    branch = request.staff.branch
    facts = patron_panel(patron_id=patron_id, branch=branch, now=now, patron=patron, facts=seen)
    if facts is None:
        return None
    return Panel(facts, notice_words(request, facts.stops), now)
