from datetime import date, timedelta

import pytest

from accounts.models import AuditEntry
from circulation.errors import RenewalRefused
from circulation.models import Loan
from circulation.services.renew_for_child import renew_all_for_child, renew_for_child
from patrons.models import Guardianship, Patron
from tests.factories import (
    NOW,
    TODAY,
    GuardianshipFactory,
    HoldFactory,
    LoanFactory,
    PatronCategoryFactory,
    PatronFactory,
    RuleFactory,
)


@pytest.fixture
def link(alpha, db):
    """The guardian of a child who's 9."""
    RuleFactory()
    return GuardianshipFactory()


@pytest.fixture
def loan(link):
    """What the child has on loan."""
    return LoanFactory(patron=link.child, due_date=TODAY + timedelta(days=3))


def stands(loan):
    """Whether nothing has happened to the loan."""
    now = Loan.objects.get(pk=loan.pk)
    return (now.due_date, now.renewals) == (loan.due_date, 0) and not AuditEntry.objects.exists()


def end_link(link):
    link.delete()


def hide_loans(link):
    Guardianship.objects.update(shows_loans=False)


def come_of_age(link):
    Patron.objects.filter(pk=link.child_id).update(birth_date=date(TODAY.year - 18, TODAY.month, TODAY.day))


def become_an_adult_by_category(link):
    Patron.objects.filter(pk=link.child_id).update(birth_date=None, category=PatronCategoryFactory())


def let_the_child_leave(link):
    Patron.objects.filter(pk=link.child_id).update(left_at=NOW)


def let_the_guardian_leave(link):
    Patron.objects.filter(pk=link.guardian_id).update(left_at=NOW)


NOT_HERS = (
    end_link,
    hide_loans,
    come_of_age,
    become_an_adult_by_category,
    let_the_child_leave,
    let_the_guardian_leave,
)


def test_a_guardian_renews_and_the_audit_log_says_that_it_was_she(link, loan):
    result = renew_for_child(loan=loan, guardian=link.guardian, now=NOW)

    entry = AuditEntry.objects.get(action="circulation.renew")
    assert result.loan.due_date > loan.due_date
    assert (entry.actor, entry.facts["guardian_id"], entry.facts["patron_id"]) == (
        None,
        link.guardian_id,
        link.child_id,
    )


def test_who_is_still_17_is_a_child_whatever_her_category(link, loan):
    almost = date(TODAY.year - 18, TODAY.month, TODAY.day) + timedelta(days=1)
    Patron.objects.filter(pk=link.child_id).update(birth_date=almost, category=PatronCategoryFactory())

    assert renew_for_child(loan=loan, guardian=link.guardian, now=NOW).loan.renewals == 1


@pytest.mark.parametrize("happens", NOT_HERS)
def test_a_loan_of_no_child_of_hers_is_unknown_to_her(link, loan, happens):
    happens(link)

    with pytest.raises(RenewalRefused) as refused:
        renew_for_child(loan=loan, guardian=link.guardian, now=NOW)

    assert refused.value.codes == ["LOAN_UNKNOWN"]
    assert stands(loan)


@pytest.mark.parametrize("happens", NOT_HERS)
def test_nothing_is_renewed_for_who_is_no_child_of_hers(link, loan, happens):
    happens(link)

    with pytest.raises(RenewalRefused) as refused:
        renew_all_for_child(child=link.child, guardian=link.guardian, now=NOW)

    assert refused.value.codes == ["PATRON_UNKNOWN"]
    assert stands(loan)


def test_another_childs_guardian_and_the_child_itself_may_not(link, loan):
    other = GuardianshipFactory()

    for somebody in (other.guardian, other.child, link.child, PatronFactory()):
        with pytest.raises(RenewalRefused, match="LOAN_UNKNOWN"):
            renew_for_child(loan=loan, guardian=somebody, now=NOW)
        with pytest.raises(RenewalRefused, match="PATRON_UNKNOWN"):
            renew_all_for_child(child=link.child, guardian=somebody, now=NOW)

    assert stands(loan)


def test_a_loan_whose_patron_is_forgotten_is_unknown(link, loan):
    Loan.objects.update(patron=None, returned_at=NOW)

    with pytest.raises(RenewalRefused, match="LOAN_UNKNOWN"):
        renew_for_child(loan=Loan.objects.get(), guardian=link.guardian, now=NOW)


def test_the_reasons_are_those_of_any_renewal(link, loan):
    HoldFactory(record=loan.item.record)

    with pytest.raises(RenewalRefused) as refused:
        renew_for_child(loan=loan, guardian=link.guardian, now=NOW)

    assert refused.value.codes == ["SOMEBODY_WAITS"]
    assert stands(loan)


def test_all_of_one_child_are_renewed_and_nobody_elses(link, loan):
    waited_for = LoanFactory(patron=link.child, due_date=TODAY + timedelta(days=4))
    HoldFactory(record=waited_for.item.record)
    sibling = LoanFactory(patron=GuardianshipFactory(guardian=link.guardian).child)
    own = LoanFactory(patron=link.guardian)

    answers = renew_all_for_child(child=link.child, guardian=link.guardian, now=NOW)

    assert [(answer.loan.pk, bool(answer.result)) for answer in answers] == [(loan.pk, True), (waited_for.pk, False)]
    assert set(Loan.objects.filter(renewals=0)) == {waited_for, sibling, own}
    assert [entry.facts["guardian_id"] for entry in AuditEntry.objects.all()] == [link.guardian_id]
