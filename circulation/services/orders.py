"""Receives copies that were ordered: labelled, then scanned as at check-in, so that whoever waits first gets them."""

from datetime import datetime

from django.db import transaction

from accounts.models import StaffAccount
from circulation.services.check_in import check_in
from circulation.services.results import CheckInResult
from holdings.models import Branch
from holdings.services.orders import label_arrived
from holdings.services.telling import tell_of_item, told_last


def receive_copy(*, item_id: int, barcode: str, branch: Branch, staff: StaffAccount, now: datetime) -> CheckInResult:
    """Take a copy on order into use at a branch, and say where it goes as a scan at check-in there does.

    :param barcode: of its label; empty when it keeps the one that it was ordered under
    :raises OrderRefused: COPY_NOT_ON_ORDER when it has come already, or was cancelled
    :raises ItemRefused: with every reason against the barcode
    :raises CheckInRefused: with what stands against scanning it here
    """
    with transaction.atomic(), told_last(now):
        item = label_arrived(item_id=item_id, barcode=barcode, actor=staff, now=now)
        result = check_in(item=item, branch=branch, staff=staff, now=now)
        # Counted at its home as before, and as one more that there is to read.
        tell_of_item(item, now)
        return result
