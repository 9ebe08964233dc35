"""Whatever a child is charged, the guardian is liable, never the child."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import AuditEntry
from circulation.models import CirculationRule, Fee
from circulation.selectors.debts import to_hand_over
from circulation.selectors.fees import fees_of, owed_by
from circulation.services.bundles import note_parts
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.fees import add_fee, charge_overdue
from circulation.services.fees.settling import BY_HAND
from circulation.services.holds import place_hold
from circulation.services.new_cards import replace_card
from circulation.services.nightly.overdue_notices import make_overdue_notices
from circulation.services.report_item import report_lost
from holdings.models import Item
from patrons.services.family import add_guardian, remove_guardian
from tests.factories import (
    NOW,
    TODAY,
    FeeFactory,
    GuardianshipFactory,
    HoldFactory,
    LoanFactory,
    PatronFactory,
    RuleFactory,
    StaffAccountFactory,
)


@pytest.fixture
def rules(library):
    def rules(**values):
        CirculationRule.objects.all().delete()
        return RuleFactory(set=values)

    return rules


@pytest.fixture
def family(library):
    """Return a child with a guardian who lives, and one who doesn't."""
    child = PatronFactory(child=True, home_branch=library.main)
    GuardianshipFactory(
        child=child, guardian__given_name="Aase", guardian__left_reason="DECEASED", guardian__left_at=NOW
    )
    link = GuardianshipFactory(child=child, guardian__given_name="Bent", guardian__family_name="Aa")
    return child, link.guardian


def late_loan(library, patron, days=31):
    due_date = TODAY - timedelta(days=days)
    return LoanFactory(item=library.item(), patron=patron, due_date=due_date, loaned_on=due_date - timedelta(days=28))


def charged():
    return {(fee.kind, fee.patron, fee.liable) for fee in Fee.objects.select_related("patron", "liable")}


@pytest.mark.parametrize("grouping", ["ITEM", "DUE_DATE"])
def test_overdue(library, rules, family, grouping):
    rules(fee_grouping=grouping)

    charge_overdue(loan=late_loan(library, family[0]), on=TODAY, now=NOW, actor=None)

    assert charged() == {("OVERDUE", *family)}


def test_replacement_and_processing_of_an_invoice(library, rules, family):
    rules(notice_steps=[{"kind": "INVOICE", "day": 31}])
    late_loan(library, family[0])

    make_overdue_notices(on=TODAY, now=NOW, counts=Counter())

    assert charged() == {("REPLACEMENT", *family), ("PROCESSING", *family)}


def test_replacement_of_what_is_reported_lost(library, rules, family):
    rules(lost_charged_at_once=True)
    loan = late_loan(library, family[0], days=-3)

    report_lost(item=loan.item, staff=library.staff, now=NOW)

    assert charged() == {("REPLACEMENT", *family), ("PROCESSING", *family)}


def test_a_hold_when_it_is_placed(library, rules, family):
    rules(hold_fee="10.00", hold_fee_when="PLACED")

    place_hold(record=library.item().record, patron=family[0], pickup_branch=library.main, staff=None, now=NOW)

    assert charged() == {("HOLD", *family)}


def test_a_hold_when_it_is_collected(library, rules, family):
    rules(hold_fee="10.00", hold_fee_when="COLLECTED")
    hold = HoldFactory(ready=True, patron=family[0], pickup_branch=library.main)

    check_out(item=hold.trapped_item, patron=family[0], branch=library.main, staff=library.staff, now=NOW)

    assert charged() == {("HOLD", *family)}


def test_a_card(library, rules, family, alpha):
    alpha.barcode_schemes = {}
    rules(card_fee="25.00")

    replace_card(
        patron=family[0], number="2090000088", reason="LOST", branch=library.main, staff=library.staff, now=NOW
    )

    assert charged() == {("CARD", *family)}


