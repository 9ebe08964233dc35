from datetime import time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.contrib.messages import get_messages

from circulation.models import CirculationRule, Fee, Hold, LedgerEntry, Loan
from patrons.models import Patron
from tests.circulation.cases.calendars import EVERY_DAY, open_on
from tests.factories import (
    NOW,
    TODAY,
    BlockFactory,
    BranchFactory,
    FeeFactory,
    HoldFactory,
    ItemFactory,
    LoanFactory,
    PatronFactory,
    RecordFactory,
    RuleFactory,
)
from web.ui.templatetags.ui import money_filter


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.fixture
def loan(patron, desk_branch):
    return LoanFactory(
        patron=patron,
        item__record__title="Lucky Per",
        lending_branch=desk_branch,
        due_date=TODAY + timedelta(days=3),
    )


def test_is_for_those_who_have_logged_in(browser, patron):
    assert browser.get("/me").url == "/log-in?next=%2Fme"


def test_shows_loans_holds_and_fees(at_home, patron, loan, desk_branch):
    HoldFactory(patron=patron, record__title="Pelle the Conqueror", pickup_branch=desk_branch)
    FeeFactory(patron=patron, amount=Decimal("40.00"), description="A mug from the café")

    page = at_home.get("/me").content.decode()

    assert "Lucky Per" in page
    assert "Pelle the Conqueror" in page
    assert "No. 1 of 1" in page
    assert "A mug from the café" in page


def test_shows_the_rule_behind_an_overdue_fee(at_home, patron):
    fee = FeeFactory(overdue=True, amount=Decimal("60.00"), loan__patron=patron)
    LedgerEntry.objects.filter(fee=fee).update(rule={"days_late": 8, "from_day": 8, "step_total": "60.00"})

    page = at_home.get("/me").content.decode()

    assert "The rule says" in page
    assert "from day 8 on." in page


def test_shows_what_is_ready_with_its_number(at_home, patron, desk_branch):
    HoldFactory(patron=patron, ready=True, pickup_branch=desk_branch, shelf_number=47, record__title="Tine")

    page = at_home.get("/me").content.decode()

    assert "1 is ready for you" in page
    assert "047" in page


def test_shows_why_she_can_not_borrow(at_home, patron):
    BlockFactory(patron=patron, reason="Two film cases are missing", until=TODAY)
    BlockFactory(patron=patron, reason="Long over", until=TODAY - timedelta(days=1))

    page = at_home.get("/me").content.decode()

    assert "Two film cases are missing, until" in page
    assert "Long over" not in page


def test_renews_a_loan(at_home, loan):
    response = at_home.post(f"/me/loans/{loan.pk}/renew")

    loan.refresh_from_db()
    assert (response.status_code, response.url, loan.renewals) == (302, "/me", 1)
    assert said(response)[0].startswith("Lucky Per is yours until")


def test_says_why_a_loan_can_not_be_renewed(at_home, loan):
    HoldFactory(record=loan.item.record)

    response = at_home.post(f"/me/loans/{loan.pk}/renew")

    loan.refresh_from_db()
    assert (response.status_code, loan.renewals) == (409, 0)
    assert "Lucky Per: 1 other waits for it." in response.content.decode()


def test_a_loan_of_today_says_from_when_it_can_be_renewed(at_home, patron, desk_branch):
    RuleFactory(branch=desk_branch, values={"loan_days": 28, "earliest_renewal_days": 7})
    LoanFactory(patron=patron, lending_branch=desk_branch, loaned_at=NOW, due_date=TODAY + timedelta(days=28))

    page = at_home.get("/me").content.decode()

    assert "It can be renewed from" in page
    assert "Can&#x27;t be renewed" not in page


def test_renews_all_that_can_be_renewed_and_says_why_not(at_home, patron, loan):
    other = LoanFactory(patron=patron, item__record__title="Jerusalem", due_date=TODAY + timedelta(days=5))
    HoldFactory(record=other.item.record)

    response = at_home.post("/me/renew")

    assert said(response) == ["1 loan has been renewed.", "Jerusalem: 1 other waits for it."]
    assert sorted(Loan.objects.values_list("renewals", flat=True)) == [0, 1]


def test_places_a_hold(at_home, patron, desk_branch):
    item = ItemFactory(home_branch=desk_branch)

    response = at_home.post(f"/title/{item.record_id}/hold", {"pickup": desk_branch.pk})

    hold = Hold.objects.get()
    assert (response.status_code, response.url) == (302, "/me")
    assert (hold.patron, hold.record_id, hold.pickup_branch) == (patron, item.record_id, desk_branch)


