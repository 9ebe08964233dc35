import pyotp
import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.services.second_factor import switch_on
from staffing.services import set_work_places
from tests.factories import BranchFactory, StaffAccountFactory

LOG_IN = "/account/log-in"
PASSWORD = "lys-havn-mose-42"  # noqa: S105


@pytest.fixture
def librarian(alpha, empty_cache):
    return StaffAccountFactory(username="lis", name="Lis Librarian", password=PASSWORD)


def log_in(browser, **fields):
    return browser.post(LOG_IN, {"username": "lis", "password": PASSWORD} | fields)


def test_leads_a_librarian_to_her_desk(browser, librarian):
    response = log_in(browser)

    assert (response.status_code, response.url) == (302, reverse("desk:start"))
    assert browser.cookies["staff_session"]["httponly"]
    assert AuditEntry.objects.get().action == "accounts.log_in"


def test_leads_an_administrator_to_the_console(browser, librarian):
    StaffAccountFactory(username="ida", it_admin=True, password=PASSWORD)

    assert log_in(browser, username="ida").url == "/console/"


def test_takes_the_user_name_in_any_case(browser, librarian):
    assert log_in(browser, username=" LIS ").status_code == 302


def test_leads_back_to_where_she_wanted_to_go(browser, librarian):
    response = browser.post(LOG_IN + "?next=/school/", {"username": "lis", "password": PASSWORD})

    assert response.url == "/school/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_never_leads_to_another_site(browser, librarian, elsewhere):
    response = browser.post(f"{LOG_IN}?next={elsewhere}", {"username": "lis", "password": PASSWORD})

    assert response.url == reverse("desk:start")


def test_takes_a_word_for_an_address_and_not_for_a_page_of_ours(browser, librarian):
    response = browser.post(f"{LOG_IN}?next=nonsense", {"username": "lis", "password": PASSWORD})

    assert (response.status_code, response.url) == (302, "nonsense")


def test_tells_a_wrong_password_and_an_unknown_name_alike(browser, librarian):
    wrong = log_in(browser, password="something else")
    unknown = log_in(browser, username="nobody")

    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert wrong.context["form"].non_field_errors() == unknown.context["form"].non_field_errors()
    assert wrong.context["form"].non_field_errors() == ["User name and password don't belong together."]
    assert not AuditEntry.objects.exists()


def test_refuses_an_account_that_is_switched_off(browser, librarian):
    librarian.is_active = False
    librarian.save()

    assert log_in(browser).status_code == 422


@pytest.mark.parametrize("fields", [{"username": ""}, {"password": ""}, {"username": "x" * 61}, {"code": "1" * 11}])
def test_asks_for_what_is_missing_or_too_long(browser, librarian, fields):
    assert log_in(browser, **fields).status_code == 422


def test_makes_whoever_guesses_wait_even_with_the_right_password(browser, librarian):
    for _ in range(10):
        assert log_in(browser, password="a guess").status_code == 422

    response = log_in(browser)

    assert response.status_code == 429
    assert "Wait" in response.context["form"].non_field_errors()[0]
    assert log_in(browser, username="another", password="a guess").status_code == 422


def test_waiting_holds_in_one_municipality_only(browser, browse, librarian):
    for _ in range(11):
        log_in(browser, password="a guess")

    assert browse("beta.localhost").post(LOG_IN, {"username": "lis", "password": "a guess"}).status_code == 422


def test_asks_for_a_code_when_the_account_has_a_second_factor(browser, librarian):
    secret = pyotp.random_base32()
    switch_on(account=librarian, secret=secret, code=pyotp.TOTP(secret).now())

    without, wrong = log_in(browser), log_in(browser, code="000000")
    right = log_in(browser, code=pyotp.TOTP(secret).now())
    again = log_in(browser, code=pyotp.TOTP(secret).now())

    assert without.context["form"].errors["code"] == ["This account asks for a code as well."]
    assert (wrong.status_code, right.status_code, again.status_code) == (422, 302, 422)


def test_logging_out_ends_the_session(librarian_client):
    assert librarian_client.get("/account/").status_code == 200

    response = librarian_client.post("/account/log-out")

    assert response.url == LOG_IN
    assert librarian_client.get("/account/").url == f"{LOG_IN}?next=%2Faccount%2F"


