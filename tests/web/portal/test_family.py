from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.messages import get_messages

from circulation.models import Loan
from patrons.models import Guardianship, Patron
from tests.factories import (
    TODAY,
    BlockFactory,
    FeeFactory,
    GuardianshipFactory,
    HoldFactory,
    LoanFactory,
    PatronFactory,
)


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def renewals():
    return dict(Loan.objects.values_list("item__record__title", "renewals"))


@pytest.fixture
def child(patron):
    """Ingrid's child."""
    return GuardianshipFactory(guardian=patron, child__given_name="Bo", child__family_name="Tvede").child


@pytest.fixture
def loan(child, desk_branch):
    return lend(child, "Tine", desk_branch)


def lend(patron, title, branch, days=3):
    return LoanFactory(
        patron=patron, item__record__title=title, lending_branch=branch, due_date=TODAY + timedelta(days=days)
    )


def test_offers_to_renew_one_and_all_and_says_until_when(at_home, child, loan, desk_branch):
    lend(child, "Lucky Per", desk_branch)

    page = at_home.get("/me/children").content.decode()

    assert f'action="/me/children/loans/{loan.pk}/renew"' in page
    assert f'action="/me/children/{child.pk}/renew"' in page
    assert "Renew all 2" in page
    assert page.count("Can be renewed until") == 2


def test_says_why_a_loan_can_not_be_renewed_and_offers_nothing(at_home, loan):
    HoldFactory(record=loan.item.record)

    page = at_home.get("/me/children").content.decode()

    assert "1 other waits for it." in page
    assert "/renew" not in page


def test_renews_one(at_home, loan, child, desk_branch):
    lend(child, "Lucky Per", desk_branch)

    response = at_home.post(f"/me/children/loans/{loan.pk}/renew")

    assert (response.status_code, response.url) == (302, "/me/children")
    assert said(response)[0].startswith("Bo Tvede has Tine until")
    assert renewals() == {"Tine": 1, "Lucky Per": 0}


def test_a_refusal_says_why_on_the_same_page(at_home, loan):
    HoldFactory(record=loan.item.record)

    response = at_home.post(f"/me/children/loans/{loan.pk}/renew")

    assert response.status_code == 409
    assert "Tine: 1 other waits for it." in response.content.decode()
    assert renewals() == {"Tine": 0}


def test_renews_all_of_one_child(at_home, patron, child, loan, desk_branch):
    HoldFactory(record=lend(child, "Lucky Per", desk_branch).item.record)
    lend(GuardianshipFactory(guardian=patron).child, "Pelle", desk_branch)
    lend(patron, "Niels Lyhne", desk_branch)

    response = at_home.post(f"/me/children/{child.pk}/renew")

    assert (response.status_code, response.url) == (302, "/me/children")
    assert said(response) == ["1 loan has been renewed.", "Lucky Per: 1 other waits for it."]
    assert renewals() == {"Tine": 1, "Lucky Per": 0, "Pelle": 0, "Niels Lyhne": 0}


def test_a_fee_that_a_renewal_closes_is_named(at_home, child, desk_branch):
    late = LoanFactory(patron=child, lending_branch=desk_branch, overdue=True)

    response = at_home.post(f"/me/children/loans/{late.pk}/renew")

    assert said(response)[1].replace("\xa0", " ").startswith("It was late: the fee is 30.00")


def test_what_stands_against_a_childs_renewal_is_said_of_the_child(at_home, child, loan, desk_branch):
    BlockFactory(patron=child, reason="Address unknown")
    FeeFactory(patron=child, amount=Decimal("250.00"))

    answer = at_home.post(f"/me/children/loans/{loan.pk}/renew")
    every = at_home.post(f"/me/children/{child.pk}/renew")

    page = answer.content.decode().replace("\xa0", " ")
    assert "Bo Tvede can&#x27;t borrow right now. Address unknown" in page
    assert "250.00 DKK is owed on Bo Tvede&#x27;s card" in page
    assert "You owe" not in page
    assert "Bo Tvede can't borrow right now" in said(every)[0]


def test_a_childs_protected_name_stays_hidden(at_home, child, loan):
    Patron.objects.filter(pk=child.pk).update(alias="Reader 7")

    page = at_home.get("/me/children").content.decode()

    assert "Reader 7" in page
    assert "Tvede" not in page


def _end_link(child):
    Guardianship.objects.all().delete()


def _hide_loans(child):
    Guardianship.objects.update(shows_loans=False)


def _come_of_age(child):
    Patron.objects.filter(pk=child.pk).update(birth_date=date(TODAY.year - 18, TODAY.month, TODAY.day))


@pytest.mark.parametrize("happens", [_end_link, _hide_loans, _come_of_age])
def test_what_is_no_longer_shown_is_not_there_to_be_renewed(at_home, child, loan, happens):
    happens(child)

    assert at_home.post(f"/me/children/loans/{loan.pk}/renew").status_code == 404
    assert at_home.post(f"/me/children/{child.pk}/renew").status_code == 404
    assert "Tine" not in at_home.get("/me/children").content.decode()
    assert renewals() == {"Tine": 0}


def test_another_guardians_child_and_a_strangers_loan_are_not_there(at_home, child, desk_branch):
    other = GuardianshipFactory().child
    loans = [lend(other, "Pelle", desk_branch), lend(PatronFactory(), "Tine", desk_branch)]

    answers = [at_home.post(f"/me/children/loans/{loan.pk}/renew") for loan in loans]
    answers += [at_home.post(f"/me/children/{pk}/renew") for pk in (other.pk, loans[1].patron_id, 999999)]
    answers += [at_home.post("/me/children/loans/999999/renew")]

    assert {answer.status_code for answer in answers} == {404}
    assert renewals() == {"Pelle": 0, "Tine": 0}


def test_her_own_loan_is_not_renewed_as_a_childs(at_home, patron, desk_branch):
    own = lend(patron, "Niels Lyhne", desk_branch)

    assert at_home.post(f"/me/children/loans/{own.pk}/renew").status_code == 404
    assert renewals() == {"Niels Lyhne": 0}


def test_the_child_goes_on_renewing_for_itself_only_on_its_own_page(at_home, loan):
    assert at_home.post(f"/me/loans/{loan.pk}/renew").status_code == 404
    assert renewals() == {"Tine": 0}


def test_is_for_those_who_have_logged_in(browser, loan, child):
    for path in (f"/me/children/loans/{loan.pk}/renew", f"/me/children/{child.pk}/renew"):
        assert browser.post(path).url.startswith("/log-in")
    assert renewals() == {"Tine": 0}


def test_a_link_alone_renews_nothing(at_home, loan, child):
    assert at_home.get(f"/me/children/loans/{loan.pk}/renew").status_code == 405
    assert at_home.get(f"/me/children/{child.pk}/renew").status_code == 405
    assert renewals() == {"Tine": 0}
