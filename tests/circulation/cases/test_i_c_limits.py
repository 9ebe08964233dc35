"""Cases I.C1 to C8 and C10: limits on loans, and whose loans they count; II.A11 to A13 and II.F6."""

from decimal import Decimal

import pytest

from circulation.errors import CheckOutRefused, Code, Override
from circulation.models import Fee, Loan
from circulation.services.check_out import check_out
from circulation.services.results import CheckOutResult
from patrons.models import Guardianship
from tests.factories import (
    BranchFactory,
    BranchGroupFactory,
    FeeFactory,
    ItemTypeFactory,
    LoanFactory,
    RuleFactory,
)
from tests.factories.moments import TODAY


@pytest.fixture
def lend(library, now):
    """Return a function that lends, and returns the codes against it."""

    def lend(item=None, *, patron=None, branch=None, **values):
        try:
            done = check_out(
                item=item or library.item(),
                patron=patron or library.patron,
                branch=branch or library.main,
                staff=library.staff,
                now=now,
                **values,
            )
        except CheckOutRefused as refused:
            return refused.codes
        assert isinstance(done, CheckOutResult)
        return []

    return lend


def _set(library, **values):
    RuleFactory(branch=library.main, values=values)


def _reason(library, now, item, **values):
    with pytest.raises(CheckOutRefused) as refused:
        check_out(item=item, patron=library.patron, branch=library.main, staff=library.staff, now=now, **values)
    return refused.value.reasons[0]


def test_i_c1_nothing_may_be_lent_where_the_limit_is_none_at_all(library, lend, now):
    _set(library, max_loans=0)

    reason = _reason(library, now, library.item())

    assert (reason.code, reason.facts["loans"], reason.facts["limit"]) == (Code.LOAN_LIMIT_REACHED, 0, 0)
    assert not Loan.objects.exists()


def test_i_c2_on_site_is_a_limit_of_its_own(library, lend):
    _set(library, max_loans=1, max_on_site=None)
    assert lend() == []

    assert lend() == [Code.LOAN_LIMIT_REACHED]
    assert lend(on_site=True) == []


@pytest.mark.parametrize(
    ("counts", "on_site"), [(True, [Code.LOAN_LIMIT_REACHED]), (False, [])], ids=["counted together", "apart"]
)
def test_i_c3_on_site_loans_count_as_loans_where_the_rules_say_so(library, lend, counts, on_site):
    _set(library, max_loans=1, max_on_site=1, on_site_counts=counts)
    assert lend() == []

    assert lend() == [Code.LOAN_LIMIT_REACHED]
    assert lend(on_site=True) == on_site


def test_i_c3_an_on_site_loan_counts_among_the_others_too(library, lend):
    _set(library, max_loans=1, max_on_site=5, on_site_counts=True)
    assert lend(on_site=True) == []

    assert lend() == [Code.LOAN_LIMIT_REACHED]


def test_i_c3_on_site_loans_have_a_limit(library, lend):
    _set(library, max_on_site=1)
    assert lend(on_site=True) == []

    assert lend(on_site=True) == [Code.ON_SITE_LIMIT_REACHED]


def test_on_site_what_isn_t_lent_out_may_be_read_until_the_evening(library, lend):
    reference = ItemTypeFactory(code="reference", is_lent=False)
    RuleFactory(item_type=reference, values={"is_lent": False})
    item = library.item(item_type=reference, status="REFERENCE_ONLY")
    assert lend(item) == [Code.ITEM_REFERENCE_ONLY, Code.ITEM_NOT_LENT]

    assert lend(item, on_site=True) == []

    loan = Loan.objects.get()
    assert (loan.is_on_site, loan.due_date, loan.returns_as) == (True, TODAY, "REFERENCE_ONLY")


@pytest.mark.parametrize(("whose", "allowed"), [("ITEM_HOME", True), ("PATRON_HOME", False)])
def test_i_c4_a_library_s_own_limit_counts_its_own_loans_only(library, alpha, lend, whose, allowed):
    type(alpha).objects.filter(pk=alpha.pk).update(settings={"circulation": {"rules_of_loans": whose}})
    book = ItemTypeFactory(code="bk")
    RuleFactory(item_type=book, values={"max_loans_of_type": 1})
    assert lend(library.item(item_type=book, home_branch=library.east)) == []
    ours = library.item(item_type=book)
    assert lend(ours) == [Code.TYPE_LIMIT_REACHED]

    RuleFactory(branch=library.main, item_type=book, values={"max_loans_of_type": 1})

    assert (lend(ours) == []) is allowed


def test_i_c5_says_how_many_and_how_many_may_be(library, lend, now):
    book = ItemTypeFactory(code="bk")
    for _ in range(2):
        LoanFactory(patron=library.patron, item=library.item(item_type=book))
    RuleFactory(item_type=book, values={"max_loans_of_type": 1})

    reason = _reason(library, now, library.item(item_type=book))

    assert (reason.facts["loans"], reason.facts["limit"]) == (2, 1)


def test_i_c6_the_limit_of_the_type_and_the_one_for_all_are_both_told(library, lend):
    _set(library, max_loans=1, max_loans_of_type=1)
    item = library.item()
    assert lend(library.item(item_type=item.item_type)) == []

    assert lend(item) == [Code.LOAN_LIMIT_REACHED, Code.TYPE_LIMIT_REACHED]


def test_i_c7_an_item_that_she_has_already_is_renewed_whatever_the_limit(library, now):
    _set(library, max_loans=1)
    loan = LoanFactory(patron=library.patron, item=library.item())

    result = check_out(item=loan.item, patron=library.patron, branch=library.main, staff=library.staff, now=now)

    assert result.was_renewal
    assert Code.LOAN_LIMIT_REACHED not in [reason.code for reason in result.notices]


