from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import AuditEntry
from circulation.errors import CheckOutRefused, Code, Override
from circulation.models import CirculationRule, Hold, Loan, Transit
from circulation.services.check_out import check_out
from common.errors import Severity
from holdings.models import Item, OpeningHours
from notices.models import Notice
from tests.factories import (
    TODAY,
    BlockFactory,
    BranchGroupFactory,
    CalendarDayFactory,
    CardFactory,
    FeeFactory,
    HoldFactory,
    ItemTypeFactory,
    LoanFactory,
    PatronFactory,
    RuleFactory,
    StaffAccountFactory,
    TransitFactory,
)


@pytest.fixture
def lend(library, now):
    """Return a function that lends at main; arguments change who, what, where and when."""

    def lend(item, patron=None, **values):
        return check_out(
            **{
                "item": item,
                "patron": patron or library.patron,
                "branch": library.main,
                "staff": library.staff,
                "now": now,
                **values,
            }
        )

    return lend


def _refused(lend, item, patron=None, **values):
    """Return why it's refused, after a look that nothing has changed."""
    before = Item.objects.filter(pk=item.pk).values().get(), Loan.objects.count(), AuditEntry.objects.count()
    with pytest.raises(CheckOutRefused) as refused:
        lend(item, patron, **values)
    assert (Item.objects.filter(pk=item.pk).values().get(), Loan.objects.count(), AuditEntry.objects.count()) == before
    return {reason.code: reason for reason in refused.value.reasons}


def test_lends_until_the_day_that_the_rules_give(lend, library, now):
    item = library.item()

    result = lend(item)

    loan = Loan.objects.get()
    assert result.loan == loan
    assert (loan.item, loan.patron, loan.lending_branch) == (item, library.patron, library.main)
    assert (loan.loaned_at, loan.loaned_on, loan.due_date) == (now, TODAY, TODAY + timedelta(days=28))
    assert result.notices == ()
    assert not result.was_renewal
    assert not result.repeated
    item.refresh_from_db()
    assert (item.status, item.last_seen_at) == (Item.Status.ON_LOAN, now)


def test_leaves_one_audit_entry_that_names_loan_and_state_before(lend, library):
    result = lend(library.item())

    entry = AuditEntry.objects.get()
    assert entry.pk == result.entry_id
    assert (entry.action, entry.actor, entry.subject_id) == ("circulation.check_out", library.staff, result.item.pk)
    assert entry.facts["loan_id"] == result.loan.pk
    assert entry.facts["before"] == {
        "status": "AVAILABLE",
        "current_branch_id": library.main.pk,
        "last_seen_at": None,
        "not_found_count": 0,
    }


def test_lends_another_branchs_item_and_keeps_where_it_is(lend, library):
    item = library.item(home_branch=library.east)

    result = lend(item)

    assert result.item.current_branch == library.main
    assert result.item.home_branch == library.east
    assert result.loan.lending_branch == library.main


def test_counts_the_day_at_the_branch_and_not_in_london(lend, library):
    before_midnight_in_denmark = datetime(2026, 11, 19, 22, 59, tzinfo=UTC)
    after_midnight_in_denmark = datetime(2026, 11, 19, 23, 1, tzinfo=UTC)

    assert lend(library.item(), now=before_midnight_in_denmark).loan.loaned_on == date(2026, 11, 19)
    assert lend(library.item(), now=after_midnight_in_denmark).loan.loaned_on == date(2026, 11, 20)


def test_ends_on_the_next_open_day(lend, library):
    CalendarDayFactory(branch=library.main, date=TODAY + timedelta(days=28))

    assert lend(library.item()).loan.due_date == TODAY + timedelta(days=29)


def test_ends_with_the_card_moved_back_to_an_open_day_b13(lend, library):
    # The card ends on a Sunday; main is closed on the Saturday before too.
    library.patron.expires_on = date(2026, 11, 29)
    library.patron.save()
    CalendarDayFactory(branch=library.main, date=date(2026, 11, 28))

    result = lend(library.item())

    assert result.loan.due_date == date(2026, 11, 27)
    assert [reason.code for reason in result.notices] == [Code.DUE_BEFORE_CARD_ENDS]


def test_takes_the_day_that_staff_chose(lend, library):
    assert lend(library.item(), due_date=date(2027, 6, 20)).loan.due_date == date(2027, 6, 20)


