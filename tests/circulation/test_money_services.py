"""Credit, guardians, tills, reversal in bulk and debt collection, through their services."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from circulation.errors import FeeRefused
from circulation.models import CirculationRule, DebtBatch, DebtClaim, Fee, LedgerEntry
from circulation.selectors.debts import to_hand_over
from circulation.selectors.fees import credit_of, fees_of, owed_by
from circulation.selectors.reversals import Wanted, preview
from circulation.selectors.tills import cash_up
from circulation.services.debts import accept_claim, book_payment, hand_over, recall_claim, release_claim, send_batch
from circulation.services.debts.systems import file_name
from circulation.services.fees import (
    add_fee,
    charge_overdue,
    close_overdue_fee,
    refund,
    take_payment,
    use_credit,
    waive,
)
from circulation.services.fees.reversal import reverse_charges
from circulation.services.tills import add_till, count_till, first_till
from common.encryption import encrypt
from patrons.models import Guardianship
from tenants.files import MunicipalityStorage
from tests.factories import BranchFactory, FeeFactory, LoanFactory, PatronFactory, RuleFactory, StaffAccountFactory

DUE = date(2026, 11, 9)


def money(text):
    return Decimal(text)


@pytest.fixture
def staff(alpha):
    return StaffAccountFactory(supervisor=True)


@pytest.fixture
def pay(staff, now):
    def pay(patron, amount, **values):
        values = {"method": "CASH", "form_id": f"form-{amount}-{patron.pk}", **values}
        return take_payment(patron=patron, amount=money(amount), staff=staff, now=now, **values)

    return pay


@pytest.fixture
def rules(alpha):
    def rules(**values):
        CirculationRule.objects.all().delete()
        return RuleFactory(set=values)

    return rules


# --- Payments and credit ---


@pytest.mark.parametrize(
    ("order", "left"),
    [("OLDEST_FIRST", ["0.00", "20.00"]), ("FEES_FIRST", ["20.00", "0.00"]), ("REPLACEMENTS_FIRST", ["0.00", "20.00"])],
)
def test_a_part_payment_settles_in_the_municipality_s_order(rules, pay, order, left):
    rules(payment_order=order)
    patron = PatronFactory()
    first = FeeFactory(patron=patron, kind=Fee.Kind.REPLACEMENT, amount=money("20.00"))
    second = FeeFactory(patron=patron, amount=money("20.00"))

    pay(patron, "20.00")

    assert [str(Fee.objects.get(pk=fee.pk).balance) for fee in (first, second)] == left


def test_an_overpayment_is_refused_unless_it_is_to_be_kept(rules, pay):
    rules()
    patron = FeeFactory(amount=money("40.00")).patron

    with pytest.raises(FeeRefused) as refusal:
        pay(patron, "50.00")
    receipt = pay(patron, "50.00", keep_rest=True, form_id="form-0002")

    assert refusal.value.codes == ["MORE_THAN_OWED"]
    assert (receipt.amount, credit_of(patron.pk), owed_by(patron.pk)) == (money("50.00"), money("10.00"), money("0.00"))


def test_credit_pays_what_is_owed_once_and_the_rest_is_refunded_once(rules, pay, staff, now):
    rules()
    patron = FeeFactory(amount=money("40.00")).patron
    pay(patron, "100.00", keep_rest=True)
    FeeFactory(patron=patron, amount=money("25.00"))

    for _ in range(2):
        assert use_credit(patron=patron, staff=staff, now=now, form_id="form-use1") == money("25.00")
        by = {"staff": staff, "now": now, "form_id": "form-back"}
        refund(patron=patron, amount=money("35.00"), method="CASH", **by)

    assert (owed_by(patron.pk), credit_of(patron.pk)) == (money("0.00"), money("0.00"))
    assert sum(LedgerEntry.objects.values_list("amount", flat=True)) == money("0.00")


def test_no_more_is_refunded_than_there_is(rules, pay, staff, now):
    rules()
    patron = FeeFactory(amount=money("40.00")).patron
    pay(patron, "50.00", keep_rest=True)

    with pytest.raises(FeeRefused) as refusal:
        refund(patron=patron, amount=money("10.01"), method="CASH", staff=staff, now=now, form_id="form-back")

    assert refusal.value.reasons[0].facts == {"credit": "10.00"}
    assert credit_of(patron.pk) == money("10.00")


# --- Guardians ---


@pytest.fixture
def family(rules):
    rules()
    child, guardian = PatronFactory(child=True), PatronFactory()
    Guardianship.objects.create(child=child, guardian=guardian)
    return child, guardian


def test_the_guardian_is_liable_for_a_child_s_fee_and_sees_it(family, now):
    child, guardian = family
    loan = LoanFactory(overdue=True, patron=child)

    fee = charge_overdue(loan=loan, on=DUE + timedelta(days=8), now=now, actor=None)

    assert (fee.patron, fee.liable) == (child, guardian)
    assert [view.fee for view in fees_of(guardian)] == [fee]
    assert owed_by(guardian.pk) == money("30.00")


def test_the_guardian_pays_and_gets_back_what_was_too_much(family, pay, now):
    child, guardian = family
    loan = LoanFactory(overdue=True, patron=child)
    charge_overdue(loan=loan, on=DUE + timedelta(days=8), now=now, actor=None)
    receipt = pay(guardian, "30.00")

    close_overdue_fee(loan=loan, on=DUE, now=now, actor=None)

    assert receipt.patron_id == guardian.pk
    assert (credit_of(guardian.pk), credit_of(child.pk)) == (money("30.00"), money("0.00"))


def test_the_guardian_is_liable_for_a_child_s_new_card(family, staff, now):
    child, guardian = family
    by = {"staff": staff, "now": now, "form_id": "form-card"}

    fee = add_fee(patron=child, branch=child.home_branch, amount=money("10"), description="New card", kind="CARD", **by)

    assert (fee.kind, fee.liable) == ("CARD", guardian)


def test_an_adult_is_liable_herself(rules, now):
    rules()
    grown = PatronFactory(birth_date=date(2008, 11, 17))
    Guardianship.objects.create(child=grown, guardian=PatronFactory())
    loan = LoanFactory(overdue=True, patron=grown)

    assert charge_overdue(loan=loan, on=DUE + timedelta(days=8), now=now, actor=None).liable is None


# --- Tills ---


def test_a_till_s_day_adds_up_by_way_of_paying(rules, pay, staff, now):
    rules()
    branch = BranchFactory()
    till, other = first_till(branch), add_till(branch=branch, name="Upstairs", staff=staff)
    patron = FeeFactory(amount=money("100.00")).patron
    pay(patron, "30.00", till=till)
    pay(patron, "40.00", till=till, method="CARD")
    pay(patron, "10.00", till=other)
    pay(patron, "50.00", till=till, keep_rest=True)
    by = {"staff": staff, "now": now, "form_id": "form-back"}
    refund(patron=patron, amount=money("5.00"), method="CASH", till=till, **by)

    found = cash_up(till, now.date())

    assert {line.method: line.total for line in found.lines} == {"CASH": money("75.00"), "CARD": money("40.00")}
    assert (found.cash, found.total, found.difference) == (money("75.00"), money("115.00"), None)
    assert cash_up(till, now.date() - timedelta(days=1)).entries == ()


def test_a_count_says_what_is_missing_and_when_it_is_old(rules, pay, staff, now):
    rules()
    till = first_till(BranchFactory())
    patron = FeeFactory(amount=money("100.00")).patron
    pay(patron, "30.00", till=till)
    for _ in range(2):
        count_till(
            till=till, day=now.date(), counted=money("28.00"), note="", staff=staff, now=now, form_id="form-count"
        )
    found = cash_up(till, now.date())
    pay(patron, "10.00", till=till)

    assert (found.difference, found.moved_since, len(found.counts)) == (money("-2.00"), False, 1)
    assert cash_up(till, now.date()).moved_since


def test_a_branch_gets_its_first_till_once(alpha):
    branch = BranchFactory()

    assert first_till(branch) == first_till(branch)


# --- Reversal in bulk ---


@pytest.fixture
def charged(rules, now):
    """Return three late loans of two weeks that a wrong rule charged, and the row's name."""
    row = rules()
    loans = [LoanFactory(overdue=True) for _ in range(3)]
    for loan in loans:
        charge_overdue(loan=loan, on=DUE + timedelta(days=8), now=now, actor=None)
    return loans, f"MUNICIPALITY:{row.pk}"


