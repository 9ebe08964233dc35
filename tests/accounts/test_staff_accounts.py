from datetime import timedelta

import pyotp
import pytest
import time_machine
from django.db import connection

from accounts.errors import AccountRefused, LogInRefused
from accounts.models import AuditEntry, Invitation, StaffAccount
from accounts.rules import Permission, permissions_of
from accounts.selectors import audit_log, entries_about, get_account
from accounts.services.invitations import accept, invite, invited_account
from accounts.services.log_in import prove_identity
from accounts.services.second_factor import switch_off, switch_on, use_code
from accounts.services.staff_accounts import add_account, change_account, roles_here
from common.encryption import decrypt
from tests.factories import StaffAccountFactory

PASSWORD = "lys-havn-mose-42"
Role = StaffAccount.Role


def add(**values):
    return add_account(
        **{"username": "mette", "name": "Mette", "email": "", "role": Role.LIBRARIAN, "actor": None} | values
    )


def change(account, **values):
    now = {name: getattr(account, name) for name in ("name", "email", "role", "is_active")}
    return change_account(account=account, actor=account, **now | values)


# --- Roles ---


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        (Role.LIBRARIAN, Permission.TAKE_PAYMENTS, Permission.WAIVE_FEES),
        (Role.SUPERVISOR, Permission.LIFT_BLOCKS, Permission.ADMINISTER),
        (Role.SCHOOL_LIBRARIAN, Permission.LEND_TO_CLASSES, Permission.EDIT_PATRONS),
        (Role.IT_ADMIN, Permission.ADMINISTER, Permission.CIRCULATE),
        (Role.OPERATOR, Permission.OPERATE_CONSORTIUM, Permission.ADMINISTER),
    ],
)
def test_a_role_may_what_its_work_needs_and_no_more(role, may, may_not):
    assert may in permissions_of(role)
    assert may_not not in permissions_of(role)


def test_an_unknown_role_may_nothing():
    assert permissions_of("KING") == frozenset()


def test_operators_are_at_the_consortium_only(alpha):
    assert Role.OPERATOR not in roles_here()

    connection.set_schema_to_public()
    assert roles_here() == (Role.OPERATOR,)


# --- Adding and changing ---


def test_a_new_account_can_not_log_in_before_it_was_invited(alpha):
    account = add()

    assert not account.has_usable_password()
    assert AuditEntry.objects.get().action == "accounts.add_account"


def test_a_user_name_is_taken_whatever_its_case(alpha):
    add(username="Mette")

    with pytest.raises(AccountRefused) as refused:
        add(username="mETTE")

    assert refused.value.codes == ["USERNAME_TAKEN"]


def test_says_everything_that_is_wrong_at_once(alpha):
    add()

    with pytest.raises(AccountRefused) as refused:
        add(role=Role.OPERATOR, password="short")

    assert refused.value.codes == ["USERNAME_TAKEN", "ROLE_NOT_POSSIBLE", "WEAK_PASSWORD"]


@pytest.mark.parametrize("values", [{"is_active": False}, {"role": Role.LIBRARIAN}])
def test_the_last_administrator_stays_one(alpha, values):
    account = StaffAccountFactory(it_admin=True)
    StaffAccountFactory(it_admin=True, is_active=False)

    with pytest.raises(AccountRefused) as refused:
        change(account, **values)

    account.refresh_from_db()
    assert refused.value.codes == ["LAST_ADMIN"]
    assert (account.role, account.is_active) == (Role.IT_ADMIN, True)


def test_one_of_two_administrators_can_go(alpha):
    account = StaffAccountFactory(it_admin=True)
    StaffAccountFactory(it_admin=True)

    change(account, is_active=False)

    account.refresh_from_db()
    assert account.is_active is False


def test_accounts_of_the_neighbour_are_unknown(alpha, beta):
    connection.set_tenant(beta)
    theirs = StaffAccountFactory()
    connection.set_tenant(alpha)

    assert get_account(theirs.pk) is None


# --- Invitations ---