def test_i_c8_what_another_has_isn_t_lent_and_no_override_lifts_that(library, lend):
    loan = LoanFactory(item=library.item(), patron=library.another_patron())

    assert lend(loan.item) == [Code.ITEM_ON_LOAN]
    assert lend(loan.item, override=Override([Code.ITEM_ON_LOAN], "It's here")) == [Code.ITEM_ON_LOAN]


@pytest.mark.parametrize(("debt", "stops"), [("200.00", []), ("200.01", [Code.FAMILY_DEBT_LIMIT])])
@pytest.mark.parametrize("who", ["child", "guardian", "sibling"])
def test_i_c10_the_family_s_debt_is_a_limit_of_its_own_and_the_limit_itself_is_allowed(library, lend, who, debt, stops):
    _set(library, block_at_family_debt="200.00")
    family = {"child": library.another_patron(), "guardian": library.another_patron()}
    family["sibling"] = library.another_patron()
    Guardianship.objects.create(child=family["child"], guardian=library.patron)
    Guardianship.objects.create(child=library.patron, guardian=family["guardian"])
    Guardianship.objects.create(child=family["sibling"], guardian=family["guardian"])
    FeeFactory(patron=family[who], amount=Decimal(debt))
    FeeFactory(patron=library.another_patron(), amount=Decimal(900))

    assert lend() == stops


@pytest.mark.parametrize(("debt", "stops"), [("200.00", []), ("200.01", [Code.DEBT_LIMIT])])
@pytest.mark.parametrize("kind", ["MANUAL", "CARD", "PROCESSING"])
def test_i_c10_debts_of_every_kind_count_and_the_limit_itself_is_allowed(library, lend, kind, debt, stops):
    _set(library, block_at_debt="200.00")
    FeeFactory(patron=library.patron, kind=kind, amount=Decimal(debt))

    assert lend() == stops


def test_i_c10_a_supervisor_lends_in_spite_of_a_debt(library, lend):
    _set(library, block_at_debt="200.00")
    FeeFactory(patron=library.patron, amount=Decimal("200.01"))
    library.staff.role = "SUPERVISOR"

    assert lend(override=Override([Code.DEBT_LIMIT], "Pays on Friday")) == []


def test_i_c15_a_loan_and_its_renewal_cost_nothing_whatever_else_does(library, lend):
    _set(library, hold_fee="10.00", card_fee="25.00", processing_fee="50.00", fee_per_day="5.00")
    item = library.item()

    assert (lend(item), lend(item)) == ([], [])

    assert not Fee.objects.exists()


def test_lost_items_stop_lending_from_so_many_on(library, lend):
    _set(library, block_at_lost=2)
    for _ in range(2):
        assert lend() == []
        lost = LoanFactory(patron=library.patron, item=library.item()).item
        type(lost).objects.filter(pk=lost.pk).update(status="LOST")

    assert lend() == [Code.LOST_LIMIT]


@pytest.mark.parametrize(("age", "codes"), [(12, []), (13, [Code.AGE_TOO_HIGH])])
def test_may_be_lent_up_to_an_age(library, lend, age, codes):
    _set(library, max_age=12)
    child = library.another_patron(birth_date=TODAY.replace(year=TODAY.year - age))

    assert lend(patron=child) == codes


def test_ii_a11_a_cap_on_one_kind_at_one_library(library, lend):
    rare = ItemTypeFactory(code="rare")
    RuleFactory(branch=library.main, item_type=rare, values={"max_loans_of_type": 1})
    assert lend(library.item(item_type=rare)) == []

    assert lend(library.item(item_type=rare)) == [Code.TYPE_LIMIT_REACHED]
    assert lend(library.item()) == []


def test_ii_a12_a_group_s_limit_counts_the_group_and_nobody_else(library, lend):
    group = BranchGroupFactory()
    type(library.main).objects.filter(pk__in=[library.main.pk, library.east.pk]).update(group=group)
    outside = BranchFactory()
    RuleFactory(branch_group=group, values={"max_loans": 1})
    assert lend(branch=outside) == []
    assert lend(branch=library.east) == []

    assert lend(branch=library.main) == [Code.LOAN_LIMIT_REACHED]
    assert lend(branch=outside) == []


def test_ii_a13_a_cap_follows_the_owner_where_the_item_s_home_decides(library, alpha, lend):
    type(alpha).objects.filter(pk=alpha.pk).update(settings={"circulation": {"rules_of_loans": "ITEM_HOME"}})
    video = ItemTypeFactory(code="video")
    RuleFactory(branch=library.east, item_type=video, values={"max_loans_of_type": 1})
    assert lend(library.item(item_type=video, home_branch=library.east)) == []

    assert lend(library.item(item_type=video, home_branch=library.east)) == [Code.TYPE_LIMIT_REACHED]
    assert lend(library.item(item_type=video), branch=library.east) == []


def test_ii_f6_so_many_in_all_and_so_many_from_one_library(library, lend):
    RuleFactory(residence="OWN", values={"max_loans": 3, "max_loans_at_branch": 2})
    exception = RuleFactory(branch=library.main, values={"max_loans_at_branch": 1})
    assert lend() == []
    assert lend() == [Code.BRANCH_LIMIT_REACHED]

    exception.delete()
    assert lend() == []
    assert lend() == [Code.BRANCH_LIMIT_REACHED]
    assert lend(branch=library.east) == []
    assert lend(branch=library.east) == [Code.LOAN_LIMIT_REACHED]
