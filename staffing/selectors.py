"""Who is at the desk: the account with its permissions, branch and keys, in two queries; machines, macros, searches."""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.db.models import F, Q, QuerySet
from django_tenants.utils import get_public_schema_name

from accounts.models import StaffAccount
from accounts.rules import Permission, permissions_of
from accounts.selectors import get_account
from common.keyed_reads import ALL, KeyedRead
from holdings.models import Branch
from staffing.models import DeskHabits, Kiosk, Macro, StaffSearch, WorkPlace
from tenants.keys import tenant_name

_read_habits = KeyedRead(DeskHabits, key="account_id", along={"branch": ALL, "account": ALL})
_READ_ALONG = "_desk_habits_read_along"


@dataclass(frozen=True)
class StaffMember:
    """A member of staff as screens see her; falsy when nobody is logged in.

    :ivar branch: where she works now, or None until she has chosen
    :ivar keys: {action: key} where she differs from the default table
    :ivar lock_minutes: after how long without a touch her screen locks; 0 when she has no PIN to unlock it
    """

    account: StaffAccount | None = None
    branch: Branch | None = None
    keys: dict[str, str] = field(default_factory=dict)
    lock_minutes: int = 0

    def __bool__(self) -> bool:
        return self.account is not None

    def may(self, permission: Permission | str) -> bool:
        """Return whether her role has the permission."""
        return self.account is not None and permission in permissions_of(self.account.role)

    @property
    def permissions(self) -> frozenset[Permission]:
        """Everything her role may do."""
        return permissions_of(self.account.role) if self.account else frozenset()


@dataclass(frozen=True)
class LoggedIn(StaffMember):
    """One who's logged in."""

    account: StaffAccount


@dataclass(frozen=True)
class AtBranch(LoggedIn):
    """One who's logged in and has chosen where she works."""

    branch: Branch


def staff_member(user: Any, *, session_branch_id: int | None) -> StaffMember:
    """Return the member of staff behind a logged-in user.

    :param session_branch_id: the branch chosen for this session; the one chosen last stands in for it
    """
    if not isinstance(user, StaffAccount) and not getattr(user, "is_authenticated", False):
        return StaffMember()
    if tenant_name() == get_public_schema_name():
        return LoggedIn(user)
    habits = _habits_of(user)
    branch = habits.branch if habits else None
    if session_branch_id and (branch is None or branch.pk != session_branch_id):
        # What she chose last was asked about then, and is forgotten when she's tied to others; this may be older.
        branch = next((each for each in branches_of(user) if each.pk == session_branch_id), None)
    if branch is not None and not branch.is_open_for_business:
        branch = None
    keys = habits.keys if habits else {}
    lock_minutes = habits.lock_minutes if habits and habits.lock_pin else 0
    if branch is None:
        return LoggedIn(user, keys=keys, lock_minutes=lock_minutes)
    return AtBranch(user, branch, keys=keys, lock_minutes=lock_minutes)


def account_at_desk(pk: int) -> StaffAccount | None:
    """Return the account with this number in the current schema, or None; with what she's chosen for her desk."""
    if tenant_name() == get_public_schema_name():
        return get_account(pk)
    habits = _read_habits(pk)
    account = habits.account if habits else get_account(pk)
    if account is not None:
        vars(account)[_READ_ALONG] = habits
    return account


def _habits_of(user: StaffAccount) -> DeskHabits | None:
    """Return what was read along with the account the first time, for it may have changed by the next."""
    return vars(user).pop(_READ_ALONG) if _READ_ALONG in vars(user) else _read_habits(user.pk)


def branches_of(account: StaffAccount) -> list[Branch]:
    """Return the branches that an account may work at: those it's tied to, or all when it's tied to none."""
    branches = Branch.objects.filter(is_open_for_business=True)
    tied = WorkPlace.objects.filter(account=account).values_list("branch_id", flat=True)
    return list(branches.filter(pk__in=tied) if tied else branches)


def work_places(account: StaffAccount) -> list[int]:
    """Return the branches that an account is tied to, none when it may work at all."""
    return list(WorkPlace.objects.filter(account=account).values_list("branch_id", flat=True))


def token_hash(token: str) -> str:
    """Return what's kept of a machine's secret."""
    return sha256(token.encode(errors="replace")).hexdigest()


def kiosk_by_token(token: str) -> Kiosk | None:
    """Return the self-check machine in use that has this secret, with its branch, or None."""
    if not token:
        return None
    found = Kiosk.objects.select_related("branch").filter(token_sha256=token_hash(token), ended_at__isnull=True).first()
    return found if found is not None and found.branch.is_open_for_business else None


def kiosks() -> list[Kiosk]:
    """Return all self-check machines with their branches."""
    return list(Kiosk.objects.select_related("branch"))


def get_kiosk(pk: int) -> Kiosk | None:
    """Return one, or None."""
    return Kiosk.objects.select_related("branch").filter(pk=pk).first()


def macros_of(account: StaffAccount, *, flavour: str = "") -> list[Macro]:
    """Return the macros that an account has, for one family of MARC if it's named: her own first, then the shared."""
    found = _macros(account).filter(flavour=flavour) if flavour else _macros(account)
    return list(found.order_by("flavour", F("account").asc(nulls_last=True), F("number").asc(nulls_last=True), "name"))


def keyed_macros(account: StaffAccount, flavour: str) -> list[Macro]:
    """Return the macros that have a key, for one family of MARC, by their keys; hers go before the shared."""
    found: dict[int, Macro] = {}
    for macro in macros_of(account, flavour=flavour):
        if macro.number:
            found.setdefault(macro.number, macro)
    return [found[number] for number in sorted(found)]


def macro_of(account: StaffAccount, pk: int) -> Macro | None:
    """Return one of the macros that an account has, or None."""
    return _macros(account).filter(pk=pk).first()


def _macros(account: StaffAccount) -> QuerySet[Macro]:
    return Macro.objects.filter(Q(account=account) | Q(account=None))


def searches_of(account: StaffAccount) -> list[StaffSearch]:
    """Return the searches that an account has kept, then those that the library shares, by name."""
    return list(_searches(account).order_by(F("account").asc(nulls_last=True), "name", "pk"))


def search_of(account: StaffAccount, pk: int) -> StaffSearch | None:
    """Return one of the searches that an account has, or None."""
    return _searches(account).filter(pk=pk).first()


def _searches(account: StaffAccount) -> QuerySet[StaffSearch]:
    return StaffSearch.objects.filter(Q(account=account) | Q(account=None))
