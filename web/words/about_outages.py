"""Why a scan that was recorded during an outage wasn't carried out, in the words of the desk."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext

from circulation.errors import Code

OUTAGE_TEXTS: dict[str, Callable[[Mapping[str, Any]], tuple[str, str, str]]] = {
    Code.TIME_AHEAD: lambda facts: (
        gettext("Its time is still to come."),
        str(facts.get("said", "")),
        gettext("Check the clock of the computer that recorded it."),
    ),
    Code.TIME_TOO_OLD: lambda facts: (gettext("Its time lies too far back."), str(facts.get("said", "")), ""),
    Code.TIME_UNREADABLE: lambda _facts: (gettext("It carries no time that can be read."), "", ""),
    Code.SCANNED_SINCE: lambda _facts: (
        gettext("The item was scanned somewhere else after that."),
        "",
        gettext("The item's page says what was done last."),
    ),
    Code.CARD_UNKNOWN: lambda _facts: (gettext("No patron has this card."), "", gettext("Find out whose it is.")),
    Code.NOT_HER_BRANCH: lambda facts: (
        gettext("It was recorded at a branch where you don't work."),
        str(facts.get("branch", "")),
        gettext("Somebody who works there can settle it."),
    ),
    Code.NOTE_MISSING: lambda _facts: (gettext("Write what you have done instead."), "", ""),
}