def test_refuses_a_chosen_day_that_has_passed(lend, library):
    reasons = _refused(lend, library.item(), due_date=TODAY - timedelta(days=1))

    assert reasons[Code.DUE_DATE_PAST].facts == {"due_date": "2026-11-18"}


# --- Reasons of the item ---


@pytest.mark.parametrize(
    ("trait", "code", "severity", "permission"),
    [
        ("reference_only", Code.ITEM_REFERENCE_ONLY, Severity.OVERRIDABLE, "override_limits"),
        ("on_order", Code.ITEM_ON_ORDER, Severity.OVERRIDABLE, "override_limits"),
        ("in_process", Code.ITEM_IN_PROCESS, Severity.OVERRIDABLE, "override_limits"),
        ("missing", Code.ITEM_MISSING, Severity.OVERRIDABLE, "circulate"),
        ("lost", Code.ITEM_LOST, Severity.OVERRIDABLE, "circulate"),
        ("withdrawn", Code.ITEM_WITHDRAWN, Severity.BLOCKING, ""),
    ],
)
def test_refuses_an_item_by_its_state(lend, library, trait, code, severity, permission):
    reasons = _refused(lend, library.item(**{trait: True}))

    assert list(reasons) == [code]
    assert (reasons[code].severity, reasons[code].permission) == (severity, permission)


def test_refuses_what_another_patron_has(lend, library):
    loan = LoanFactory(item=library.item(), patron=library.another_patron())

    reasons = _refused(lend, loan.item)

    assert reasons[Code.ITEM_ON_LOAN].severity == Severity.BLOCKING
    assert reasons[Code.ITEM_ON_LOAN].facts == {"due_date": loan.due_date.isoformat()}


def test_refuses_a_type_that_is_not_lent_until_a_rule_says_otherwise(lend, library):
    atlas = ItemTypeFactory(code="atlas", is_lent=False)
    CirculationRule.objects.all().delete()
    RuleFactory(set={"is_lent": None})
    item = library.item(item_type=atlas)
    assert list(_refused(lend, item)) == [Code.ITEM_NOT_LENT]

    RuleFactory(values={"is_lent": True}, item_type=atlas)

    assert lend(item).loan.due_date == TODAY + timedelta(days=28)


def test_refuses_by_a_rule_and_names_the_row(lend, library):
    rule = RuleFactory(values={"is_lent": False}, branch=library.main)

    reasons = _refused(lend, library.item())

    assert reasons[Code.ITEM_NOT_LENT].facts["origin"]["row_id"] == rule.pk


def test_refuses_what_lies_ready_for_another(lend, library):
    hold = HoldFactory(
        ready=True, trapped_item=library.item(), patron=library.another_patron(), pickup_branch=library.main
    )

    reasons = _refused(lend, hold.trapped_item)

    assert reasons[Code.ITEM_ON_HOLD].facts == {"hold_id": hold.pk, "shelf_number": hold.shelf_number}


def test_refuses_what_travels_to_another(lend, library):
    hold = HoldFactory(
        in_transit=True, trapped_item=library.item(), patron=library.another_patron(), pickup_branch=library.east
    )

    reasons = _refused(lend, hold.trapped_item)

    assert reasons[Code.ITEM_IN_TRANSIT].facts == {"hold_id": hold.pk, "to_branch_id": library.east.pk}


# --- Reasons of the patron ---


def test_refuses_a_blocked_patron_once_for_each_block(lend, library):
    BlockFactory(patron=library.patron, reason="Unpaid invoice")
    BlockFactory(patron=library.patron, reason="Lost card", until=TODAY)
    BlockFactory(patron=library.patron, until=TODAY - timedelta(days=1))
    BlockFactory(patron=library.patron, lifted_at=datetime(2026, 11, 18, tzinfo=UTC))
    BlockFactory(patron=library.patron, item_type=ItemTypeFactory(code="film"))

    with pytest.raises(CheckOutRefused) as refused:
        lend(library.item())

    assert refused.value.codes == [Code.PATRON_BLOCKED, Code.PATRON_BLOCKED]
    assert [reason.facts["reason"] for reason in refused.value.reasons] == ["Unpaid invoice", "Lost card"]
    assert [reason.facts["until"] for reason in refused.value.reasons] == [None, "2026-11-19"]


