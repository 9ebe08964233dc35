"""Check-out by scans: cards, items and names in one box, refusals with overrides, and the end of a patron."""

import re
from datetime import date, timedelta

from django.urls import reverse

from circulation.models import Hold, Loan
from tests.factories import (
    NOW,
    TODAY,
    BlockFactory,
    CardFactory,
    FeeFactory,
    HoldFactory,
    ItemFactory,
    LoanFactory,
    PatronFactory,
    RuleFactory,
)

PAGE = "/desk/check-out"


def text_of(answer):
    return answer.content.decode()


def test_shows_an_empty_panel_before_anybody_is_served(librarian_client, rules):
    page = librarian_client.get(PAGE)

    assert page.status_code == 200
    assert "Scan a card or type a name" in text_of(page)


def test_serves_the_patron_of_a_scanned_card(librarian_client, patron, scan):
    answer = scan(librarian_client, "20 9000-0001")

    assert answer.status_code == 200
    assert answer.headers["X-Scan-Kind"] == "patron"
    assert "Ingrid Solvang" in text_of(answer)
    assert f'id="scan-patron" value="{patron.pk}"' in text_of(answer)


def test_serves_the_patron_of_a_name_that_one_has(librarian_client, patron, scan):
    answer = scan(librarian_client, "solv")

    assert answer.headers["X-Scan-Kind"] == "patron"


def test_asks_who_it_is_when_several_have_the_name(librarian_client, patron, scan):
    PatronFactory(given_name="Ingrid", family_name="Solberg")

    answer = scan(librarian_client, "ingrid sol")

    assert answer.headers["X-Scan-Kind"] == "notice"
    assert f'data-scan-command="choose-{patron.pk}"' in text_of(answer)


def test_never_takes_an_unknown_barcode_for_somebodys_phone_number(librarian_client, patron, scan):
    other = PatronFactory(phone="12345678")

    answer = scan(librarian_client, "12345678", patron=patron.pk)

    assert answer.headers["X-Scan-Kind"] == "notice"
    assert f'data-scan-command="choose-{other.pk}"' in text_of(answer)
    assert 'id="scan-patron"' not in text_of(answer)


def test_serves_the_patron_whom_staff_choose(librarian_client, patron, scan):
    answer = scan(librarian_client, "", command=f"choose-{patron.pk}")

    assert answer.headers["X-Scan-Kind"] == "patron"
    assert f'id="scan-patron" value="{patron.pk}"' in text_of(answer)


def test_clears_the_rows_of_the_patron_before(librarian_client, patron, scan):
    before = PatronFactory()

    answer = scan(librarian_client, "2090000001", patron=before.pk)

    assert '<template data-oob="#session-rows"></template>' in text_of(answer)


def test_keeps_the_rows_when_the_same_card_is_scanned_again(librarian_client, patron, scan):
    answer = scan(librarian_client, "2090000001", patron=patron.pk)

    assert 'data-oob="#session-rows"' not in text_of(answer)


def test_lends_a_scanned_item(librarian_client, patron, item, scan):
    answer = scan(librarian_client, item.barcode, patron=patron.pk)

    assert answer.status_code == 200
    assert answer.headers["X-Scan-Kind"] == "ok"
    assert "Lucky Per" in text_of(answer)
    assert "17 Dec 2026" in text_of(answer)
    loan = Loan.objects.get()
    assert (loan.item, loan.patron, loan.due_date) == (item, patron, date(2026, 12, 17))


def test_shows_the_panel_as_it_is_after_the_loan(librarian_client, patron, item, scan):
    answer = scan(librarian_client, item.barcode, patron=patron.pk)

    assert f'data-oob="#panel-{patron.pk}"' in text_of(answer)
    assert "1 of 40" in text_of(answer)


def test_gives_the_first_result_when_a_scan_comes_again(librarian_client, patron, item):
    values = {"scan": item.barcode, "scan_id": "the-same", "patron": patron.pk}
    first = librarian_client.post(f"{PAGE}/scan", values, headers={"X-Scan": "1"})

    again = librarian_client.post(f"{PAGE}/scan", values, headers={"X-Scan": "1"})

    assert again.status_code == first.status_code == 200
    assert Loan.objects.count() == 1