def test_a_part_that_is_missing(library, rules, family):
    rules(missing_part_fee="15.00", fee_steps=None)
    item = library.item(parts=2, status=Item.Status.ON_LOAN)
    LoanFactory(item=item, patron=family[0], lending_branch=library.main)
    desk = {"branch": library.main, "staff": library.staff, "now": NOW}
    returned = AuditEntry.objects.get(pk=check_in(item=item, **desk).entry_id)

    note_parts(item=item, missing=1, returned_by=returned, **desk)

    assert charged() == {("MANUAL", *family)}


@pytest.mark.parametrize("kind", BY_HAND)
def test_what_staff_write(library, family, kind):
    staff = StaffAccountFactory(supervisor=True)

    add_fee(
        patron=family[0],
        branch=library.main,
        amount=Decimal("20.00"),
        description="Case",
        staff=staff,
        now=NOW,
        kind=kind,
    )

    assert charged() == {(kind, *family)}


@pytest.mark.parametrize(
    ("birth_date", "pays_herself"),
    [(TODAY.replace(year=TODAY.year - 18), True), (TODAY.replace(year=TODAY.year - 18, day=20), False)],
)
def test_from_the_eighteenth_birthday_on_everybody_pays_herself(library, rules, birth_date, pays_herself):
    rules(hold_fee="10.00", hold_fee_when="PLACED")
    patron = PatronFactory(birth_date=birth_date, home_branch=library.main)
    link = GuardianshipFactory(child=patron)

    place_hold(record=library.item().record, patron=patron, pickup_branch=library.main, staff=None, now=NOW)

    assert charged() == {("HOLD", patron, None if pays_herself else link.guardian)}


def test_who_comes_of_age_is_never_billed_for_her_childhood(library, rules):
    rules(hand_over_days=45)
    patron = PatronFactory(birth_date=TODAY.replace(year=TODAY.year - 18, day=20), home_branch=library.main)
    charge_overdue(loan=late_loan(library, patron), on=TODAY, now=NOW, actor=None)

    found = to_hand_over(TODAY + timedelta(days=60))

    assert ([debt.liable_id for debt in found.without_guardian], found.debts) == ([None], ())


def test_what_is_said_to_be_returned_is_not_handed_over(library, rules):
    rules(hand_over_days=45)
    loan = late_loan(library, PatronFactory(home_branch=library.main))
    charge_overdue(loan=loan, on=TODAY, now=NOW, actor=None)
    loan.claim, loan.claimed_at = "RETURNED", NOW
    loan.save()

    assert to_hand_over(TODAY + timedelta(days=60)).debts == ()


def test_a_guardian_who_becomes_known_is_liable_for_what_is_open(library):
    child = PatronFactory(child=True, home_branch=library.main)
    guardian = library.another_patron()
    owed, settled = FeeFactory(patron=child), FeeFactory(patron=child, balance=0)
    own = FeeFactory(patron=guardian)

    add_guardian(child=child, guardian=guardian, has_consented=True, shows_loans=False, staff=library.staff, now=NOW)

    liable = [Fee.objects.get(pk=fee.pk).liable for fee in (owed, settled, own)]
    assert liable == [guardian, None, None]
    # She sees and pays what was owed before she was registered on her own card.
    assert (owed_by(guardian.pk), {view.fee for view in fees_of(guardian)}) == (owed.balance + own.balance, {owed, own})


def test_a_guardian_who_is_registered_later_is_liable_for_what_is_charged_from_then_on(library, family):
    child, first = family
    later = library.another_patron(given_name="Anne", family_name="Aa")
    charge = {"patron": child, "branch": library.main, "amount": Decimal(20), "staff": library.staff}
    before = add_fee(description="Before", now=NOW, **charge)

    add_guardian(child=child, guardian=later, has_consented=True, shows_loans=True, staff=library.staff, now=NOW)
    remove_guardian(child=child, guardian_id=first.pk, staff=library.staff)
    after = add_fee(description="After", now=NOW + timedelta(days=1), **charge)

    # Whoever was liable when it was charged stays so, whatever has become of the family since.
    assert [[view.fee for view in fees_of(guardian)] for guardian in (first, later)] == [[before], [after]]
    assert [owed_by(guardian.pk) for guardian in (first, later)] == [20, 20]
