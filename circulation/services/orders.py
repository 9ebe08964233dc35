"""Receives copies that were ordered: labelled, then scanned as at check-in, so that whoever waits first gets them."""

from datetime import datetime

from django.db import transaction

from accounts.models import AuditEntry, StaffAccount
from circulation.services.check_in import check_in
from circulation.services.results import CheckInResult
from circulation.services.undo_entries import changed
from holdings.errors import ItemRefused
from holdings.models import Branch, Item
from holdings.services.orders import label_arrived, take_label_off
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


def unlabel(entry: AuditEntry, item: Item) -> None:
    """Free the label's barcode of a copy, locked, whose arrival is being taken back, so that it can be used again.

    :param entry: the scan by which it came
    :raises UndoRefused: CHANGED_SINCE when no barcode is left for the copy to be on order under
    """
    about = {"subject_type": entry.subject_type, "subject_id": entry.subject_id}
    labelled = AuditEntry.objects.filter(**about, action="holdings.receive_ordered_item", pk__lt=entry.pk)
    facts = labelled.order_by("-pk").values_list("facts", flat=True).first()
    if facts is None:
        return
    try:
        take_label_off(item=item, label=facts["barcode"], ordered_as=facts["ordered_as"])
    except ItemRefused as refused:
        raise changed() from refused
