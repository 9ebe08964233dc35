"""The pages about money: a patron's, the cash-up with its report, taking charges back, debt collection."""

from datetime import timedelta
from decimal import Decimal

import pytest

from circulation.models import DebtBatch, DebtClaim, Fee, LedgerEntry, Till, TillCount
from circulation.rules.resolution import Level, Origin
from circulation.selectors.fees import credit_of, owed_by
from circulation.selectors.rule_books import rule_book
from patrons.models import Guardianship
from tests.factories import TODAY, FeeFactory, PatronFactory, RuleFactory


def text_of(answer):
    return answer.content.decode()


@pytest.fixture
def fee(patron, desk_branch):
    return FeeFactory(patron=patron, branch=desk_branch, description="Broken case", amount=Decimal("40.00"))


def pay(client, patron, amount, **more):
    return client.post(
        f"/desk/patrons/{patron.pk}/pay", {"amount": amount, "method": "CASH", "form_id": f"form-{amount}", **more}
    )


def test_shows_what_is_owed_settled_and_held(librarian_client, patron, fee):
    pay(librarian_client, patron, "60", keep_rest="on")
    FeeFactory(patron=patron, description="A mug", amount=Decimal("15.00"))

    page = text_of(librarian_client.get(f"/desk/patrons/{patron.pk}/money"))

    assert "A mug" in page
    assert "Broken case" in page
    assert f"/desk/patrons/{patron.pk}/dialogs/refund" in page


def test_shows_a_child_s_fee_to_the_guardian(librarian_client, patron, fee):
    child = PatronFactory(child=True, given_name="Storm")
    Guardianship.objects.create(child=child, guardian=patron)
    FeeFactory(patron=child, liable=patron, description="Lost card", amount=Decimal("10.00"))

    page = text_of(librarian_client.get(f"/desk/patrons/{patron.pk}/money"))

    assert "Lost card" in page
    assert "for Storm" in page


def test_pays_from_the_credit_and_pays_it_back(librarian_client, patron, fee):
    pay(librarian_client, patron, "60", keep_rest="on")
    FeeFactory(patron=patron, amount=Decimal("15.00"))

    used = librarian_client.post(f"/desk/patrons/{patron.pk}/use-credit", {"form_id": "form-use1"})
    back = librarian_client.post(
        f"/desk/patrons/{patron.pk}/refund", {"amount": "5", "method": "CASH", "form_id": "form-back"}
    )

    assert (used.status_code, back.status_code) == (302, 302)
    assert (owed_by(patron.pk), credit_of(patron.pk)) == (Decimal("0.00"), Decimal("0.00"))


@pytest.mark.parametrize(
    ("amount", "status", "text"), [("5", 409, "The credit is only"), ("x", 422, "This isn&#x27;t an amount")]
)
def test_refuses_to_pay_back_what_is_not_there(librarian_client, patron, fee, amount, status, text):
    answer = librarian_client.post(
        f"/desk/patrons/{patron.pk}/refund", {"amount": amount, "method": "CASH", "form_id": "form-back"}
    )

    assert answer.status_code == status
    assert text in text_of(answer)


def test_a_payment_beyond_what_is_owed_points_to_the_credit(librarian_client, patron, fee):
    refused = pay(librarian_client, patron, "60")

    assert refused.status_code == 409
    assert "More than is owed: 40.00" in text_of(refused)
    assert "Take less, or tick “Keep what&#x27;s beyond as the patron&#x27;s credit”." in text_of(refused)
    assert (owed_by(patron.pk), credit_of(patron.pk)) == (Decimal("40.00"), Decimal("0.00"))


def test_a_waiver_beyond_what_is_owed_points_to_no_credit(supervisor_client, patron, fee):
    answer = supervisor_client.post(
        f"/desk/fees/{fee.pk}/waive", {"amount": "60", "reason": "Mistake", "form_id": "form-0001"}
    )

    assert answer.status_code == 409
    assert "More than is owed: 40.00" in text_of(answer)
    assert "or tick" not in text_of(answer)


def test_writes_off_with_the_reason(supervisor_client, patron, fee):
    supervisor_client.post(
        f"/desk/fees/{fee.pk}/write-off", {"amount": "40", "reason": "Moved abroad", "form_id": "form-0001"}
    )

    assert fee.entries.filter(kind="WRITE_OFF", reason="Moved abroad").get().amount == Decimal("-40.00")


def test_cashes_up_and_prints_the_report(librarian_client, patron, fee):
    pay(librarian_client, patron, "30")
    page = text_of(librarian_client.get("/desk/cash-up"))
    answer = librarian_client.post("/desk/cash-up/count", {"counted": "28,00", "form_id": "form-count"})

    report = text_of(librarian_client.get("/desk/cash-up/print"))

    assert "30.00" in page
    assert answer.status_code == 302
    assert TillCount.objects.get().expected == Decimal("30.00")
    assert "28.00" in report
    assert "-2.00" in report or "−2.00" in report


