"""Cases II.F: ended cards, overdue loans, limits, and people with a card in another municipality, too."""

from datetime import timedelta

import pytest
from django.db import connection

from circulation.errors import CheckOutRefused, HoldRefused, Override, RenewalRefused
from circulation.models import CirculationRule, Hold, Loan
from circulation.selectors.loans import loans_of
from circulation.selectors.panels import patron_panel
from circulation.services.check_out import check_out
from circulation.services.holds import place_hold
from circulation.services.renew import renew_loan
from holdings.models import Item
from holdings.selectors import get_item_by_barcode
from patrons.models import Patron
from patrons.selectors import get_patron_by_card
from tests.factories import (
    NOW,
    TODAY,
    FeeFactory,
    HoldFactory,
    ItemFactory,
    LoanFactory,
    PatronFactory,
    RuleFactory,
)

pytestmark = pytest.mark.usefixtures("library")


def refusals(library, patron, loan):
    """Return why a check-out, a renewal and a hold are refused."""
    found = []
    for refusal, act in (
        (
            CheckOutRefused,
            lambda: check_out(item=library.item(), patron=patron, branch=library.main, staff=library.staff, now=NOW),
        ),
        (RenewalRefused, lambda: renew_loan(loan=loan, staff=library.staff, now=NOW)),
        (
            HoldRefused,
            lambda: place_hold(
                record=library.item().record, patron=patron, pickup_branch=library.main, staff=library.staff, now=NOW
            ),
        ),
    ):
        with pytest.raises(refusal) as refused:
            act()
        found.append(refused.value.codes)
    return found


def set_rule(**values):
    rule = CirculationRule.objects.get()
    rule.values = {**rule.values, **values}
    rule.save()


def test_ii_f3_an_expired_card_neither_borrows_nor_renews(library):
    patron = library.another_patron(expired=True)
    loan = LoanFactory(patron=patron, item=library.item())

    assert all("PATRON_EXPIRED" in codes for codes in refusals(library, patron, loan))
    assert (Loan.objects.count(), Loan.objects.get().renewals, Hold.objects.count()) == (1, 0, 0)


def test_ii_f3_whoever_may_goes_past_an_ended_card_for_a_renewal_and_for_a_check_out(library):
    patron = library.another_patron(expired=True)
    loan = LoanFactory(patron=patron, item=library.item(), lending_branch=library.main)
    beyond = Override(["PATRON_EXPIRED"], "she renews it tomorrow")
    item = library.item()

    renewed = renew_loan(loan=loan, staff=library.staff, now=NOW, override=beyond).loan
    lent = check_out(item=item, patron=patron, branch=library.main, staff=library.staff, now=NOW, override=beyond).loan

    # The card that has ended shortens neither.
    assert (renewed.renewals, renewed.due_date, lent.due_date) == (1, TODAY + timedelta(days=28), renewed.due_date)


@pytest.mark.parametrize(("late", "is_stopped"), [(0, False), (2, True)])
def test_ii_f5_so_many_overdue_loans_stop_her_and_none_does_not(library, late, is_stopped):
    set_rule(block_at_overdue=1)
    for _ in range(late):
        LoanFactory(patron=library.patron, item=library.item(), overdue=True)

    if is_stopped:
        with pytest.raises(CheckOutRefused) as refused:
            check_out(item=library.item(), patron=library.patron, branch=library.main, staff=library.staff, now=NOW)
        assert refused.value.codes == ["OVERDUE_LIMIT"]
    else:
        check_out(item=library.item(), patron=library.patron, branch=library.main, staff=library.staff, now=NOW)
    assert Loan.objects.count() == (late or 1)


def test_ii_f6_a_ready_hold_counts_a_collected_one_does_not_and_staff_may_go_past(library):
    """Ours: of holds there's a limit in all, and the branch that decides says which; of loans also one for a branch."""
    set_rule(max_holds=3)
    own = CirculationRule.objects.create(branch=library.main, values={"max_holds": 1})
    ready = HoldFactory(ready=True, trapped_item=library.item(), patron=library.patron, pickup_branch=library.main)

    def place(**values):
        record = library.item().record
        where = {"pickup_branch": library.main, "staff": library.staff, "now": NOW, **values}
        try:
            place_hold(record=record, patron=library.patron, **where)
        except HoldRefused as refused:
            return refused.codes
        return []

    assert place() == ["HOLD_LIMIT_REACHED"]
    own.delete()
    assert (place(), place(), place()) == ([], [], ["HOLD_LIMIT_REACHED"])
    beyond = Override(["HOLD_LIMIT_REACHED"], "for her thesis")
    assert place(override=beyond) == []

    set_rule(max_holds=4)
    assert place() == ["HOLD_LIMIT_REACHED"]
    check_out(item=ready.trapped_item, patron=library.patron, branch=library.main, staff=library.staff, now=NOW)
    assert place() == []


def test_ii_f8_another_municipality_s_loans_and_debts_of_the_same_person_are_not_seen(library, alpha, beta, now):
    person = {"family_name": "Solvang", "given_name": "Ingrid", "email": "ingrid@post.example"}
    Patron.objects.filter(pk=library.patron.pk).update(**person)
    connection.set_tenant(beta)
    RuleFactory()
    there = PatronFactory(card="2099999999", **person)
    elsewhere = LoanFactory(patron=there, overdue=True)
    FeeFactory(patron=there, amount=500)
    connection.set_tenant(alpha)
    set_rule(block_at_overdue=1)

    panel = patron_panel(patron_id=library.patron.pk, branch=library.main, now=now)
    assert (panel.loans, panel.overdue, panel.owed) == (0, 0, 0)
    assert get_patron_by_card("2099999999") is None
    check_out(item=library.item(), patron=library.patron, branch=library.main, staff=library.staff, now=NOW)
    assert loans_of(library.patron, now=now)[0].loan.item.barcode != elsewhere.item.barcode


def test_ii_f9_another_municipality_s_item_is_no_item_here(library, alpha, beta):
    connection.set_tenant(beta)
    theirs = ItemFactory(barcode="3099999999")
    connection.set_tenant(alpha)

    assert get_item_by_barcode("3099999999") is None
    with pytest.raises(CheckOutRefused) as refused:
        check_out(
            item=Item(pk=10**9 + theirs.pk), patron=library.patron, branch=library.main, staff=library.staff, now=NOW
        )
    assert refused.value.codes == ["ITEM_UNKNOWN"]


def test_ii_f5_f7_a_loan_due_today_is_not_overdue_and_one_that_is_stops_all_three(library):
    set_rule(block_at_overdue=1)
    loan = LoanFactory(patron=library.patron, item=library.item(), due_date=TODAY)
    item = library.item()
    check_out(item=item, patron=library.patron, branch=library.main, staff=library.staff, now=NOW)

    Loan.objects.filter(pk=loan.pk).update(due_date=TODAY - timedelta(days=1))

    assert all("OVERDUE_LIMIT" in codes for codes in refusals(library, library.patron, loan))


def test_ii_f7_a_debt_above_the_limit_stops_all_three(library):
    loan = LoanFactory(patron=library.patron, item=library.item())
    FeeFactory(patron=library.patron, amount=201)

    assert all("DEBT_LIMIT" in codes for codes in refusals(library, library.patron, loan))