def test_a_hold_sent_twice_is_one_hold(at_home, desk_branch):
    item = ItemFactory(home_branch=desk_branch)
    at_home.post(f"/title/{item.record_id}/hold", {"pickup": desk_branch.pk})

    response = at_home.post(f"/title/{item.record_id}/hold", {"pickup": desk_branch.pk})

    assert response.status_code == 409
    assert "You have a hold on this already." in response.content.decode()
    assert Hold.objects.count() == 1


@pytest.mark.parametrize("pickup", ["", "0", "x", "9" * 40, "-1", "१"])
def test_a_hold_needs_a_place_to_pick_it_up(at_home, desk_branch, pickup):
    item = ItemFactory(home_branch=desk_branch)

    response = at_home.post(f"/title/{item.record_id}/hold", {"pickup": pickup})

    assert response.status_code == 422
    assert not Hold.objects.exists()


def test_a_hold_on_a_title_without_items_is_refused(at_home, desk_branch):
    record = RecordFactory()

    response = at_home.post(f"/title/{record.pk}/hold", {"pickup": desk_branch.pk})

    assert response.status_code == 409
    assert not Hold.objects.exists()


def test_a_hold_on_a_title_that_is_not_there_is_a_404(at_home, desk_branch):
    assert at_home.post("/title/999999/hold", {"pickup": desk_branch.pk}).status_code == 404


def test_whoever_is_not_logged_in_places_no_hold(browser, patron, desk_branch):
    item = ItemFactory(home_branch=desk_branch)

    response = browser.post(f"/title/{item.record_id}/hold", {"pickup": desk_branch.pk})

    assert (response.status_code, response.url) == (302, "/log-in?next=%2Fme")
    assert not Hold.objects.exists()


def test_moves_a_hold(at_home, patron, desk_branch):
    hold = HoldFactory(patron=patron, pickup_branch=desk_branch, record=ItemFactory(home_branch=desk_branch).record)
    other = BranchFactory(name="Other")

    response = at_home.post(f"/me/holds/{hold.pk}/move", {"pickup": other.pk})

    hold.refresh_from_db()
    assert (response.status_code, hold.pickup_branch) == (302, other)


def test_a_hold_that_lies_ready_is_not_moved(at_home, patron, desk_branch):
    hold = HoldFactory(patron=patron, ready=True, pickup_branch=desk_branch)
    other = BranchFactory()

    response = at_home.post(f"/me/holds/{hold.pk}/move", {"pickup": other.pk})

    hold.refresh_from_db()
    assert (response.status_code, hold.pickup_branch) == (409, desk_branch)


def test_cancels_a_hold_once(at_home, patron):
    hold = HoldFactory(patron=patron)

    first = at_home.post(f"/me/holds/{hold.pk}/cancel")
    second = at_home.post(f"/me/holds/{hold.pk}/cancel")

    hold.refresh_from_db()
    assert (first.status_code, hold.state) == (302, "CANCELLED")
    assert second.status_code in (302, 409)


def test_another_patrons_things_are_not_there(at_home, desk_branch):
    other = PatronFactory()
    loan, hold = LoanFactory(patron=other), HoldFactory(patron=other)

    assert at_home.post(f"/me/loans/{loan.pk}/renew").status_code == 404
    assert at_home.post(f"/me/holds/{hold.pk}/cancel").status_code == 404
    assert at_home.post(f"/me/holds/{hold.pk}/move", {"pickup": desk_branch.pk}).status_code == 404
    loan.refresh_from_db()
    hold.refresh_from_db()
    assert (loan.renewals, hold.state) == (0, "QUEUED")


# Schema, patron, loans, the rules' and calendars' versions, holds, fees with their ledger, children and what's owed for
# others, branches, blocks.
QUERIES = 12


def test_the_number_of_queries_does_not_grow_with_her_things(at_home, patron, desk_branch, django_assert_num_queries):
    for count in (1, 6):
        _give(patron, desk_branch, count)
        at_home.get("/me")

        with django_assert_num_queries(QUERIES):
            assert at_home.get("/me").status_code == 200


def _give(patron, branch, count):
    for _ in range(count):
        LoanFactory(patron=patron, lending_branch=branch)
        HoldFactory(patron=patron, pickup_branch=branch)
        FeeFactory(patron=patron, amount=Decimal("10.00"), branch=branch)


def test_another_language_after_a_refusal_leads_back_to_the_page_before_it(at_home, loan):
    HoldFactory(record=loan.item.record)

    page = at_home.post(f"/me/loans/{loan.pk}/renew", headers={"referer": "http://alpha.localhost/me"}).content.decode()

    assert 'name="next" value="http://alpha.localhost/me"' in page
    response = at_home.post("/language", {"language": "sv", "next": "http://alpha.localhost/me"})
    assert response.url == "http://alpha.localhost/me"