def test_refuses_a_type_that_the_patron_is_blocked_for(lend, library):
    film = ItemTypeFactory(code="film")
    BlockFactory(patron=library.patron, item_type=film)

    assert list(_refused(lend, library.item(item_type=film))) == [Code.PATRON_BLOCKED]


def test_refuses_an_ended_membership_but_not_on_its_last_day(lend, library):
    item = library.item()
    assert _refused(lend, item, PatronFactory(expired=True))[Code.PATRON_EXPIRED].facts == {"expired_on": "2026-11-18"}

    assert lend(item, PatronFactory(expires_on=TODAY)).loan.due_date == TODAY


def test_refuses_a_patron_who_has_left(lend, library):
    assert _refused(lend, library.item(), PatronFactory(left=True))[Code.PATRON_LEFT].severity == Severity.BLOCKING


def test_refuses_when_the_only_card_has_ended(lend, library):
    patron = PatronFactory(card=False)
    CardFactory(patron=patron, ended=True)

    assert list(_refused(lend, library.item(), patron)) == [Code.CARD_ENDED]


def test_lends_to_a_pupil_who_never_had_a_card(lend, library):
    assert lend(library.item(), PatronFactory(child=True, card=False)).loan.renewals == 0


def test_refuses_above_the_debt_limit_and_not_on_it_c10(lend, library):
    fee = FeeFactory(patron=library.patron, amount="200.00")
    on_the_limit = lend(library.item())
    assert [reason.code for reason in on_the_limit.notices] == [Code.OWES]

    fee.balance = "200.01"
    fee.save()

    reasons = _refused(lend, library.item())
    assert (reasons[Code.DEBT_LIMIT].facts["owed"], reasons[Code.DEBT_LIMIT].facts["limit"]) == ("200.01", "200.00")


def test_refuses_from_so_many_overdue_f7(lend, library):
    RuleFactory(values={"block_at_overdue": 1}, branch=library.main)
    loan = LoanFactory(patron=library.patron, due_date=TODAY)
    assert lend(library.item()).notices == ()

    loan.due_date = TODAY - timedelta(days=1)
    loan.save()

    assert _refused(lend, library.item())[Code.OVERDUE_LIMIT].facts["overdue"] == 1


def test_refuses_at_the_limit(lend, library):
    RuleFactory(values={"max_loans": 2}, patron_category=library.patron.category)
    LoanFactory.create_batch(2, patron=library.patron)
    LoanFactory(patron=library.patron, returned=True)

    reasons = _refused(lend, library.item())

    assert (reasons[Code.LOAN_LIMIT_REACHED].facts["loans"], reasons[Code.LOAN_LIMIT_REACHED].facts["limit"]) == (2, 2)


def test_refuses_every_loan_when_the_limit_is_none_c1(lend, library):
    RuleFactory(values={"max_loans": 0}, patron_category=library.patron.category)

    assert list(_refused(lend, library.item())) == [Code.LOAN_LIMIT_REACHED]


def test_lends_without_end_where_loans_are_unlimited_a4(lend, library):
    RuleFactory(values={"max_loans": None}, patron_category=library.patron.category)
    LoanFactory.create_batch(41, patron=library.patron)

    assert lend(library.item()).loan.renewals == 0


def test_counts_only_the_branchs_own_loans_by_its_own_limit_c4(lend, library):
    LoanFactory(patron=library.patron, lending_branch=library.east)
    rule = CirculationRule.objects.get()
    rule.values["max_loans"] = 1
    rule.save()
    item = library.item()
    assert list(_refused(lend, item)) == [Code.LOAN_LIMIT_REACHED]

    RuleFactory(values={"max_loans": 1}, branch=library.main)

    lend(item)
    assert _refused(lend, library.item())[Code.LOAN_LIMIT_REACHED].facts["loans"] == 1


def test_counts_the_groups_loans_by_the_groups_limit(lend, library):
    group = BranchGroupFactory()
    library.main.group = group
    library.main.save()
    LoanFactory(patron=library.patron, lending_branch=library.main)
    LoanFactory(patron=library.patron, lending_branch=library.east)
    RuleFactory(values={"max_loans": 2}, branch_group=group)

    lend(library.item())

    assert _refused(lend, library.item())[Code.LOAN_LIMIT_REACHED].facts["loans"] == 2