def wanted(now, **values):
    return Wanted(since=now.date() - timedelta(days=14), until=now.date(), **values)


def test_a_reversal_shows_what_it_would_do_and_does_that(charged, pay, staff, now):
    loans, row = charged
    pay(loans[0].patron, "60.00")
    waive(fee=Fee.objects.get(loan=loans[1]), amount=money("45.00"), reason="ill", staff=staff, now=now)
    seen = preview(wanted(now, rule=row))

    reverse_charges(wanted=wanted(now, rule=row), digest=seen.digest, reason="wrong rule", staff=staff, now=now)

    assert (len(seen.lines), seen.amount, seen.credited) == (3, money("135.00"), money("60.00"))
    assert not Fee.objects.filter(balance__gt=0).exists()
    assert [credit_of(loan.patron_id) for loan in loans] == [money("60.00"), money("0.00"), money("0.00")]


def test_a_reversal_is_done_once(charged, staff, now):
    seen = preview(wanted(now))
    reverse_charges(wanted=wanted(now), digest=seen.digest, reason="wrong rule", staff=staff, now=now)

    with pytest.raises(FeeRefused) as refusal:
        reverse_charges(wanted=wanted(now), digest=seen.digest, reason="wrong rule", staff=staff, now=now)

    assert refusal.value.codes == ["NOTHING_TO_REVERSE"]