def test_a_staff_session_is_worth_nothing_in_another_municipality(librarian_client, browse):
    stranger = browse("beta.localhost")
    stranger.cookies["staff_session"] = librarian_client.cookies["staff_session"].value

    assert stranger.get("/account/").status_code == 302
    assert stranger.get("/desk/check-out").status_code == 302


def test_a_staff_session_is_worth_nothing_at_the_consortium(librarian_client, browse):
    stranger = browse("localhost")
    stranger.cookies["staff_session"] = librarian_client.cookies["staff_session"].value

    assert stranger.get("/").url == f"{LOG_IN}?next=%2F"


def test_a_staff_session_under_the_patrons_cookie_opens_nothing(librarian_client, browse):
    stranger = browse("alpha.localhost")
    stranger.cookies["patron_session"] = librarian_client.cookies["staff_session"].value

    assert stranger.get("/me").status_code == 302
    assert stranger.get("/account/").status_code == 302


@pytest.mark.parametrize("cookie", ['"' + r"\000" * 12 + '"', "' OR 1=1", "x" * 5000, "æøå" * 9])
def test_a_nonsense_cookie_is_nobody(browser, cookie):
    browser.cookies["staff_session"] = "start"
    browser.cookies["staff_session"].set("staff_session", cookie, cookie)

    assert browser.get("/account/").status_code == 302


def test_a_page_wants_a_log_in_and_comes_back_after_it(browser, librarian):
    assert browser.get("/school/?x=1").url == f"{LOG_IN}?next=%2Fschool%2F%3Fx%3D1"


def test_a_scan_without_a_log_in_is_told_by_status_and_header(browser, librarian):
    response = browser.post("/school/class/1/scan", {"scan": "1"}, headers={"X-Scan": "1"})

    assert response.status_code == 403
    assert response.headers["X-Log-In"].startswith(LOG_IN)


def test_a_page_without_the_permission_says_why(librarian_client):
    response = librarian_client.get("/console/")

    assert response.status_code == 403
    assert "Your role doesn&#x27;t include this" in response.content.decode()


def test_a_desk_page_asks_for_the_branch_first(logged_in, alpha):
    client = logged_in(StaffAccountFactory())

    assert client.get("/school/").url == "/account/branch?next=%2Fschool%2F"


def test_staff_pages_are_kept_by_nobody(librarian_client):
    assert "no-store" in librarian_client.get("/account/").headers["Cache-Control"]


def test_an_account_that_is_switched_off_is_out_at_once(librarian_client):
    librarian_client.staff.is_active = False
    librarian_client.staff.save()

    assert librarian_client.get("/account/").status_code == 302


def test_choosing_a_branch_keeps_it(logged_in, alpha):
    main, other = BranchFactory(name="Main"), BranchFactory(name="Other")
    client = logged_in(StaffAccountFactory(), main)

    response = client.post("/account/branch?next=/school/", {"branch": other.pk})

    assert response.url == "/school/"
    assert "Other" in client.get("/account/").content.decode()


def test_being_tied_to_another_branch_ends_work_at_this_one(logged_in, alpha):
    main, other = BranchFactory(), BranchFactory()
    client = logged_in(StaffAccountFactory(), main)
    client.post("/account/branch", {"branch": main.pk})

    set_work_places(account=client.staff, branch_ids=[other.pk], actor=client.staff)

    assert client.get("/desk/check-out").url == "/account/branch?next=%2Fdesk%2Fcheck-out"


@pytest.mark.parametrize("chosen", ["", "0", "999999", "x", "9" * 30])
def test_a_branch_that_is_not_hers_is_refused(logged_in, alpha, chosen):
    BranchFactory()
    client = logged_in(StaffAccountFactory())

    assert client.post("/account/branch", {"branch": chosen}).status_code == 422


def test_the_only_branch_is_chosen_already_and_enter_confirms_it(logged_in, alpha):
    only = BranchFactory(name="Only")
    page = logged_in(StaffAccountFactory()).get("/account/branch").content.decode()

    assert f'value="{only.pk}" required id="id_branch_0" checked' in page
    assert 'class="btn btn-primary" autofocus' in page


def test_one_of_several_branches_is_for_her_to_choose(logged_in, alpha):
    BranchFactory.create_batch(2)
    page = logged_in(StaffAccountFactory()).get("/account/branch").content.decode()

    assert " checked" not in page
    assert page.count("autofocus") == 2