def test_counts_a_types_loans_by_its_limit_c5(lend, library):
    film = ItemTypeFactory(code="film")
    RuleFactory(values={"max_loans_of_type": 1}, item_type=film)
    LoanFactory(patron=library.patron, item=library.item(item_type=film))
    LoanFactory(patron=library.patron, item=library.item(item_type=film))
    lend(library.item())

    reasons = _refused(lend, library.item(item_type=film))

    assert reasons[Code.TYPE_LIMIT_REACHED].facts["loans"] == 2
    assert reasons[Code.TYPE_LIMIT_REACHED].facts["item_type"] == "film"


@pytest.mark.parametrize(("born", "refused"), [(date(2010, 11, 19), False), (date(2010, 11, 20), True)])
def test_refuses_below_the_age_that_the_rule_asks_for(lend, library, born, refused):
    film = ItemTypeFactory(code="film")
    RuleFactory(values={"min_age": 16}, item_type=film)
    item, patron = library.item(item_type=film), PatronFactory(birth_date=born)

    if refused:
        assert _refused(lend, item, patron)[Code.AGE_TOO_LOW].facts["age"] == 15
    else:
        assert lend(item, patron).notices == ()


def test_says_when_an_age_is_not_known(lend, library):
    film = ItemTypeFactory(code="film")
    RuleFactory(values={"min_age": 16}, item_type=film)

    result = lend(library.item(item_type=film), PatronFactory(birth_date=None))

    assert [reason.code for reason in result.notices] == [Code.AGE_UNKNOWN]


# --- Reasons of rules, branch and calendar ---


def test_names_every_rule_that_is_missing(lend, library):
    CirculationRule.objects.all().delete()

    with pytest.raises(CheckOutRefused) as refused:
        lend(library.item())

    assert set(refused.value.codes) == {Code.RULE_MISSING}
    names = [reason.facts["name"] for reason in refused.value.reasons]
    assert names == ["block_at_debt", "max_loans", "loan_days"]


def test_refuses_at_a_branch_that_does_no_business(lend, library):
    library.main.is_open_for_business = False
    library.main.save()

    assert list(_refused(lend, library.item())) == [Code.BRANCH_CLOSED_FOR_BUSINESS]


def test_refuses_where_no_day_is_ever_open_b15(lend, library):
    OpeningHours.objects.filter(branch=library.main).delete()

    assert list(_refused(lend, library.item())) == [Code.CALENDAR_NEVER_OPEN]


def test_lists_every_reason_at_once(lend, library):
    BlockFactory(patron=library.patron)
    FeeFactory(patron=library.patron, amount="300.00")
    RuleFactory(values={"max_loans": 0}, patron_category=library.patron.category)

    reasons = _refused(lend, library.item(reference_only=True))

    assert list(reasons) == [
        Code.ITEM_REFERENCE_ONLY,
        Code.PATRON_BLOCKED,
        Code.DEBT_LIMIT,
        Code.LOAN_LIMIT_REACHED,
    ]


def test_refuses_an_item_or_patron_that_is_gone(lend, library):
    item, patron = library.item(), PatronFactory(card=False)
    gone = Item(pk=item.pk + 1000)
    with pytest.raises(CheckOutRefused) as refused:
        lend(gone)
    assert refused.value.codes == [Code.ITEM_UNKNOWN]

    patron.delete()
    patron.pk = 10**9
    with pytest.raises(CheckOutRefused) as refused:
        lend(item, patron)
    assert refused.value.codes == [Code.PATRON_UNKNOWN]


# --- Overrides ---


def test_goes_past_what_an_override_names_and_remembers_why(lend, library):
    item = library.item(reference_only=True)

    result = lend(item, override=Override([Code.ITEM_REFERENCE_ONLY], "Needed for the exhibition"))

    entry = AuditEntry.objects.get(pk=result.entry_id)
    assert entry.facts["overridden"] == ["ITEM_REFERENCE_ONLY"]
    assert entry.facts["override_reason"] == "Needed for the exhibition"


def test_refuses_with_everything_when_the_override_covers_a_part(lend, library):
    BlockFactory(patron=library.patron)
    override = Override([Code.ITEM_REFERENCE_ONLY], "Needed")

    reasons = _refused(lend, library.item(reference_only=True), override=override)

    assert list(reasons) == [Code.ITEM_REFERENCE_ONLY, Code.PATRON_BLOCKED]