def test_renews_what_the_patron_has_already(librarian_client, patron, item, scan):
    loan = LoanFactory(item=item, patron=patron, due_date=TODAY + timedelta(days=2))

    answer = scan(librarian_client, item.barcode, patron=patron.pk)

    loan.refresh_from_db()
    assert "Renewed" in text_of(answer)
    assert loan.due_date == date(2026, 12, 17)


def test_lends_until_the_day_that_staff_chose(librarian_client, patron, item, scan):
    scan(librarian_client, item.barcode, patron=patron.pk, due="2026-11-27")

    assert Loan.objects.get().due_date == date(2026, 11, 27)


def test_asks_for_a_card_before_an_item(librarian_client, item, scan):
    answer = scan(librarian_client, item.barcode)

    assert answer.status_code == 409
    assert "No patron has been chosen." in text_of(answer)
    assert not Loan.objects.exists()


def test_says_what_it_doesnt_know(librarian_client, patron, scan):
    answer = scan(librarian_client, "3099999999", patron=patron.pk)

    assert answer.status_code == 404
    assert answer.headers["X-Scan-Kind"] == "stop"
    assert "No item, card or name is “3099999999”." in text_of(answer)


def test_says_that_a_card_has_ended(librarian_client, patron, scan):
    CardFactory(patron=patron, number="2090000009", ended=True)

    answer = scan(librarian_client, "2090000009")

    assert answer.headers["X-Scan-Kind"] == "notice"
    assert "Lost or replaced card" in text_of(answer)


def test_gives_all_reasons_of_a_refusal_and_changes_nothing(librarian_client, patron, item, scan):
    RuleFactory(patron_category=patron.category, values={"max_loans": 0})
    HoldFactory(ready=True, trapped_item=item, pickup_branch=item.home_branch)

    answer = scan(librarian_client, item.barcode, patron=patron.pk)

    assert answer.status_code == 409
    assert "<b>Has 0 of 0 loans.</b> The municipality&#x27;s rule." in text_of(answer)
    assert "On hold for another patron." in text_of(answer)
    assert not Loan.objects.exists()


def test_lends_in_spite_of_the_reasons_with_a_reason(librarian_client, patron, item, scan):
    RuleFactory(patron_category=patron.category, values={"max_loans": 0})
    values = {"patron": patron.pk, "code": ["LOAN_LIMIT_REACHED"], "reason": "Exam tomorrow"}

    answer = scan(librarian_client, item.barcode, at="desk:override", **values)

    assert answer.status_code == 200
    assert "Overridden" in text_of(answer)
    assert Loan.objects.get().patron == patron


def test_overrides_nothing_without_a_reason(librarian_client, patron, item, scan):
    RuleFactory(patron_category=patron.category, values={"max_loans": 0})

    answer = scan(librarian_client, item.barcode, at="desk:override", patron=patron.pk, code=["LOAN_LIMIT_REACHED"])

    assert answer.status_code == 409
    assert not Loan.objects.exists()


def test_leaves_a_block_to_a_supervisor(librarian_client, supervisor_client, patron, item, scan):
    BlockFactory(patron=patron)
    values = {"patron": patron.pk, "code": ["PATRON_BLOCKED"], "reason": "Found her address"}

    refused = scan(librarian_client, item.barcode, at="desk:override", **values)
    lent = scan(supervisor_client, item.barcode, at="desk:override", **values)

    assert refused.status_code == 409
    assert lent.status_code == 200


def test_shows_blocks_debts_and_what_lies_ready(librarian_client, patron, desk_branch):
    BlockFactory(patron=patron, reason="Two cases are missing")
    FeeFactory(patron=patron, amount="40.00")
    HoldFactory(ready=True, patron=patron, pickup_branch=desk_branch, shelf_number=47, record__title="Tine")

    page = text_of(librarian_client.get(PAGE, {"patron": patron.pk}))

    assert "Two cases are missing" in page
    assert "40.00\xa0DKK" in page or "DKK" in page
    assert '<span class="pickup">047</span>' in page
    assert "stops above" in page


