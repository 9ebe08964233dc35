"""Cases I.C8 and I.C11 to I.C14: at check-out, about the item."""

import pytest

from circulation.errors import CheckInRefused, CheckOutRefused, Code, Override
from circulation.models import Loan, LocalUse
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.report_item import withdraw_item
from tests.factories import (
    BranchGroupFactory,
    ItemFactory,
    LoanFactory,
    PatronCategoryFactory,
    PatronFactory,
    RuleFactory,
)


@pytest.fixture
def lend(library, now):
    """Return a function that lends at main."""

    def lend(item, patron=None, **values):
        return check_out(
            item=item, patron=patron or library.patron, branch=library.main, staff=library.staff, now=now, **values
        )

    return lend


def _refused(lend, item, **values):
    with pytest.raises(CheckOutRefused) as refused:
        lend(item, **values)
    return refused.value.codes


def test_i_c8_on_loan_to_another_is_checked_in_first(library, lend, now):
    """Ours: no silent return; the desk is told, checks it in, and sees the fee and the hold that come of it."""
    loan = LoanFactory(item=library.item(), lending_branch=library.main)

    assert _refused(lend, loan.item) == [Code.ITEM_ON_LOAN]
    check_in(item=loan.item, branch=library.main, staff=library.staff, now=now)
    assert lend(loan.item).loan.patron == library.patron


@pytest.mark.parametrize(
    ("policy", "taken"), [("ANYWHERE", True), ("GROUP", True), ("HOME", False)], ids=["anywhere", "group", "home"]
)
def test_i_c8_where_a_return_is_not_allowed_the_answer_names_the_right_library(library, now, policy, taken):
    library.main.group = library.east.group = BranchGroupFactory()
    library.main.save()
    library.east.save()
    RuleFactory(values={"returns_accepted": policy}, branch=library.main)
    loan = LoanFactory(item=library.item(), lending_branch=library.main)
    values = {"item": loan.item, "branch": library.east, "staff": library.staff, "now": now}

    if taken:
        assert check_in(**values).loan == loan
        return
    with pytest.raises(CheckInRefused) as refused:
        check_in(**values)
    (reason,) = refused.value.reasons
    assert (reason.code, reason.facts["branch_id"]) == (Code.RETURN_NOT_HERE, library.main.pk)


def test_i_c11_a_use_in_the_house_is_counted_without_a_loan(library, now):
    """Ours: a way of scanning at check-in, not a patron category that nobody is."""
    result = check_in(item=library.item(), branch=library.main, staff=library.staff, now=now, counts_use=True)

    assert (result.was_used, LocalUse.objects.count(), Loan.objects.count()) == (True, 1, 0)


def test_i_c12_withdrawn_is_impossible(library, lend, now):
    item = library.item()
    withdraw_item(item=item, reason="Worn out", staff=library.staff, now=now)

    assert _refused(lend, item, override=Override([Code.ITEM_WITHDRAWN], "Why")) == [Code.ITEM_WITHDRAWN]


def test_i_c12_not_for_loan_is_overridden_by_a_supervisor_or_lent_on_site(library, lend):
    item = library.item(reference_only=True)

    assert _refused(lend, item) == [Code.ITEM_REFERENCE_ONLY]
    assert lend(item, on_site=True).loan.is_on_site


def test_i_c12_on_site_it_is_for_use_in_the_library_again_when_it_is_back(library, lend, now):
    item = library.item(reference_only=True)
    lend(item, on_site=True)

    check_in(item=item, branch=library.main, staff=library.staff, now=now)

    item.refresh_from_db()
    assert item.status == "REFERENCE_ONLY"


def test_i_c12_a_lost_item_is_lent_by_who_says_why_and_is_not_lost_any_more(library, lend):
    item = library.item(lost=True)

    assert _refused(lend, item) == [Code.ITEM_LOST]
    lend(item, override=Override([Code.ITEM_LOST], "It lies here"))
    item.refresh_from_db()
    assert item.status == "ON_LOAN"


@pytest.mark.parametrize(
    ("born", "codes"),
    [("2011-11-19", [Code.AGE_TOO_LOW]), ("2010-11-20", [Code.AGE_TOO_LOW]), ("2010-11-19", [])],
    ids=["15", "16 tomorrow", "16 today"],
)
def test_i_c13_an_age_limit_counts_full_years(library, lend, born, codes):
    """Ours: the limit is a rule's, not read from the record's text."""
    RuleFactory(values={"min_age": 16}, branch=library.main)
    patron = PatronFactory(birth_date=born, home_branch=library.main)

    if codes:
        assert _refused(lend, library.item(), patron=patron) == codes
    else:
        assert lend(library.item(), patron=patron).loan.patron == patron


def test_i_c13_without_a_birth_date_the_desk_is_told(library, lend):
    RuleFactory(values={"min_age": 16}, branch=library.main)
    patron = PatronFactory(birth_date=None, home_branch=library.main)

    assert Code.AGE_UNKNOWN in [notice.code for notice in lend(library.item(), patron=patron).notices]


def test_i_c14_a_second_item_of_the_title_is_news(library, lend):
    """Ours: told, not asked: whoever lends a class set would be asked at each scan."""
    first = library.item()
    lend(first)

    result = lend(ItemFactory(record=first.record, home_branch=library.main))

    assert [notice.code for notice in result.notices] == [Code.HAS_SAME_TITLE]
    assert Loan.objects.filter(returned_at=None).count() == 2


@pytest.mark.parametrize(("volume", "told"), [("2026:4", []), (" 2026:3", [Code.HAS_SAME_TITLE])])
def test_i_c14_another_issue_of_a_periodical_is_no_second_item(library, lend, volume, told):
    first = library.item(volume="2026:3")
    lend(first)

    result = lend(library.item(record=first.record, volume=volume))

    assert [notice.code for notice in result.notices] == told


def test_i_c14_an_institution_takes_many_of_a_title(library, lend):
    teachers = PatronFactory(category=PatronCategoryFactory(code="day-care", kind="INSTITUTION"))
    first = library.item()
    lend(first, teachers)

    assert lend(ItemFactory(record=first.record, home_branch=library.main), teachers).notices == ()