def test_payments_go_into_the_till_that_was_chosen(supervisor_client, patron, fee):
    supervisor_client.post("/desk/cash-up/till", {"name": "Upstairs"})
    till = Till.objects.get(name="Upstairs")
    supervisor_client.get(f"/desk/cash-up?till={till.pk}")

    pay(supervisor_client, patron, "10")

    assert fee.entries.get(kind="PAYMENT").till == till


@pytest.mark.parametrize(
    "query", ["?day=x", "?till=x", "?till=99999999999999999999", "?day=2999-01-01", "?day=0001-01-01"]
)
def test_the_cash_up_reads_nonsense_as_today(librarian_client, rules, query):
    assert librarian_client.get(f"/desk/cash-up{query}").status_code == 200


def test_takes_charges_back_as_shown(supervisor_client, patron, fee):
    query = {"since": (TODAY - timedelta(days=9)).isoformat(), "until": TODAY.isoformat(), "kind": "MANUAL"}
    page = supervisor_client.get("/desk/fee-reversal", query)

    answer = supervisor_client.post(
        "/desk/fee-reversal", {**query, "digest": page.context["found"].digest, "reason": "Wrong rule"}
    )

    assert answer.status_code == 302
    assert Fee.objects.get(pk=fee.pk).balance == Decimal("0.00")


def test_offers_the_rules_behind_the_charges_by_level_and_number(supervisor_client, patron, fee, rules):
    other = FeeFactory(patron=patron, branch=fee.branch, amount=Decimal("15.00"))
    origins = {
        fee: {"level": "TEMPLATE", "row_id": 1},
        other: Origin(Level.MUNICIPALITY, 1, patron_category=patron.category.code).as_facts(),
    }
    for each, origin in origins.items():
        LedgerEntry.objects.filter(fee=each).update(rule={"origin": origin})
    query = {"since": (TODAY - timedelta(days=9)).isoformat(), "until": TODAY.isoformat(), "kind": "MANUAL"}

    page = supervisor_client.get("/desk/fee-reversal", query)
    query["rule"] = "MUNICIPALITY:1"
    narrowed = supervisor_client.get("/desk/fee-reversal", query)
    digest = narrowed.context["found"].digest
    done = supervisor_client.post("/desk/fee-reversal", {**query, "digest": digest, "reason": "Wrong rule"})

    assert list(page.context["form"].fields["rule"].widget.choices)[1:] == [
        ("MUNICIPALITY:1", f"The municipality's rule: {rule_book().categories[patron.category_id].name}"),
        ("TEMPLATE:1", "Rule of the consortium's template"),
    ]
    assert len(page.context["found"].lines) == 2
    assert "1 patron · " in text_of(narrowed)
    assert done.status_code == 302
    assert [Fee.objects.get(pk=each.pk).balance for each in (fee, other)] == [Decimal("40.00"), Decimal("0.00")]


def test_asks_again_when_something_has_changed(supervisor_client, patron, fee):
    query = {"since": (TODAY - timedelta(days=9)).isoformat(), "until": TODAY.isoformat(), "kind": "MANUAL"}

    answer = supervisor_client.post("/desk/fee-reversal", {**query, "digest": "old", "reason": "Wrong rule"})

    assert answer.status_code == 409
    assert Fee.objects.get(pk=fee.pk).balance == Decimal("40.00")


@pytest.mark.parametrize(
    "wrong",
    [{"since": "x"}, {"until": "2020-01-01"}, {"kind": "CREDIT"}, {"branch": "77777"}, {"rule": "MUNICIPALITY:1"}],
)
def test_refuses_a_wish_that_can_not_be(supervisor_client, rules, wrong):
    query = {"since": "2026-11-01", "until": "2026-11-19", "kind": "MANUAL", **wrong}

    assert supervisor_client.get("/desk/fee-reversal", query).status_code == 422


def test_hands_debts_over_and_notes_what_becomes_of_them(supervisor_client, patron, fee, rules):
    RuleFactory(patron_category=patron.category, values={"hand_over_days": 1})
    supervisor_client.post("/desk/debts", {"form_id": "form-0001"})
    claim, batch = DebtClaim.objects.get(), DebtBatch.objects.get()

    page = text_of(supervisor_client.get("/desk/debts"))
    file = supervisor_client.get(f"/desk/debts/batches/{batch.pk}")
    supervisor_client.post(f"/desk/debts/claims/{claim.pk}", {"what": "accept", "text": "A-17"})
    supervisor_client.post(f"/desk/debts/claims/{claim.pk}", {"what": "paid", "text": "P-1", "amount": "40.00"})

    claim.refresh_from_db()
    assert str(batch.pk) in page
    assert batch.sent_at is not None
    assert "CLAIM" in file.content.decode("utf-8-sig")
    assert (claim.state, claim.reference, owed_by(patron.pk)) == ("PAID", "A-17", Decimal("0.00"))