def test_a_reversal_whose_preview_is_old_changes_nothing(charged, pay, staff, now):
    seen = preview(wanted(now))
    pay(charged[0][0].patron, "60.00")

    with pytest.raises(FeeRefused) as refusal:
        reverse_charges(wanted=wanted(now), digest=seen.digest, reason="wrong rule", staff=staff, now=now)

    assert refusal.value.codes == ["PREVIEW_OUTDATED"]
    assert not LedgerEntry.objects.filter(kind="CORRECTION").exists()


@pytest.mark.parametrize(
    "other",
    [
        {"kind": "HOLD"},
        {"rule": "MUNICIPALITY:987654"},
        {"since": date(2026, 1, 1), "until": date(2026, 1, 31)},
    ],
)
def test_a_reversal_touches_nothing_else(charged, now, other):
    days = {"since": now.date(), "until": now.date()}

    assert preview(Wanted(**{**days, **other})).lines == ()


def test_a_fee_that_still_runs_is_charged_anew_by_the_right_rule(charged, rules, staff, now):
    seen = preview(wanted(now))
    reverse_charges(wanted=wanted(now), digest=seen.digest, reason="wrong rule", staff=staff, now=now)
    rules(fee_steps=[{"from_day": 1, "adult": "5.00", "child": "0.00"}])

    fee = charge_overdue(loan=charged[0][0], on=DUE + timedelta(days=9), now=now, actor=None)

    assert fee.balance == money("5.00")


# --- Debt collection ---


@pytest.fixture
def ripe(rules, staff, now, settings, tmp_path):
    """Return a patron whose fee is ripe, and a function that hands over."""
    rules(hand_over_days=45, hand_over_minimum="50.00", replacement_fee=True)
    patron = PatronFactory(national_id_encrypted=encrypt("0101804711"), given_name="=Anna")
    loan = LoanFactory(overdue=True, patron=patron)
    charge_overdue(loan=loan, on=DUE + timedelta(days=45), now=now, actor=None)

    def batch(days=45, form_id="form-batch"):
        return hand_over(on=DUE + timedelta(days=days), staff=staff, now=now, form_id=form_id)

    return patron, loan, batch


def test_a_debt_is_ripe_after_the_days_and_the_amount_that_the_rules_say(ripe, rules):
    assert to_hand_over(DUE + timedelta(days=44)).debts == ()
    assert len(to_hand_over(DUE + timedelta(days=45)).debts) == 1

    rules(hand_over_days=45, hand_over_minimum="230.01")

    assert to_hand_over(DUE + timedelta(days=45)).debts == ()


