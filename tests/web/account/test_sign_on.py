"""Staff log in at their municipality's provider: a maintained provider plays its part."""

from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.urls import reverse

from accounts.models import AuditEntry, StaffIdentity
from accounts.services.invitations import invite
from common.encryption import encrypt
from staffing.services import set_lock_pin
from tenants.models import IdentityProvider
from tests.factories import NOW, BranchFactory, StaffAccountFactory

BEGIN = "/account/sign-on/staff"
PASSWORD = "lys-havn-mose-42"  # noqa: S105


@pytest.fixture
def lis(alpha, staff_login):
    return StaffAccountFactory(username="lis", name="Lis Librarian", email="lis@alpha.example", password=PASSWORD)


@pytest.fixture
def linked(lis, provider):
    provider.know("lis-at-work", acr="two", email="other@alpha.example")
    return StaffIdentity.objects.create(account=lis, issuer=provider.issuer, subject="lis-at-work", linked_at=NOW)


def come_back(browser, provider, subject, *, begin=BEGIN, **asked):
    """Set out, log in there and come back; return the answer."""
    there = browser.get(begin, asked)
    assert there.status_code == 302, there.content.decode()
    return browser.get(provider.log_in(there.url, subject))


def text_of(answer):
    return " ".join(answer.content.decode().replace("&#x27;", "'").split())


def test_logs_a_linked_account_in_without_password_or_code(browser, provider, linked, lis):
    lis.totp_secret = encrypt("JBSWY3DPEHPK3PXP").decode()
    lis.save()

    answer = come_back(browser, provider, "lis-at-work")

    assert (answer.status_code, answer.url) == (302, reverse("desk:start"))
    assert browser.get("/account/").context["account"] == lis
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.facts) == ("accounts.log_in", lis, {"issuer": provider.issuer})


def test_the_log_in_page_leads_there_and_on(browser, staff_login):
    assert f'href="{BEGIN}?next=%2Fschool%2F"' in text_of(browser.get("/account/log-in?next=/school/"))


def test_leads_back_to_where_she_wanted_to_go(browser, provider, linked):
    assert come_back(browser, provider, "lis-at-work", next="/school/").url == "/school/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_never_leads_to_another_site(browser, provider, linked, elsewhere):
    assert come_back(browser, provider, "lis-at-work", next=elsewhere).url == reverse("desk:start")


def test_the_session_gets_a_new_key(browser, provider, linked):
    there = browser.get(BEGIN)
    before = browser.cookies["staff_session"].value
    browser.get(provider.log_in(there.url, "lis-at-work"))

    assert browser.cookies["staff_session"].value != before


def test_refuses_one_factor_and_says_what_to_do(browser, provider, linked):
    provider.know("lis-at-work", acr="one")

    answer = come_back(browser, provider, "lis-at-work")

    assert answer.status_code == 422
    assert "Alpha ID says that you logged in with one factor only" in text_of(answer)
    assert browser.get("/account/").status_code == 302
    assert not AuditEntry.objects.exists()


def test_refuses_whom_nobody_has_linked_whatever_her_address(browser, provider, lis):
    provider.know("stranger", acr="two", email=lis.email, email_verified=True)

    answer = come_back(browser, provider, "stranger")

    assert answer.status_code == 422
    assert "No account here is connected to yours at Alpha ID" in text_of(answer)
    assert not StaffIdentity.objects.exists()


def test_links_by_a_proven_address_where_the_municipality_wants_it(browser, provider, lis, staff_login):
    IdentityProvider.objects.update(links_by_email=True)
    provider.know("lis-by-mail", acr="two", email="LIS@alpha.example", email_verified=True)

    assert come_back(browser, provider, "lis-by-mail").status_code == 302

    assert StaffIdentity.objects.get().account == lis
    assert [entry.action for entry in AuditEntry.objects.order_by("pk")] == [
        "accounts.link_identity",
        "accounts.log_in",
    ]


