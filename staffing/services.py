"""Changes where an account works and how she likes her desk."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from accounts.errors import NOT_PERMITTED, AccountRefused
from accounts.models import StaffAccount
from common.audit import record
from common.errors import Reason
from holdings.models import Branch
from staffing.models import DeskHabits, WorkPlace
from staffing.selectors import branches_of


@transaction.atomic
def choose_branch(*, account: StaffAccount, branch_id: int) -> Branch:
    """Work at this branch from now on, also after the next log-in.

    :raises AccountRefused: NOT_PERMITTED if the branch is unknown, closed for business or not one of hers
    """
    branch = next((branch for branch in branches_of(account) if branch.pk == branch_id), None)
    if branch is None:
        raise AccountRefused([Reason(NOT_PERMITTED)])
    DeskHabits.objects.update_or_create(account=account, defaults={"branch": branch})
    record(action="staffing.choose_branch", actor=account, subject=branch)
    return branch


@transaction.atomic
def change_keys(*, account: StaffAccount, keys: Mapping[str, str]) -> None:
    """Keep the keys that differ from the default table; the screen has checked that browsers let a page take them."""
    DeskHabits.objects.update_or_create(account=account, defaults={"keys": dict(keys)})
    record(action="staffing.change_keys", actor=account, subject=account)


@transaction.atomic
def set_work_places(*, account: StaffAccount, branch_ids: Sequence[int], actor: StaffAccount) -> None:
    """Let the account work at these branches only; none means at all."""
    WorkPlace.objects.filter(account=account).exclude(branch_id__in=branch_ids).delete()
    WorkPlace.objects.bulk_create(
        [WorkPlace(account=account, branch_id=branch_id) for branch_id in branch_ids], ignore_conflicts=True
    )
    if branch_ids:
        # Where she has worked so far may be none of them; her next page asks for the branch.
        DeskHabits.objects.filter(account=account).exclude(branch__in=branch_ids).update(branch=None)
    record(action="staffing.set_work_places", actor=actor, subject=account, facts={"branches": sorted(branch_ids)})