def test_a_batch_is_made_once_and_its_file_names_the_person_not_the_title(ripe, staff, now):
    patron, loan, batch = ripe
    assert batch() == batch()

    sent = send_batch(batch=batch(), staff=staff, now=now)

    with MunicipalityStorage().open(file_name(sent.pk)) as file:
        text = file.read().decode("utf-8-sig")
    [heading, line] = text.strip().split("\r\n")
    values = dict(zip(heading.split(";"), line.split(";"), strict=True))
    assert (values["what"], values["national_id"], values["outstanding"]) == ("CLAIM", "0101804711", "230.00")
    assert values["name"].startswith("'=Anna")
    assert loan.item.record.title not in text
    assert DebtBatch.objects.count() == 1


def test_what_is_handed_over_is_not_handed_over_again(ripe):
    _patron, _loan, batch = ripe
    batch()

    with pytest.raises(FeeRefused) as refusal:
        batch(form_id="form-again")

    assert refusal.value.codes == ["NOTHING_TO_HAND_OVER"]


def test_a_payment_at_the_desk_is_told_in_the_next_batch(ripe, pay):
    patron, _loan, batch = ripe
    batch()
    pay(patron, "30.00")
    [change] = batch(form_id="form-second").lines
    pay(patron, "200.00")
    [paid] = batch(form_id="form-third").lines

    assert (change["what"], change["outstanding"]) == ("CHANGE", "200.00")
    assert (paid["what"], paid["outstanding"]) == ("PAID", "0.00")
    assert DebtClaim.objects.get().state == "PAID"


def test_a_returned_item_recalls_its_claim_but_not_the_fee_s(ripe, now):
    patron, loan, batch = ripe
    price = FeeFactory(patron=patron, kind="REPLACEMENT", loan=loan, due_date=loan.due_date, amount=money("99.00"))
    batch()

    close_overdue_fee(loan=loan, on=DUE + timedelta(days=46), now=now, actor=None)

    assert DebtClaim.objects.get(fee=price).state == "RECALLED"
    assert DebtClaim.objects.exclude(fee=price).get().state == "CREATED"
    assert [line["what"] for line in batch(46, "form-second").lines] == ["RECALL"]


def test_what_the_debtor_system_says_is_booked_once(ripe, staff, now):
    patron, _loan, batch = ripe
    batch()
    claim = accept_claim(claim=DebtClaim.objects.get(), reference="A-17", staff=None, now=now)
    for _ in range(2):
        book_payment(claim=claim, amount=money("100.00"), payment_id="P1", staff=None, now=now)

    claim.refresh_from_db()
    assert (claim.state, claim.reference, claim.outstanding, claim.told) == (
        "ACCEPTED",
        "A-17",
        money("130.00"),
        money("130.00"),
    )
    assert owed_by(patron.pk) == money("130.00")


def test_a_recalled_claim_leaves_the_fee_owed(ripe, staff, now):
    patron, _loan, batch = ripe
    batch()
    claim = recall_claim(claim=DebtClaim.objects.get(), reason="agreed on rates", staff=staff, now=now)

    with pytest.raises(FeeRefused) as refusal:
        recall_claim(claim=claim, reason="again", staff=staff, now=now)

    assert refusal.value.codes == ["CLAIM_ENDED"]
    assert owed_by(patron.pk) == money("230.00")


def test_what_was_recalled_is_handed_over_again_only_when_staff_say_so(ripe, staff, now):
    patron, _loan, batch = ripe
    batch()
    claim = recall_claim(claim=DebtClaim.objects.get(), reason="agreed on rates", staff=staff, now=now)
    on = DUE + timedelta(days=60)
    assert to_hand_over(on).debts == ()

    release_claim(claim=claim, staff=staff, now=now)

    assert [debt.fee for debt in to_hand_over(on).debts] == [claim.fee]
    with pytest.raises(FeeRefused):
        release_claim(claim=claim, staff=staff, now=now)


def test_a_child_without_guardian_is_listed_and_never_billed(rules, now):
    rules(hand_over_days=45)
    loan = LoanFactory(overdue=True, patron=PatronFactory(child=True))
    charge_overdue(loan=loan, on=DUE + timedelta(days=45), now=now, actor=None)

    found = to_hand_over(DUE + timedelta(days=45))

    assert (found.debts, [debt.fee.loan for debt in found.without_guardian]) == ((), [loan])