def test_an_invitation_is_valid_for_a_week_and_once(alpha, now):
    account = StaffAccountFactory()
    token = invite(account=account, now=now)

    assert invited_account(token, now=now + timedelta(days=7)) == account
    assert invited_account(token, now=now + timedelta(days=7, seconds=1)) is None
    accept(token=token, password=PASSWORD, now=now)
    assert invited_account(token, now=now) is None
    with pytest.raises(AccountRefused) as refused:
        accept(token=token, password=PASSWORD, now=now)
    assert refused.value.codes == ["LINK_ENDED"]


def test_a_weak_password_leaves_the_invitation_as_it_was(alpha, now):
    token = invite(account=StaffAccountFactory(), now=now)

    with pytest.raises(AccountRefused) as refused:
        accept(token=token, password="12345", now=now)

    assert refused.value.codes == ["WEAK_PASSWORD"]
    assert refused.value.reasons[0].facts["rules"]
    assert Invitation.objects.get().used_at is None


# --- Proving who she is ---


def prove(**values):
    return prove_identity(**{"username": "lis", "password": PASSWORD, "code": "", "request": None} | values)


def test_takes_name_and_password(alpha):
    account = StaffAccountFactory(username="lis", password=PASSWORD)

    assert prove() == account


@pytest.mark.parametrize("values", [{"password": "x"}, {"username": "nobody"}, {"username": ""}, {"password": ""}])
def test_refuses_anything_else_alike(alpha, values):
    StaffAccountFactory(username="lis", password=PASSWORD)

    with pytest.raises(LogInRefused) as refused:
        prove(**values)

    assert refused.value.codes == ["WRONG_LOGIN"]


# --- The second factor ---


@pytest.fixture
def guarded(alpha, now):
    """Return an account with a second factor, and its secret."""
    account, secret = StaffAccountFactory(username="lis", password=PASSWORD), pyotp.random_base32()
    with time_machine.travel(now, tick=False):
        switch_on(account=account, secret=secret, code=pyotp.TOTP(secret).now())
    return account, pyotp.TOTP(secret)


def test_keeps_the_secret_encrypted(guarded):
    account, totp = guarded

    assert totp.secret not in account.totp_secret
    assert decrypt(account.totp_secret) == totp.secret


def test_a_wrong_code_switches_nothing_on(alpha):
    account = StaffAccountFactory()

    with pytest.raises(LogInRefused) as refused:
        switch_on(account=account, secret=pyotp.random_base32(), code="000000")

    assert (refused.value.codes, account.totp_secret) == (["WRONG_CODE"], "")


def test_a_code_is_taken_once(guarded, now):
    account, totp = guarded

    with time_machine.travel(now, tick=False):
        use_code(account=account, code=totp.now())
        with pytest.raises(LogInRefused):
            use_code(account=account, code=totp.now())


def test_an_older_code_is_worth_nothing_after_a_newer_one(guarded, now):
    account, totp = guarded

    with time_machine.travel(now, tick=False):
        use_code(account=account, code=totp.now())
        with pytest.raises(LogInRefused):
            use_code(account=account, code=totp.at(now - timedelta(seconds=30)))


@pytest.mark.parametrize(("seconds", "is_taken"), [(0, True), (30, True), (-30, True), (90, False), (-90, False)])
def test_clocks_may_differ_by_half_a_minute(guarded, now, seconds, is_taken):
    account, totp = guarded

    with time_machine.travel(now, tick=False):
        code = totp.at(now + timedelta(seconds=seconds))
        if is_taken:
            use_code(account=account, code=code)
        else:
            with pytest.raises(LogInRefused):
                use_code(account=account, code=code)


def test_a_password_alone_asks_for_the_code(guarded):
    with pytest.raises(LogInRefused) as refused:
        prove()

    assert refused.value.codes == ["CODE_NEEDED"]


def test_switched_off_again_the_password_is_enough(guarded):
    account, _totp = guarded
    switch_off(account=account, actor=account)

    assert prove() == account


# --- The audit log ---


def test_the_log_is_read_from_the_newest_by_area_and_page(alpha, now):
    account = add()
    invite(account=account, now=now, actor=account)

    assert [entry.action for entry in audit_log()] == ["accounts.invite", "accounts.add_account"]
    assert [entry.action for entry in audit_log(before_id=audit_log()[0].pk)] == ["accounts.add_account"]
    assert audit_log(action="circulation.") == []
    assert len(entries_about("accounts.staffaccount", account.pk)) == 2