def test_shows_and_names_the_fee_that_a_renewal_closes(at_home, patron, desk_branch):
    late = LoanFactory(patron=patron, lending_branch=desk_branch, overdue=True)

    before = at_home.get("/me").content.decode()
    renewed = at_home.post(f"/me/loans/{late.pk}/renew")

    assert "You owe DKK\xa060.00" in before or "You owe 60.00" in before
    assert "the fee is 60.00" in said(renewed)[1].replace("\xa0", " ")
    assert Fee.objects.get().balance == Decimal("60.00")


def test_says_from_when_on_a_loan_can_be_renewed_without_calling_it_impossible(at_home, patron, loan):
    CirculationRule.objects.update(values={**CirculationRule.objects.get().values, "earliest_renewal_days": 1})

    page = at_home.get("/me").content.decode()

    assert "It can be renewed from" in page
    assert "Can&#x27;t be renewed" not in page
    assert "Due Sunday 22 November" in page


def test_a_loan_by_the_hour_says_its_hour(at_home, patron, desk_branch):
    LoanFactory(patron=patron, lending_branch=desk_branch, due_date=TODAY, due_at=NOW.replace(hour=15, minute=7))
    there = NOW.replace(hour=15, minute=7).astimezone(ZoneInfo(desk_branch.time_zone))

    assert f"\xa0{there:%H:%M}</b>" in at_home.get("/me").content.decode()


def test_a_loan_by_the_hour_is_late_once_its_hour_is_past(at_home, patron, desk_branch):
    ended = NOW - timedelta(minutes=7)
    LoanFactory(patron=patron, lending_branch=desk_branch, loaned_on=TODAY, due_date=TODAY, due_at=ended)
    hour = f"{ended.astimezone(ZoneInfo(desk_branch.time_zone)):%H:%M}"

    page = at_home.get("/me").content.decode()

    assert f"Late since {hour}" in page
    assert f"It was due on Thursday 19 November\xa0{hour}." in page


@pytest.mark.parametrize(
    ("period", "open_only", "why"),
    [
        (1, False, "for each hour, 2 hours late, every hour counts."),
        (2, True, "for each 2 hours, 2 hours late, hours when we&#x27;re closed don&#x27;t count."),
    ],
)
def test_says_what_the_hours_of_a_late_loan_cost(at_home, patron, desk_branch, period, open_only, why):
    hours = {"fee_per_hour": "15.00", "fee_period_hours": period, "fee_open_hours_only": open_only}
    CirculationRule.objects.update(values={**CirculationRule.objects.get().values, **hours})
    ended = NOW - timedelta(hours=2, minutes=7)
    LoanFactory(patron=patron, lending_branch=desk_branch, loaned_on=TODAY, due_date=TODAY, due_at=ended)
    open_on(desk_branch, EVERY_DAY, hours=(time(0), time(23, 59)))

    page = at_home.get("/me").content.decode()

    assert f"{money_filter(Decimal('15.00'), 'DKK')} {why}" in page
    assert f"You owe {money_filter(Decimal('30.00') / period, 'DKK')}" in page


def test_a_title_says_by_which_hour_the_first_item_is_back(at_home, desk_branch):
    loan = LoanFactory(
        item__home_branch=desk_branch, loaned_on=TODAY, due_date=TODAY, due_at=NOW.replace(hour=15, minute=7)
    )
    LoanFactory(item__home_branch=desk_branch, item__record=loan.item.record, loaned_on=TODAY, due_date=TODAY)
    there = loan.due_at.astimezone(ZoneInfo(desk_branch.time_zone))

    page = at_home.get(f"/title/{loan.item.record_id}").content.decode()

    assert f"due Thursday 19 November\xa0{there:%H:%M}" in page


def test_says_at_once_that_her_card_has_expired(at_home, patron):
    Patron.objects.update(expires_on=TODAY - timedelta(days=40))

    pages = [at_home.get(path).content.decode() for path in ("/me", "/me/details")]

    assert all("Your card expired on" in page for page in pages)
    assert not any("Your card works until" in page for page in pages)


def test_a_card_works_on_its_last_day(at_home, patron):
    Patron.objects.update(expires_on=TODAY)

    assert "expired" not in at_home.get("/me").content.decode()
    assert "Your card works until" in at_home.get("/me/details").content.decode()


def test_says_what_a_block_means_and_where_to_ask(at_home, patron, loan):
    BlockFactory(patron=patron, reason="Card reported stolen")

    page = at_home.post(f"/title/{loan.item.record_id}/hold", {"pickup": loan.lending_branch_id}).content.decode()

    assert "You can&#x27;t borrow right now. Card reported stolen. Ask at the library if this is wrong." in page
