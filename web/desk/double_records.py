"""What a record that's entered may be already, taken from the refusal for the page that shows it."""

from collections.abc import Iterable
from typing import Any

from catalogue.errors import Code
from catalogue.selectors import get_record
from common.errors import Reason

_MOST_SHOWN = 10


def doubles_in(reasons: Iterable[Reason]) -> tuple[dict[str, Any] | None, list[Reason]]:
    """Return the records that it may be, with the key to enter it all the same, and the reasons besides.

    As long as there are others the key is of no use, so that it isn't given.
    """
    every = list(reasons)
    others = [reason for reason in every if reason.code != Code.PERHAPS_DOUBLE]
    double = next((reason for reason in every if reason.code == Code.PERHAPS_DOUBLE), None)
    if double is None or others:
        return None, others
    found = [record for pk in double.facts["record_ids"][:_MOST_SHOWN] if (record := get_record(pk))]
    return {"key": double.facts["key"], "records": list({record.pk: record for record in found}.values())}, []
