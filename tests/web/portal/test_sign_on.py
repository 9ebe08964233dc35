"""Pupils and school staff log in at Unilogin: a maintained provider plays its part."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from accounts.models import StaffIdentity
from common.encryption import encrypt
from schools.models import School, SchoolPerson
from tenants.models import IdentityProvider
from tests.factories import NOW, TODAY, BranchFactory, PatronCategoryFactory, PatronFactory, StaffAccountFactory

BEGIN = "/log-in/unilogin"
PUPIL = {"uniid": "freja12", "aktoer_gruppe": "Elev", "institution_ids": ["101001"], "unilogin_loa": "EnFaktor"}
TEACHER = {"uniid": "jens34", "aktoer_gruppe": "Medarbejder", "institution_ids": ["101001"]}


@pytest.fixture
def unilogin(alpha, provider):
    return IdentityProvider.objects.create(
        municipality=alpha,
        kind="UNILOGIN",
        is_on=True,
        issuer=provider.issuer,
        client_id="libsys-schools",
        client_secret=encrypt("hush").decode(),
        subject_claim="uniid",
        acr_values="To_Faktor",
        factor_claim="unilogin_loa",
        factor_values=["ToFaktor"],
        institutions=["101001", "101002"],
    )


@pytest.fixture
def school(school_branch):
    category = PatronCategoryFactory(code="pupil")
    return School.objects.create(
        branch=school_branch, number="101001", pupil_category=category, staff_category=category
    )


def at_school(school, key, role="PUPIL", *, patron=None, since=TODAY - timedelta(days=90), until=None):
    patron = patron or PatronFactory(child=True)
    return SchoolPerson.objects.create(
        school=school, patron=patron, key=key, roles=[role], since=since, until=until, told="x"
    )


@pytest.fixture
def freja(school, unilogin, provider):
    provider.know("freja", **PUPIL)
    return at_school(school, "freja12")


def come_back(browser, provider, subject="freja", *, begin=BEGIN, **asked):
    return browser.get(provider.log_in(browser.get(begin, asked).url, subject))


def text_of(answer):
    return " ".join(answer.content.decode().replace("&#x27;", "'").split())


def test_a_pupil_comes_to_her_own_page_by_her_school_s_key(browser, provider, freja):
    answer = come_back(browser, provider)

    assert (answer.status_code, answer.url) == (302, "/me")
    assert browser.get("/me").context["patron"] == freja.patron
    assert "staff_session" not in browser.cookies


def test_the_log_in_page_offers_it_where_it_is_in_use(browser, unilogin):
    assert "Log in with Unilogin" in text_of(browser.get("/log-in"))
    IdentityProvider.objects.update(is_on=False)
    assert "Unilogin" not in text_of(browser.get("/log-in"))


@pytest.mark.parametrize(("wanted", "url"), [("/me/lists", "/me/lists"), ("https://evil.example/", "/me")])
def test_leads_to_where_she_wanted_to_go_on_this_host(browser, provider, freja, wanted, url):
    assert come_back(browser, provider, next=wanted).url == url


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({"uniid": "unknown"}, "We don't know you from school yet."),
        ({"uniid": None}, "We don't know you from school yet."),
        ({"aktoer_gruppe": "Kontakt"}, "Parents log in with card and PIN."),
        ({"aktoer_gruppe": ["Elev", "Medarbejder"]}, "Parents log in with card and PIN."),
        ({"aktoer_gruppe": None}, "Parents log in with card and PIN."),
        ({"institution_ids": ["999999"]}, "Your school isn't one of those that take part here."),
        ({"institution_ids": None}, "Your school isn't one of those that take part here."),
        ({"has_license": False}, "Your school has no licence"),
        ({"aktoer_gruppe": "Medarbejder"}, "School staff need two factors."),
    ],
)
def test_says_why_somebody_doesn_t_come_in(browser, provider, freja, claims, says):
    provider.know("freja", **{name: value for name, value in (PUPIL | claims).items() if value is not None})

    answer = come_back(browser, provider)

    assert (answer.status_code, says in text_of(answer)) == (422, True)
    assert browser.get("/me").status_code == 302


def test_a_teacher_comes_in_with_two_factors_and_is_asked_for_them(browser, provider, school, unilogin):
    person = at_school(school, "jens34", "TEACHER", patron=PatronFactory())
    provider.know("jens", **TEACHER, unilogin_loa="EnFaktor")
    refused = come_back(browser, provider, "jens")
    again = browser.get(f"{BEGIN}?factors=2").url
    provider.know("jens", **TEACHER, unilogin_loa="ToFaktor")

    answer = browser.get(provider.log_in(again, "jens"))

    assert (refused.status_code, f"{BEGIN}?factors=2" in refused.content.decode()) == (422, True)
    assert parse_qs(urlsplit(again).query)["acr_values"] == ["To_Faktor"]
    assert answer.status_code == 302
    assert browser.get("/me").context["patron"] == person.patron


@pytest.mark.parametrize("case", ["left the school", "comes later", "left the library", "two patrons"])
def test_a_key_that_is_nobody_s_today_opens_nothing(browser, provider, freja, school, case):
    if case == "left the school":
        SchoolPerson.objects.update(until=TODAY - timedelta(days=1))
    if case == "comes later":
        SchoolPerson.objects.update(since=TODAY + timedelta(days=1))
    if case == "left the library":
        freja.patron.left_at = NOW
        freja.patron.save()
    if case == "two patrons":
        other = School.objects.create(
            branch=BranchFactory(school=True),
            number="101002",
            pupil_category=school.pupil_category,
            staff_category=school.staff_category,
        )
        at_school(other, "freja12")

    assert come_back(browser, provider).status_code == 422


def test_a_session_ends_with_her_time_at_school(browser, provider, freja):
    come_back(browser, provider)
    assert browser.get("/me").status_code == 200

    SchoolPerson.objects.update(until=TODAY - timedelta(days=1))

    assert browser.get("/me").status_code == 302


def test_a_session_never_becomes_another_s(browser, provider, freja):
    come_back(browser, provider)

    SchoolPerson.objects.update(patron=PatronFactory(child=True))

    assert browser.get("/me").status_code == 302


def test_who_came_from_school_can_t_change_a_pin_that_she_doesn_t_know(browser, provider, freja):
    come_back(browser, provider)

    answer = browser.post("/me/details/pin", {"old": "0000", "new": "1357"})

    assert answer.status_code == 422


def test_logging_out_ends_the_session_there_too(browser, provider, freja):
    come_back(browser, provider)

    address = browser.post("/log-out").headers["Refresh"].partition("url=")[2]

    assert address.startswith(f"{provider.issuer}/oauth2/end_session?")
    assert parse_qs(urlsplit(address).query)["post_logout_redirect_uri"] == ["http://alpha.localhost/"]
    assert browser.get("/me").status_code == 302


def test_an_answer_counts_once(browser, provider, freja):
    back = provider.log_in(browser.get(BEGIN).url, "freja")

    assert [browser.get(back).status_code, browser.get(back).status_code] == [302, 422]


def test_an_answer_for_staff_opens_no_patron_s_page_and_the_other_way_round(browser, provider, freja):
    of_staff = provider.log_in(browser.get("/account/sign-on/unilogin").url, "freja")
    of_pupil = provider.log_in(browser.get(BEGIN).url, "freja")

    assert browser.get(of_staff.replace("/account/sign-on/unilogin", BEGIN)).status_code == 422
    assert browser.get(of_pupil.replace(BEGIN, "/account/sign-on/unilogin")).status_code == 422
    assert browser.get(BEGIN.replace("unilogin", "staff")).url == "/log-in"


def test_another_municipality_s_pupil_opens_nothing_here(browse, browser, provider, freja, beta):
    IdentityProvider.objects.filter(municipality__schema_name="alpha").update(municipality=beta)
    neighbour = browse("beta.localhost")

    answer = come_back(neighbour, provider)

    assert (answer.status_code, "We don't know you" in text_of(answer)) == (422, True)


def test_many_pupils_whom_nobody_knows_don_t_lock_a_school_out(browser, provider, freja):
    provider.know("stranger", **(PUPIL | {"uniid": "stranger"}))
    for _ in range(12):
        assert come_back(browser, provider, "stranger").status_code == 422

    assert come_back(browser, provider).status_code == 302


def test_school_staff_log_in_as_staff_with_two_factors(browser, provider, unilogin):
    account = StaffAccountFactory(school_librarian=True)
    StaffIdentity.objects.create(account=account, issuer=provider.issuer, subject="jens34", linked_at=NOW)
    tries = (("EnFaktor", "Medarbejder", 422), ("ToFaktor", "Elev", 422), ("ToFaktor", "Medarbejder", 302))
    for loa, part, status in tries:
        provider.know("jens", **(TEACHER | {"unilogin_loa": loa, "aktoer_gruppe": part}))
        assert come_back(browser, provider, "jens", begin="/account/sign-on/unilogin").status_code == status
