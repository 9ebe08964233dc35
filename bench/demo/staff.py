"""The demo's people at the desks: one account for each role in every municipality, and the consortium's operator."""

from dataclasses import dataclass

from accounts.models import StaffAccount
from accounts.services.staff_accounts import add_account
from bench.demo.credentials import password_of
from bench.demo.facts import Town
from bench.demo.layout import Layout
from staffing.services import set_work_places
from tenants.keys import tenant_name

OPERATORS = {"operator": "Solveig Nordmann"}


@dataclass(frozen=True)
class Colleague:
    """An account of the demo."""

    username: str
    role: StaffAccount.Role
    password: str


# User name and role, in the order that people are listed; the names stand with the town.
_JOBS = {
    "librarian": StaffAccount.Role.LIBRARIAN,
    "supervisor": StaffAccount.Role.SUPERVISOR,
    "school": StaffAccount.Role.SCHOOL_LIBRARIAN,
    "it-admin": StaffAccount.Role.IT_ADMIN,
}


def colleagues() -> list[Colleague]:
    """Return the demo's accounts in the current schema, the consortium's or a municipality's."""
    schema = tenant_name()
    jobs = dict.fromkeys(OPERATORS, StaffAccount.Role.OPERATOR) if schema == "public" else _JOBS
    return [Colleague(username, role, password_of(schema, username)) for username, role in jobs.items()]


def employ_operator() -> None:
    """Make the consortium's account if it isn't there; the shared schema is chosen."""
    _employ(OPERATORS, host="consortium.example")


def employ_staff(town: Town, layout: Layout) -> dict[str, StaffAccount]:
    """Make the municipality's accounts that aren't there, and return them all by user name."""
    accounts = _employ(town.staff, host=f"{town.host}.example")
    set_work_places(
        account=accounts["school"],
        branch_ids=[branch.pk for branch in layout.schools],
        actor=accounts["it-admin"],
    )
    return accounts


def renew_passwords() -> None:
    """Give the accounts of the current schema the passwords that this installation makes."""
    for colleague in colleagues():
        account = StaffAccount.objects.filter(username=colleague.username).first()
        if account and not account.check_password(colleague.password):
            account.set_password(colleague.password)
            account.save(update_fields=["password"])


def _employ(names: dict[str, str], *, host: str) -> dict[str, StaffAccount]:
    known = {account.username: account for account in StaffAccount.objects.filter(username__in=names)}
    for colleague in colleagues():
        if colleague.username not in known:
            known[colleague.username] = add_account(
                username=colleague.username,
                name=names[colleague.username],
                email=f"{colleague.username}@{host}",
                role=colleague.role,
                password=colleague.password,
                actor=None,
            )
    return known