def test_asks_for_the_permission_that_a_reason_needs(lend, library):
    BlockFactory(patron=library.patron)
    item, override = library.item(), Override([Code.PATRON_BLOCKED], "She paid at the town hall")
    reasons = _refused(lend, item, override=override)
    assert reasons[Code.OVERRIDE_NOT_ALLOWED].facts == {"codes": ["PATRON_BLOCKED"]}

    result = lend(item, override=override, staff=StaffAccountFactory(supervisor=True))

    assert result.loan.patron == library.patron


def test_lets_nobody_override_at_a_machine(lend, library):
    override = Override([Code.ITEM_REFERENCE_ONLY], "I want it")

    reasons = _refused(lend, library.item(reference_only=True), staff=None, override=override)

    assert Code.OVERRIDE_NOT_ALLOWED in reasons


def test_asks_for_the_reason_of_an_override(lend, library):
    override = Override([Code.ITEM_REFERENCE_ONLY], "  ")

    assert Code.OVERRIDE_REASON_MISSING in _refused(lend, library.item(reference_only=True), override=override)


def test_never_goes_past_what_blocks(lend, library):
    override = Override([Code.ITEM_WITHDRAWN], "It's here")

    assert list(_refused(lend, library.item(withdrawn=True), override=override)) == [Code.ITEM_WITHDRAWN]


def test_lets_a_hold_that_it_goes_past_back_to_its_old_place(lend, library):
    hold = HoldFactory(
        ready=True, trapped_item=library.item(), patron=library.another_patron(), pickup_branch=library.main
    )
    requested_at = hold.requested_at

    lend(hold.trapped_item, override=Override([Code.ITEM_ON_HOLD], "She told us to"))

    hold.refresh_from_db()
    assert (hold.state, hold.trapped_item, hold.shelf_number) == (Hold.State.QUEUED, None, None)
    assert hold.requested_at == requested_at


# --- Holds ---


def test_fills_the_patrons_own_ready_hold(lend, library, now):
    hold = HoldFactory(ready=True, trapped_item=library.item(), patron=library.patron, pickup_branch=library.main)

    result = lend(hold.trapped_item)

    hold.refresh_from_db()
    assert result.filled_hold == hold
    assert (hold.state, hold.ended_at, hold.end_reason) == (Hold.State.FILLED, now, "FILLED")


def test_fills_a_hold_for_the_title_with_any_item_g19(lend, library):
    item = library.item()
    hold = HoldFactory(record=item.record, patron=library.patron, pickup_branch=library.main)

    assert lend(item).filled_hold == hold


def test_leaves_a_hold_for_another_item_of_the_title_alone_g19(lend, library):
    item = library.item()
    sibling = library.item(record=item.record)
    hold = HoldFactory(record=item.record, item=sibling, patron=library.patron, pickup_branch=library.main)

    assert lend(item).filled_hold is None
    hold.refresh_from_db()
    assert hold.state == Hold.State.QUEUED


def test_fills_one_hold_per_loan_g22(lend, library):
    item = library.item()
    for_item = HoldFactory(record=item.record, item=item, patron=library.patron, pickup_branch=library.main)
    for_title = HoldFactory(record=item.record, patron=library.patron, pickup_branch=library.main)

    assert lend(item).filled_hold == for_item
    for_title.refresh_from_db()
    assert for_title.state == Hold.State.QUEUED


def test_takes_what_travels_to_the_patron_as_received_d18(lend, library, now):
    hold = HoldFactory(in_transit=True, trapped_item=library.item(), patron=library.patron, pickup_branch=library.east)

    result = lend(hold.trapped_item, branch=library.east)

    assert result.filled_hold == hold
    assert Transit.objects.get().received_at == now


def test_lends_what_travels_home_to_anybody_d18(lend, library, now):
    transit = TransitFactory(item=library.item(home_branch=library.east), from_branch=library.main)

    lend(transit.item)

    transit.refresh_from_db()
    assert transit.cancelled_at == now


def test_says_how_many_wait_for_the_title(lend, library):
    item = library.item()
    HoldFactory(record=item.record, pickup_branch=library.main)
    HoldFactory(record=item.record, pickup_branch=library.main, suspended=True)
    HoldFactory(record=item.record, item=library.item(record=item.record), pickup_branch=library.main)

    result = lend(item)

    assert [(reason.code, reason.facts["count"]) for reason in result.notices] == [(Code.HOLDS_WAITING, 1)]