def test_ends_the_patron_and_clears_the_screen(librarian_client, patron, scan):
    answer = scan(librarian_client, "", command="end", patron=patron.pk, due="2026-11-27")

    assert answer.headers["X-Scan-Kind"] == "none"
    assert 'id="scan-patron" value=""' in text_of(answer)
    assert 'id="scan-due" value=""' in text_of(answer)
    assert '<template data-oob="#session-rows"></template>' in text_of(answer)


def test_finishes_with_the_receipt_of_this_visit(librarian_client, patron, item, scan):
    scan(librarian_client, item.barcode, patron=patron.pk)

    answer = scan(librarian_client, "", command="finish", patron=patron.pk, since=NOW.isoformat())

    assert 'data-print-auto="always"' in text_of(answer)
    assert reverse("desk:receipt", args=[patron.pk]) in text_of(answer)


def test_finishes_without_a_receipt_when_nothing_was_lent(librarian_client, patron, scan):
    answer = scan(librarian_client, "", command="finish", patron=patron.pk, since=NOW.isoformat())

    assert "data-print-auto" not in text_of(answer)


def test_changes_the_due_date_of_what_follows(librarian_client, patron, scan):
    answer = scan(librarian_client, "", command="due", patron=patron.pk, new_due="2026-11-27")

    assert 'id="scan-due" value="2026-11-27"' in text_of(answer)
    assert "Everything is due on 27 Nov 2026" in text_of(answer)


def test_refuses_a_due_date_in_the_past(librarian_client, patron, scan):
    answer = scan(librarian_client, "", command="due", patron=patron.pk, new_due="2026-11-18")

    assert answer.status_code == 422
    assert 'id="scan-due"' not in text_of(answer)


def test_renews_all_and_says_what_couldnt_be(librarian_client, patron, desk_branch, scan):
    LoanFactory(patron=patron, item__home_branch=desk_branch)
    wanted = LoanFactory(patron=patron, item__home_branch=desk_branch, item__record__title="Wanted by others")
    HoldFactory(record=wanted.item.record)

    answer = scan(librarian_client, "", command="renew-all", patron=patron.pk)

    assert '<span class="work">1 loan</span>' in text_of(answer)
    assert "Wanted by others" in text_of(answer)
    assert answer.headers["X-Scan-Kind"] == "notice"


def test_undoes_what_was_renewed_with_all_others_before_what_was_lent(librarian_client, patron, item, scan):
    known = LoanFactory(patron=patron, item__home_branch=item.home_branch, item__record__title="Known already")
    due = known.due_date
    scan(librarian_client, item.barcode, patron=patron.pk)

    answer = text_of(scan(librarian_client, "", command="renew-all", patron=patron.pk))
    known.refresh_from_db()
    assert known.due_date > due
    assert answer.index('<span class="work">') < answer.index("Known already") < answer.index("/desk/undo/")
    number = re.search(r"/desk/undo/(\d+)", answer).group(1)
    librarian_client.post(f"/desk/undo/{number}", headers={"HX-Request": "true"})

    known.refresh_from_db()
    assert known.due_date == due
    assert Loan.objects.filter(item=item, returned_at=None).exists()


def test_fills_the_patrons_own_hold(librarian_client, patron, item, scan):
    hold = HoldFactory(ready=True, patron=patron, trapped_item=item, pickup_branch=item.home_branch)

    answer = scan(librarian_client, item.barcode, patron=patron.pk)

    hold.refresh_from_db()
    assert "Fills the hold" in text_of(answer)
    assert hold.state == Hold.State.FILLED


def test_goes_back_to_the_page_for_a_browser_without_script(librarian_client, patron, item):
    answer = librarian_client.post(f"{PAGE}/scan", {"scan": item.barcode, "patron": patron.pk}, follow=True)

    assert answer.redirect_chain == [(f"{PAGE}?patron={patron.pk}", 302)]
    assert "Lucky Per" in text_of(answer)


def test_answers_thirty_scans_with_thirty_rows(librarian_client, patron, desk_branch, scan):
    items = [ItemFactory(home_branch=desk_branch) for _ in range(30)]

    answers = [scan(librarian_client, each.barcode, patron=patron.pk) for each in items]

    assert [answer.headers["X-Scan-Kind"] for answer in answers] == ["ok"] * 30
    assert Loan.objects.filter(patron=patron).count() == 30
