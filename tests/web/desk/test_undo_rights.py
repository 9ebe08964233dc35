"""Whoever may do a thing may take it back, and nobody else: who sees to items sends collections, but lends nothing."""

from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from circulation.models import Loan, Transit
from circulation.services.check_out import check_out
from circulation.services.rotations import add_item, add_stop, plan_rotation, send_on
from tests.factories import BranchFactory, ItemFactory, PatronFactory, StaffAccountFactory


def test_a_collection_is_called_back_by_who_may_send_it_and_no_loan_by_who_may_not_lend(logged_in, desk_branch, rules):
    staff = StaffAccountFactory()
    tour = plan_rotation(name="Comics", note="", staff=staff)
    add_stop(collection=tour, branch=BranchFactory(code="third"), planned_on=None, staff=staff)
    add_item(collection=tour, item=ItemFactory(home_branch=desk_branch), staff=staff)
    send_on(collection=tour, staff=staff, now=timezone.now())
    sent = AuditEntry.objects.get(action="circulation.send_rotation", subject_id=tour.pk)
    item, patron = ItemFactory(home_branch=desk_branch), PatronFactory(home_branch=desk_branch)
    lent = check_out(item=item, patron=patron, branch=desk_branch, staff=staff, now=timezone.now())
    admin = logged_in(StaffAccountFactory(it_admin=True), desk_branch)

    asked = [("desk:undo", lent.entry_id), ("desk:undo_sending", lent.entry_id), ("desk:undo_sending", sent.pk)]
    answers = [admin.post(reverse(name, args=[pk])) for name, pk in asked]

    assert [answer.status_code for answer in answers] == [403, 404, 302]
    assert not Transit.objects.filter(cancelled_at=None).exists()
    assert Loan.objects.get(item=item).undone_at is None