@pytest.mark.parametrize("case", ["not proven", "two accounts", "switched off", "linked already"])
def test_doesn_t_link_by_address_when_it_isn_t_sure(browser, provider, lis, staff_login, case):
    IdentityProvider.objects.update(links_by_email=True)
    provider.know("lis-unsure", acr="two", email=lis.email, email_verified=case != "not proven")
    if case == "two accounts":
        StaffAccountFactory(email=lis.email.upper())
    if case == "switched off":
        lis.is_active = False
        lis.save()
    if case == "linked already":
        StaffIdentity.objects.create(account=lis, issuer=provider.issuer, subject="somebody", linked_at=NOW)

    assert come_back(browser, provider, "lis-unsure").status_code == 422
    assert not StaffIdentity.objects.filter(subject="lis-unsure").exists()


def test_refuses_an_account_that_is_switched_off(browser, provider, linked, lis):
    lis.is_active = False
    lis.save()

    answer = come_back(browser, provider, "lis-at-work")

    assert (answer.status_code, "switched off" in text_of(answer)) == (422, True)


def test_an_answer_counts_once_and_in_one_browser(browser, browse, provider, linked):
    back = provider.log_in(browser.get(BEGIN).url, "lis-at-work")
    other = browse("alpha.localhost")
    other.get(BEGIN)

    assert other.get(back).status_code == 422
    assert browser.get(back).status_code == 302
    assert browser.get(back).status_code == 422
    assert "has been used" in text_of(browser.get(back))


def test_an_answer_to_another_question_is_refused_and_the_right_one_still_counts(browser, provider, linked):
    back = provider.log_in(browser.get(BEGIN).url, "lis-at-work")

    assert browser.get("/account/sign-on/staff/back?code=x&state=guessed").status_code == 422
    assert browser.get("/account/sign-on/staff/back").status_code == 422
    assert browser.get(back).status_code == 302


def test_an_answer_after_a_long_pause_is_refused(browser, provider, linked):
    back = provider.log_in(browser.get(BEGIN).url, "lis-at-work")

    with time_machine.travel(NOW.timestamp() + 700, tick=False):
        assert browser.get(back).status_code == 422


def test_breaking_off_is_told_kindly(browser, provider, linked):
    back = provider.break_off(browser.get(BEGIN).url)
    state = parse_qs(urlsplit(browser.get(BEGIN).url).query)["state"][0]

    answer = browser.get(f"/account/sign-on/staff/back?error=access_denied&state={state}")

    assert "error=access_denied" in back
    assert (answer.status_code, "broke the login off" in text_of(answer)) == (422, True)


def test_another_municipality_s_login_opens_nothing_here(browser, browse, provider, linked, alpha, beta):
    IdentityProvider.objects.create(
        municipality=beta,
        kind="STAFF",
        is_on=True,
        issuer=provider.issuer,
        client_id="libsys-beta",
        client_secret=encrypt("whist").decode(),
        factor_values=["two"],
    )
    neighbour = browse("beta.localhost")

    refused = come_back(neighbour, provider, "lis-at-work")
    carried = browser.get(provider.log_in(neighbour.get(BEGIN).url, "lis-at-work").replace("beta.", "alpha."))

    assert (refused.status_code, carried.status_code) == (422, 422)
    assert neighbour.get("/account/").status_code == 302


def test_without_a_provider_she_logs_in_by_password(browser, alpha):
    assert [browser.get(path).url for path in (BEGIN, "/account/sign-on/x")] == ["/account/log-in"] * 2
    assert browser.get(f"{BEGIN}/back?code=x&state=y").status_code == 422


def test_a_provider_that_is_silent_makes_a_page_and_no_error(browser, staff_login):
    IdentityProvider.objects.update(issuer="http://localhost:1")

    answer = browser.get(BEGIN)

    assert (answer.status_code, "doesn't answer" in text_of(answer)) == (502, True)


def test_many_failures_from_one_address_have_to_wait(browser, staff_login):
    IdentityProvider.objects.update(issuer="http://localhost:1")

    answers = {browser.get(BEGIN).status_code for _ in range(101)}

    assert answers == {502, 429}


def test_logging_out_ends_the_session_there_too(browser, provider, linked):
    come_back(browser, provider, "lis-at-work")

    answer = browser.post("/account/log-out")

    _seconds, _, address = answer.headers["Refresh"].partition("url=")
    asked = parse_qs(urlsplit(address).query)
    assert address.startswith(f"{provider.issuer}/oauth2/end_session?")
    assert asked["post_logout_redirect_uri"] == ["http://alpha.localhost/account/log-in"]
    assert browser.get("/account/").status_code == 302