@pytest.mark.parametrize("what", ["recall", "paid", "nonsense", ""])
def test_refuses_what_can_not_become_of_a_claim(supervisor_client, patron, fee, what):
    batch = DebtBatch.objects.create(made_at=fee.created_at, form_id="form-0001")
    amounts = dict.fromkeys(("amount", "outstanding", "told"), fee.balance)
    claim = DebtClaim.objects.create(batch=batch, fee=fee, liable=patron, changed_at=fee.created_at, **amounts)

    answer = supervisor_client.post(f"/desk/debts/claims/{claim.pk}", {"what": what, "amount": "x"})

    claim.refresh_from_db()
    assert answer.status_code in (404, 409)
    assert claim.state == "CREATED"


@pytest.mark.parametrize("page", ["debts", "fee-reversal"])
def test_is_for_supervisors(librarian_client, rules, page):
    assert librarian_client.get(f"/desk/{page}").status_code == 403


def test_takes_a_payment_back_with_the_reason_and_says_so_on_the_receipt(librarian_client, patron, fee):
    pay(librarian_client, patron, "30")
    entry = fee.entries.get(kind="PAYMENT")
    page = text_of(librarian_client.get(f"/desk/patrons/{patron.pk}/money"))
    dialog = text_of(librarian_client.get(f"/desk/patrons/{patron.pk}/dialogs/takeback-{entry.pk}"))
    address = f"/desk/patrons/{patron.pk}/ledger/{entry.pk}/take-back"
    without_reason = librarian_client.post(address, {"reason": ""})

    answer = librarian_client.post(address, {"reason": "It was hers"})

    assert f"/desk/patrons/{patron.pk}/dialogs/takeback-{entry.pk}" in page
    assert "Take back the payment of 30.00" in dialog.replace("\xa0", " ")
    assert (without_reason.status_code, answer.status_code) == (422, 302)
    assert owed_by(patron.pk) == Decimal("40.00")
    page = text_of(librarian_client.get(f"/desk/patrons/{patron.pk}/money"))
    assert "Payment taken back" in page
    assert "takeback-" not in page
    assert "Taken back on" in text_of(librarian_client.get(f"/desk/receipts/{entry.pk}"))


