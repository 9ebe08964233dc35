import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from accounts.errors import AccountRefused
from accounts.models import AuditEntry
from accounts.rules import Permission
from staffing.models import DeskHabits
from staffing.selectors import branches_of, staff_member, work_places
from staffing.services import change_keys, choose_branch, set_work_places
from tests.factories import BranchFactory, StaffAccountFactory


def two_branches():
    """Return two in the order of their names, which numbers of a factory don't keep from 9 to 10."""
    return BranchFactory(name="Main"), BranchFactory(name="South")


def test_an_account_works_at_every_branch_until_it_is_tied_to_some(alpha):
    account, (main, south) = StaffAccountFactory(), two_branches()
    assert branches_of(account) == [main, south]

    set_work_places(account=account, branch_ids=[south.pk], actor=account)

    assert branches_of(account) == [south]
    assert list(work_places(account)) == [south.pk]


def test_setting_work_places_again_replaces_them(alpha):
    account, (main, south) = StaffAccountFactory(), two_branches()
    set_work_places(account=account, branch_ids=[main.pk, south.pk], actor=account)

    set_work_places(account=account, branch_ids=[south.pk], actor=account)
    assert list(work_places(account)) == [south.pk]

    set_work_places(account=account, branch_ids=[], actor=account)
    assert branches_of(account) == [main, south]


def test_choosing_a_branch_keeps_it_for_the_next_time(alpha):
    account, branch = StaffAccountFactory(), BranchFactory()

    choose_branch(account=account, branch_id=branch.pk)

    assert staff_member(account, session_branch_id=None).branch == branch
    assert AuditEntry.objects.get().action == "staffing.choose_branch"


def test_refuses_a_branch_that_is_unknown_closed_or_not_hers(alpha):
    account = StaffAccountFactory()
    hers, other, closed = BranchFactory(), BranchFactory(), BranchFactory(closed_for_business=True)
    set_work_places(account=account, branch_ids=[hers.pk, closed.pk], actor=account)

    for branch_id in (other.pk, closed.pk, 999999):
        with pytest.raises(AccountRefused) as refused:
            choose_branch(account=account, branch_id=branch_id)
        assert refused.value.codes == ["NOT_PERMITTED"]

    assert not DeskHabits.objects.exists()


def test_a_session_at_another_branch_works_there(alpha):
    account, (main, south) = StaffAccountFactory(), two_branches()
    choose_branch(account=account, branch_id=main.pk)

    assert staff_member(account, session_branch_id=south.pk).branch == south


def test_being_tied_to_other_branches_ends_work_at_the_one_chosen(alpha):
    account, (main, south) = StaffAccountFactory(), two_branches()
    choose_branch(account=account, branch_id=main.pk)

    set_work_places(account=account, branch_ids=[south.pk], actor=account)

    assert staff_member(account, session_branch_id=None).branch is None
    assert staff_member(account, session_branch_id=main.pk).branch is None
    assert staff_member(account, session_branch_id=south.pk).branch == south


def test_a_branch_that_has_closed_since_is_chosen_no_more(alpha):
    account, branch = StaffAccountFactory(), BranchFactory()
    choose_branch(account=account, branch_id=branch.pk)
    branch.is_open_for_business = False
    branch.save()

    assert staff_member(account, session_branch_id=branch.pk).branch is None


def test_keeps_keys(alpha):
    account = StaffAccountFactory()

    change_keys(account=account, keys={"check-out": "F9"})

    assert staff_member(account, session_branch_id=None).keys == {"check-out": "F9"}


def test_nobody_is_falsy_and_may_nothing(alpha):
    nobody = staff_member(AnonymousUser(), session_branch_id=None)

    assert not nobody
    assert not nobody.may(Permission.CIRCULATE)
    assert nobody.permissions == frozenset()


def test_staff_of_the_consortium_have_no_branch(db):
    connection.set_schema_to_public()
    account = StaffAccountFactory(operator=True)

    member = staff_member(account, session_branch_id=1)

    assert member.may(Permission.OPERATE_CONSORTIUM)
    assert member.branch is None
