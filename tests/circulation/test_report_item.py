"""Lost, missing, damaged, withdrawn, and what patrons claim: each noted, each undone."""

from collections import Counter
from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from circulation.errors import CheckOutRefused, Code, ReportRefused, UndoRefused
from circulation.models import Fee, Hold, Loan, Transit
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.claims import claim_never_had, claim_returned, give_up_claim, take_back_claim
from circulation.services.fees import charge_overdue
from circulation.services.nightly.overdue_fees import charge_overdue_fees
from circulation.services.nightly.overdue_notices import make_overdue_notices
from circulation.services.report_item import (
    report_damaged,
    report_lost,
    report_missing,
    report_repaired,
    withdraw_item,
)
from circulation.services.results import GoesTo
from circulation.services.undo import undo
from holdings.models import Item
from notices.models import Notice
from tests.factories import TODAY, HoldFactory, LoanFactory, RuleFactory, TransitFactory


@pytest.fixture
def desk(library, now):
    """Return who does it and when."""
    return {"staff": library.staff, "now": now}


@pytest.fixture
def take_back(desk):
    """Return a function that undoes what a result was about."""
    return lambda result: undo(entry=AuditEntry.objects.get(pk=result.entry_id), **desk)


@pytest.fixture
def overdue(library):
    """Return a loan that's ten days late."""
    return LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main, overdue=True)


def _rows():
    return {model: list(model.objects.order_by("pk").values()) for model in (Item, Hold, Transit)}


def _refused(act, **values):
    with pytest.raises(ReportRefused) as refused:
        act(**values)
    return refused.value.codes


REPORTS = {
    "lost": lambda item, desk: report_lost(item=item, **desk),
    "missing": lambda item, desk: report_missing(item=item, **desk),
    "damaged": lambda item, desk: report_damaged(item=item, note="Torn", **desk),
    "withdrawn": lambda item, desk: withdraw_item(item=item, reason="Worn out", **desk),
}


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
@pytest.mark.parametrize("trap", ["ready", "in_transit", "none"])
def test_lets_the_hold_go_and_undo_binds_it_again(library, desk, take_back, report, trap):
    item = library.item()
    if trap != "none":
        HoldFactory(trapped_item=item, pickup_branch=library.east, **{trap: True})
    before = _rows()

    result = report(item, desk)
    assert not Hold.objects.filter(state__in=Hold.TRAPPED).exists()
    take_back(result)

    assert _rows() == before


def test_i_f8_lost_on_a_journey_is_lost_where_it_was_sent_from(library, desk):
    transit = TransitFactory(item=library.item(), from_branch=library.main, to_branch=library.east)

    report_lost(item=transit.item, **desk)

    transit.refresh_from_db()
    transit.item.refresh_from_db()
    assert transit.cancelled_at == desk["now"]
    assert (transit.item.status, transit.item.current_branch) == ("LOST", library.main)


def test_lost_leaves_the_loan_open(library, desk, overdue):
    report_lost(item=overdue.item, **desk)

    overdue.refresh_from_db()
    overdue.item.refresh_from_db()
    assert (overdue.returned_at, overdue.item.status) == (None, "LOST")


def test_what_somebody_has_is_not_missing(overdue, desk):
    assert _refused(report_missing, item=overdue.item, **desk) == [Code.ITEM_ON_LOAN]


def test_withdrawing_refuses_with_every_reason(library, overdue, desk):
    library.item(bundle=overdue.item)

    codes = _refused(withdraw_item, item=overdue.item, reason=" ", **desk)

    assert codes == [Code.ITEM_ON_LOAN, Code.BUNDLE_NOT_EMPTY, Code.TEXT_MISSING]
    overdue.item.refresh_from_db()
    assert overdue.item.status == "ON_LOAN"


def test_withdrawn_is_final(library, desk):
    item = library.item()
    withdraw_item(item=item, reason="Worn out", **desk)

    for report in REPORTS.values():
        with pytest.raises(ReportRefused) as refused:
            report(item, desk)
        assert refused.value.codes == [Code.ITEM_WITHDRAWN]
    assert check_in(item=item, branch=library.main, **desk).goes_to == GoesTo.ASIDE


# --- Damaged ---


def test_a_damaged_item_fills_no_hold_and_is_put_aside_at_home(library, desk):
    loan = LoanFactory(item=library.item(), lending_branch=library.main)
    HoldFactory(record=loan.item.record, pickup_branch=library.main)
    report_damaged(item=loan.item, note="Torn", **desk)

    result = check_in(item=loan.item, branch=library.main, **desk)

    assert (result.goes_to, result.hold) == (GoesTo.ASIDE, None)
    assert [each.facts["note"] for each in result.notices if each.code == Code.ITEM_DAMAGED] == ["Torn"]


def test_repaired_it_fills_the_hold(library, desk):
    hold = HoldFactory(record=library.item(is_damaged=True).record, pickup_branch=library.main)
    item = Item.objects.get(record=hold.record)

    report_repaired(item=item, **desk)

    assert check_in(item=item, branch=library.main, **desk).hold == hold


def test_lending_a_damaged_item_tells_the_desk(library, desk):
    item = library.item(is_damaged=True, damage_note="Page 7 is torn")

    result = check_out(item=item, patron=library.patron, branch=library.main, **desk)

    assert [each.code for each in result.notices] == [Code.ITEM_DAMAGED]


def test_damage_needs_words(library, desk):
    assert _refused(report_damaged, item=library.item(), note=" \n", **desk) == [Code.TEXT_MISSING]