def test_a_payment_of_somebody_else_is_not_there_to_be_taken_back(librarian_client, patron, fee):
    pay(librarian_client, patron, "30")
    entry = fee.entries.get(kind="PAYMENT")
    other = PatronFactory()

    answers = [
        librarian_client.post(f"/desk/patrons/{other.pk}/ledger/{entry.pk}/take-back", {"reason": "Why"}),
        librarian_client.get(f"/desk/patrons/{other.pk}/dialogs/takeback-{entry.pk}"),
        librarian_client.post(f"/desk/patrons/{patron.pk}/ledger/999999/take-back", {"reason": "Why"}),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert owed_by(patron.pk) == Decimal("10.00")


@pytest.mark.parametrize("what", ["refund", "credit", "manual"])
def test_takes_back_what_was_booked_by_mistake_from_its_row(librarian_client, patron, desk_branch, rules, what):
    base = f"/desk/patrons/{patron.pk}"
    charge = {"amount": "40", "description": "A mug", "form_id": "form-hand"}
    librarian_client.post(f"{base}/fee", charge)
    pay(librarian_client, patron, "100", keep_rest="on")
    librarian_client.post(f"{base}/fee", charge | {"amount": "15", "form_id": "form-more"})
    librarian_client.post(f"{base}/use-credit", {"form_id": "form-used"})
    librarian_client.post(f"{base}/refund", {"amount": "45", "method": "CASH", "form_id": "form-back"})
    entry = LedgerEntry.objects.filter(key__startswith=f"{what}:").first()
    dialog = f"{base}/dialogs/takeback-{entry.pk}"

    offered = text_of(librarian_client.get(f"{base}/money"))
    asked = librarian_client.get(dialog)
    without_reason = librarian_client.post(f"{base}/ledger/{entry.pk}/take-back", {"reason": ""})
    answer = librarian_client.post(f"{base}/ledger/{entry.pk}/take-back", {"reason": "Not hers"}, follow=True)

    expected = {"refund": (0, 45), "credit": (15, 15), "manual": (0, 15)}[what]
    assert f'"{dialog}"' in offered
    assert (asked.status_code, without_reason.status_code, answer.status_code) == (200, 422, 200)
    assert (owed_by(patron.pk), credit_of(patron.pk)) == expected
    assert "Not hers" in text_of(answer)
    assert f'"{dialog}"' not in text_of(answer)
    assert librarian_client.get("/desk/cash-up").status_code == 200


def test_what_only_a_supervisor_may_give_up_has_no_button(librarian_client, supervisor_client, patron, desk_branch):
    form = {"amount": "40", "description": "A mug", "form_id": "form-hand"}
    supervisor_client.post(f"/desk/patrons/{patron.pk}/fee", form)

    pages = [text_of(each.get(f"/desk/patrons/{patron.pk}/money")) for each in (librarian_client, supervisor_client)]

    assert ["takeback-" in page for page in pages] == [False, True]


def test_a_charge_by_a_rule_is_nothing_to_take_back(supervisor_client, patron, fee):
    entry = fee.entries.get()

    assert supervisor_client.get(f"/desk/patrons/{patron.pk}/dialogs/takeback-{entry.pk}").status_code == 404


def test_a_till_is_renamed_put_away_and_used_again_and_its_reports_stay(supervisor_client, patron, fee):
    supervisor_client.get("/desk/cash-up")
    supervisor_client.post("/desk/cash-up/till", {"name": "Upstairs"})
    first, till = Till.objects.exclude(name="Upstairs").first(), Till.objects.get(name="Upstairs")
    address = f"/desk/cash-up/tills/{till.pk}"
    supervisor_client.get(f"/desk/cash-up?till={till.pk}")
    pay(supervisor_client, patron, "30")

    renamed = text_of(supervisor_client.post(address, {"name": "First floor\x07"}, follow=True))
    uncounted = text_of(supervisor_client.post(address, {"use": "0"}, follow=True)).replace("\xa0", " ")
    supervisor_client.post(f"/desk/cash-up/count?till={till.pk}", {"counted": "30", "form_id": "form-count"})
    away = text_of(supervisor_client.post(address, {"use": "0"}, follow=True))
    report = text_of(supervisor_client.get(f"/desk/cash-up/print?till={till.pk}"))
    told = text_of(pay(supervisor_client, patron, "5"))
    supervisor_client.get(f"/desk/cash-up?till={first.pk}")
    pay(supervisor_client, patron, "10")

    assert "First floor is changed." in renamed
    assert "First floor: This till has cash that isn&#x27;t counted: 30.00 DKK" in uncounted
    assert f'"/desk/cash-up?till={till.pk}"' in away
    assert ("First floor" in report, "30.00" in report) == (True, True)
    assert "This till is out of use." in away
    assert "Choose another one on the page of the cash-up." in told
    assert [entry.till for entry in fee.entries.filter(kind="PAYMENT").order_by("pk")] == [till, first]
    supervisor_client.post(address, {"use": "1"})
    assert Till.objects.get(pk=till.pk).is_active


def test_who_never_chose_a_till_is_told_when_hers_is_put_away(supervisor_client, desk_branch, patron, fee):
    tills = [Till.objects.create(branch=desk_branch, name=name) for name in ("A", "B")]
    supervisor_client.get("/desk/cash-up")
    supervisor_client.post(f"/desk/cash-up/tills/{tills[0].pk}", {"use": "0"})

    assert "This till is out of use." in text_of(pay(supervisor_client, patron, "10"))
    assert not fee.entries.filter(kind="PAYMENT").exists()


def test_tills_are_changed_by_who_may_waive(librarian_client, desk_branch, rules):
    till = Till.objects.create(branch=desk_branch, name="Upstairs")

    answer = librarian_client.post(f"/desk/cash-up/tills/{till.pk}", {"name": "Mine"})

    assert (answer.status_code, Till.objects.get().name) == (403, "Upstairs")
    assert "/desk/cash-up/tills/" not in text_of(librarian_client.get("/desk/cash-up"))


@pytest.mark.parametrize("pk", [999999, 10**30])
def test_another_library_s_till_is_not_there(supervisor_client, rules, pk):
    assert supervisor_client.post(f"/desk/cash-up/tills/{pk}", {"name": "Mine"}).status_code == 404


@pytest.mark.parametrize("what", ["waive", "write-off"])
@pytest.mark.parametrize(("page", "back"), [("", "#fees"), ("/money", "/money")])
def test_goes_on_where_the_button_was_pressed(supervisor_client, patron, fee, what, page, back):
    base = f"/desk/patrons/{patron.pk}"

    answer = supervisor_client.post(
        f"/desk/fees/{fee.pk}/{what}",
        {"amount": "40", "reason": "Why"},
        headers={"referer": f"http://alpha.localhost{base}{page}"},
    )

    assert (answer.status_code, answer["Location"]) == (302, f"{base}{back}")