def test_a_locked_screen_isn_t_opened_by_the_provider(browser, provider, linked, lis):
    come_back(browser, provider, "lis-at-work")
    BranchFactory(code="main")
    set_lock_pin(account=lis, pin="2580", minutes=5)
    browser.post("/account/lock")

    assert browser.get(BEGIN).url == "/account/"
    assert browser.get("/account/").status_code == 423


def test_who_has_no_password_sets_her_pin_just_after_coming_in(browser, provider, linked, lis):
    lis.set_unusable_password()
    lis.save()
    come_back(browser, provider, "lis-at-work")
    typed = {"pin": "2580", "minutes": "10"}

    with time_machine.travel(NOW.timestamp() + 700, tick=False):
        late = browser.post("/account/lock-pin", typed)
    soon = browser.post("/account/lock-pin", typed)

    assert (late.status_code, "Log out and in again" in text_of(late)) == (422, True)
    assert (soon.status_code, browser.get("/account/lock-pin").context["is_set"]) == (302, True)


def test_an_invitation_is_accepted_there_instead_of_with_a_password(browser, provider, staff_login):
    account = StaffAccountFactory(username="nye")
    provider.know("nye-at-work", acr="two")
    token = invite(account=account, now=NOW)

    page = browser.get(f"/account/invitation/{token}")
    going = browser.post(f"/account/invitation/{token}/sign-on/staff")
    answer = browser.get(provider.log_in(going.headers["Refresh"].partition("url=")[2], "nye-at-work"))

    assert "Log in with Alpha ID" in text_of(page)
    assert answer.status_code == 302
    assert browser.get("/account/").context["account"] == account
    assert StaffIdentity.objects.get().account == account
    assert browser.get(f"/account/invitation/{token}").status_code == 410
    assert browser.post(f"/account/invitation/{token}/sign-on/staff").status_code == 410


def test_an_invitation_stays_good_when_the_provider_s_word_isn_t(browser, provider, staff_login):
    account = StaffAccountFactory(username="nye")
    provider.know("nye-at-work", acr="one")
    token = invite(account=account, now=NOW)

    going = browser.post(f"/account/invitation/{token}/sign-on/staff")
    answer = browser.get(provider.log_in(going.headers["Refresh"].partition("url=")[2], "nye-at-work"))

    assert answer.status_code == 422
    assert browser.get(f"/account/invitation/{token}").status_code == 200


def connect(browser, provider, subject, password=PASSWORD):
    going = browser.post("/account/sign-on/staff/connect", {"password": password})
    return browser.get(provider.log_in(going.headers["Refresh"].partition("url=")[2], subject))


def test_she_connects_her_own_account_with_her_password(browser, provider, lis):
    browser.post("/account/log-in", {"username": "lis", "password": PASSWORD})
    provider.know("lis-own", acr="two")

    answer = connect(browser, provider, "lis-own")

    assert (answer.status_code, answer.url) == (302, "/account/")
    assert StaffIdentity.objects.get().account == lis
    assert "From now on you can log in with Alpha ID." in text_of(browser.get("/account/"))


def test_who_finds_her_desk_can_t_connect_his_own(browser, provider, lis):
    browser.post("/account/log-in", {"username": "lis", "password": PASSWORD})

    answer = browser.post("/account/sign-on/staff/connect", {"password": "a guess"})

    assert (answer.status_code, answer.url) == (302, "/account/")
    assert "Refresh" not in answer.headers
    assert not StaffIdentity.objects.exists()


def test_nobody_takes_a_person_who_has_another_account(browser, provider, linked):
    StaffAccountFactory(username="nye", password=PASSWORD)
    browser.post("/account/log-in", {"username": "nye", "password": PASSWORD})

    answer = connect(browser, provider, "lis-at-work")

    assert (answer.status_code, "has another account here" in text_of(answer)) == (422, True)
    assert StaffIdentity.objects.get() == linked


def test_nothing_secret_stands_in_an_address_or_in_the_log(browser, provider, linked, caplog):
    caplog.set_level("DEBUG", logger="libsys")
    there = browser.get(BEGIN)
    back = provider.log_in(there.url, "lis-at-work")
    browser.get(back)
    code = parse_qs(urlsplit(back).query)["code"][0]

    assert "hush" not in there.url + back
    assert code not in caplog.text
    assert "hush" not in caplog.text