# --- Claims ---


def test_i_f9_claimed_as_returned_the_loan_stays_open(library, desk, overdue, take_back):
    result = claim_returned(loan=overdue, **desk)

    overdue.refresh_from_db()
    assert (overdue.claim, overdue.claimed_at, overdue.returned_at) == ("RETURNED", desk["now"], None)
    take_back(result)
    overdue.refresh_from_db()
    assert (overdue.claim, overdue.claimed_at) == ("", None)


def test_i_f9_no_fee_and_no_reminder_while_the_claim_stands(library, desk, overdue):
    claim_returned(loan=overdue, **desk)

    charge_overdue_fees(on=TODAY, now=desk["now"], counts=Counter())
    make_overdue_notices(on=TODAY, now=desk["now"], counts=Counter())

    assert (Fee.objects.count(), Notice.objects.count()) == (0, 0)


def test_i_f9_a_claim_is_made_once(desk, overdue):
    claim_returned(loan=overdue, **desk)

    assert _refused(claim_returned, loan=overdue, **desk) == [Code.CLAIMED_ALREADY]


def test_i_f9_taking_a_claim_back_needs_a_reason(desk, overdue):
    claim_returned(loan=overdue, **desk)

    assert _refused(take_back_claim, loan=overdue, reason="", **desk) == [Code.TEXT_MISSING]
    take_back_claim(loan=overdue, reason="Found at home", **desk)
    overdue.refresh_from_db()
    assert (overdue.claim, overdue.claimed_at) == ("", None)


def test_i_f9_given_up_the_library_bears_it(desk, overdue, take_back):
    charge_overdue(loan=overdue, on=TODAY, now=desk["now"], actor=None)
    claim_returned(loan=overdue, **desk)

    result = give_up_claim(loan=overdue, reason="Looked for three times", **desk)

    overdue.refresh_from_db()
    overdue.item.refresh_from_db()
    assert (overdue.returned_at, overdue.claim, overdue.item.status) == (desk["now"], "RETURNED", "MISSING")
    assert Fee.objects.get().balance == 0
    take_back(result)
    overdue.refresh_from_db()
    assert (overdue.returned_at, overdue.claim) == (None, "RETURNED")


def test_settling_without_a_claim_is_refused(desk, overdue):
    assert _refused(give_up_claim, loan=overdue, reason="Why", **desk) == [Code.NOT_CLAIMED]


def test_never_had_ends_the_loan_and_costs_nothing(library, desk, overdue, take_back):
    charge_overdue(loan=overdue, on=TODAY, now=desk["now"], actor=None)

    result = claim_never_had(loan=overdue, **desk)

    overdue.refresh_from_db()
    overdue.item.refresh_from_db()
    assert (overdue.returned_at, overdue.claim, overdue.patron) == (desk["now"], "NEVER_HAD", library.patron)
    assert (overdue.item.status, Fee.objects.get().balance) == ("MISSING", 0)
    take_back(result)
    overdue.refresh_from_db()
    overdue.item.refresh_from_db()
    assert (overdue.returned_at, overdue.claim, overdue.item.status) == (None, "", "ON_LOAN")


def test_found_on_the_shelf_the_claim_is_forgotten(library, desk, overdue):
    claim_never_had(loan=overdue, **desk)

    check_in(item=overdue.item, branch=library.main, **desk)

    overdue.refresh_from_db()
    assert (overdue.claim, overdue.patron) == ("", None)


def test_an_ended_loan_takes_no_claim(library, desk):
    over = LoanFactory(item=library.item(), returned=True)

    for act in (claim_returned, claim_never_had):
        assert _refused(act, loan=over, **desk) == [Code.LOAN_ENDED]


def test_i_f9_many_claims_warn_the_desk(library, desk):
    RuleFactory(values={"warn_at_claims": 2}, branch=library.main)
    first, second, third = LoanFactory.create_batch(3, patron=library.patron, lending_branch=library.main)

    assert claim_returned(loan=first, **desk).notices == ()
    (warning,) = claim_never_had(loan=second, **desk).notices
    assert (warning.code, warning.facts["claims"], warning.facts["limit"]) == (Code.HAS_CLAIMS, 2, 2)
    lent = check_out(item=library.item(), patron=library.patron, branch=library.main, **desk)
    assert Code.HAS_CLAIMS in [each.code for each in lent.notices]


def test_undo_is_refused_when_something_happened_since(library, desk, take_back):
    item = library.item()
    result = report_lost(item=item, **desk)
    check_in(item=item, branch=library.main, **desk)

    with pytest.raises(UndoRefused) as refused:
        take_back(result)
    assert refused.value.codes == [Code.CHANGED_SINCE]


def test_in_a_bundle_it_is_not_lent_by_itself(library, desk):
    bundle = library.item()
    item = library.item(bundle=bundle)

    with pytest.raises(CheckOutRefused) as refused:
        check_out(item=item, patron=library.patron, branch=library.main, **desk)

    (reason,) = refused.value.reasons
    assert (reason.code, reason.facts["barcode"]) == (Code.ITEM_IN_BUNDLE, bundle.barcode)
    assert Loan.objects.count() == 0


def test_back_dated_to_before_the_claim_it_was_in_time(library, desk):
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main, overdue=True)
    Loan.objects.filter(pk=loan.pk).update(claim="RETURNED", claimed_at=desk["now"] - timedelta(days=12))

    result = check_in(item=loan.item, branch=library.main, **desk)

    assert (result.days_late, result.fee) == (0, None)
