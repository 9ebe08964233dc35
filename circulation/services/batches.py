"""Check-outs and check-ins of many barcodes at once: each line is an action of its own, with its own result."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from accounts.models import StaffAccount
from circulation.errors import CheckInRefused, CheckOutRefused, Code
from circulation.rules.reasons import blocking
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.results import CheckInResult, CheckOutResult
from common.barcodes import clean_barcode
from common.errors import Refused
from holdings.models import Branch, Item
from holdings.selectors import get_item_by_barcode
from patrons.models import Patron

LONGEST_BATCH = 500


@dataclass(frozen=True)
class BatchLine:
    """What became of one line.

    :ivar item: None when no item has this barcode
    """

    number: int
    barcode: str
    item: Item | None = None
    result: CheckInResult | CheckOutResult | None = None
    refused: Refused | None = None


def barcodes_in(text: str) -> list[str]:
    """Return the barcodes of a list: one a line, whatever stands behind a tab, comma or semicolon left out.

    The same barcode twice is one, in its first place.
    """
    firsts = (line.replace(";", "\t").replace(",", "\t").split("\t")[0] for line in text.splitlines())
    cleaned = (clean_barcode(first.strip().strip('"')) for first in firsts)
    return list(dict.fromkeys(filter(None, cleaned)))


def check_in_batch(
    *,
    barcodes: Iterable[str],
    branch: Branch,
    staff: StaffAccount,
    now: datetime,
    form_id: str,
    back_dated_to: date | None = None,
) -> list[BatchLine]:
    """Take back what stands on a list, line by line; a line that's refused doesn't hold up the others.

    :param form_id: the list's own id: sent twice, each line answers with its first result
    """
    act = partial(check_in, branch=branch, staff=staff, now=now, back_dated_to=back_dated_to)
    return _line_by_line(barcodes, act, CheckInRefused, form_id)


def check_out_batch(
    *,
    barcodes: Iterable[str],
    patron: Patron,
    branch: Branch,
    staff: StaffAccount,
    now: datetime,
    form_id: str,
    due_date: date | None = None,
) -> list[BatchLine]:
    """Lend what stands on a list to a patron, line by line; a line that's refused doesn't hold up the others.

    :param form_id: the list's own id: sent twice, each line answers with its first result
    """
    act = partial(check_out, patron=patron, branch=branch, staff=staff, now=now, due_date=due_date)
    return _line_by_line(barcodes, act, CheckOutRefused, form_id)


def _line_by_line(
    barcodes: Iterable[str],
    act: Callable[..., CheckInResult | CheckOutResult],
    refusal: type[Refused],
    form_id: str,
) -> list[BatchLine]:
    lines = []
    for number, barcode in enumerate(barcodes, start=1):
        item = get_item_by_barcode(barcode)
        if item is None:
            unknown = refusal([blocking(Code.ITEM_UNKNOWN, barcode=barcode)])
            lines.append(BatchLine(number, barcode, refused=unknown))
            continue
        try:
            result = act(item=item, scan_id=f"{form_id}:{number}")
        except refusal as refused:
            lines.append(BatchLine(number, barcode, item, refused=refused))
        else:
            lines.append(BatchLine(number, barcode, result.item, result))
    return lines