def test_says_what_else_lies_ready_for_her_here(lend, library):
    HoldFactory(ready=True, patron=library.patron, pickup_branch=library.main)
    HoldFactory(ready=True, patron=library.patron, pickup_branch=library.east)

    result = lend(library.item())

    assert [(reason.code, reason.facts["count"]) for reason in result.notices] == [(Code.HOLD_READY_HERE, 1)]


# --- The same again ---


def test_renews_what_she_has_already_c7(lend, library):
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main)
    RuleFactory(values={"max_loans": 1}, patron_category=library.patron.category)

    result = lend(loan.item)

    assert result.was_renewal
    assert result.loan.due_date == TODAY + timedelta(days=28)
    assert [entry.action for entry in AuditEntry.objects.all()] == ["circulation.renew"]
    assert result.notices[0].code == Code.ALREADY_ON_LOAN_TO_PATRON


def test_refuses_a_renewal_by_check_out_with_its_reasons(lend, library):
    loan = LoanFactory(item=library.item(), patron=library.patron, lending_branch=library.main, renewals=3)
    HoldFactory(record=loan.item.record, pickup_branch=library.main)

    reasons = _refused(lend, loan.item)

    assert list(reasons) == [Code.ALREADY_ON_LOAN_TO_PATRON, Code.SOMEBODY_WAITS, Code.RENEWAL_LIMIT_REACHED]


def test_changes_nothing_when_it_is_scanned_twice_in_a_row(lend, library):
    first = lend(library.item())

    second = lend(first.item)

    assert second.repeated
    assert not second.was_renewal
    assert (second.loan, second.loan.renewals) == (first.loan, 0)
    assert AuditEntry.objects.count() == 1


def test_returns_the_first_result_for_the_same_scan(lend, library):
    item = library.item()
    hold = HoldFactory(record=item.record, patron=library.patron, pickup_branch=library.main)
    HoldFactory(record=item.record, pickup_branch=library.main)
    first = lend(item, scan_id="a-scan")

    again = lend(item, scan_id="a-scan")

    assert again.repeated
    assert (again.loan, again.filled_hold, again.entry_id) == (first.loan, hold, first.entry_id)
    assert [reason.code for reason in again.notices] == [Code.HOLDS_WAITING]
    assert Loan.objects.count() == 1


def test_returns_the_first_result_even_after_the_item_is_back(lend, library, now):
    from circulation.services.check_in import check_in

    item = library.item()
    first = lend(item, scan_id="a-scan")
    check_in(item=item, branch=library.main, staff=library.staff, now=now)

    again = lend(item, scan_id="a-scan")

    assert (again.loan, again.repeated) == (first.loan, True)
    assert Loan.objects.get().returned_at is not None


def test_refuses_a_scan_id_of_another_scan(lend, library):
    lend(library.item(), scan_id="a-scan")

    assert list(_refused(lend, library.item(), scan_id="a-scan")) == [Code.SCAN_ID_TAKEN]


@pytest.mark.parametrize("scan_id", ["x" * 200, "nul\x00 and \u2028", "\ud800"])
def test_keeps_to_the_first_result_whatever_the_scans_id_looks_like(lend, library, scan_id):
    first = lend(library.item(), scan_id=scan_id)

    assert lend(first.item, scan_id=scan_id).repeated
    assert Loan.objects.count() == 1


def test_keeps_an_overrides_reason_that_the_log_can_hold(lend, library):
    override = Override([Code.ITEM_REFERENCE_ONLY], "For\x00 the\nfair" + "!" * 500)

    lend(library.item(reference_only=True), override=override)

    reason = AuditEntry.objects.get().facts["override_reason"]
    assert reason.startswith("For  the fair!!!")
    assert len(reason) == 200


def test_lends_after_a_refused_scan_with_the_same_id(lend, library):
    item = library.item(reference_only=True)
    _refused(lend, item, scan_id="a-scan")

    result = lend(item, scan_id="a-scan", override=Override([Code.ITEM_REFERENCE_ONLY], "Asked the boss"))

    assert not result.repeated


def test_makes_no_notices(lend, library):
    lend(library.item())

    assert Notice.objects.count() == 0
