"""Tills are renamed, put away once their cash is counted, and taken into use again."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import AuditEntry
from accounts.rules import Permission
from circulation.errors import Code, FeeRefused
from circulation.models import LedgerEntry, Till
from circulation.selectors.fees import get_receipt
from circulation.selectors.tills import open_takings, tills_of
from circulation.services.fees import take_back_payment, take_payment
from circulation.services.tills import count_till, first_till, put_till_away, rename_till, use_till_again
from tests.factories import NOW, TODAY, FeeFactory, StaffAccountFactory


@pytest.fixture
def tills(library):
    return [Till.objects.create(branch=library.main, name=name) for name in ("Till 1", "Upstairs")]


@pytest.fixture
def till(tills):
    return tills[1]


@pytest.fixture
def staff():
    return StaffAccountFactory(supervisor=True)


@pytest.fixture
def pay(library, till, staff):
    """Return a function that takes a payment and returns its receipt."""
    FeeFactory(patron=library.patron, branch=library.main, amount=Decimal("100.00"))

    def pay(amount, form="form-0001", *, method="CASH", now=NOW):
        values = {"method": method, "staff": staff, "now": now, "till": till}
        return take_payment(patron=library.patron, amount=Decimal(amount), form_id=form, **values)

    return pay


def count(till, staff, amount, *, day=TODAY, now=NOW):
    values = {"counted": Decimal(amount), "note": "", "form_id": f"count-{day}-{amount}"}
    count_till(till=till, day=day, staff=staff, now=now, **values)


def refused(action):
    before = list(Till.objects.values()), list(LedgerEntry.objects.values()), AuditEntry.objects.count()
    with pytest.raises(FeeRefused) as refusal:
        action()
    assert (list(Till.objects.values()), list(LedgerEntry.objects.values()), AuditEntry.objects.count()) == before
    return [(reason.code, reason.facts) for reason in refusal.value.reasons]


def test_gets_another_name_which_is_written_down(till, staff):
    assert rename_till(till=till, name="  First   floor ", staff=staff).name == "First floor"
    rename_till(till=till, name="First floor", staff=staff)

    [entry] = AuditEntry.objects.filter(action="circulation.change_till")
    assert (entry.subject_id, entry.facts) == (till.pk, {"name": "First floor", "before": {"name": "Upstairs"}})


@pytest.mark.parametrize(("name", "code"), [("Till 1", Code.TILL_NAME_TAKEN), ("  ", Code.TEXT_MISSING)])
@pytest.mark.parametrize("in_use", [True, False])
def test_not_the_name_of_another_one_in_use_or_not(tills, till, staff, name, code, in_use):
    Till.objects.filter(pk=tills[0].pk).update(is_active=in_use)

    assert refused(lambda: rename_till(till=till, name=name, staff=staff)) == [(code, {})]


@pytest.mark.parametrize("change", [put_till_away, use_till_again, lambda **values: rename_till(name="Else", **values)])
def test_only_by_who_may_waive(till, change):
    assert refused(lambda: change(till=till, staff=StaffAccountFactory())) == [
        (Code.NOT_PERMITTED, {"needed": Permission.WAIVE_FEES})
    ]


def test_is_put_away_and_takes_nothing_more_until_it_is_used_again(library, till, staff, pay):
    assert not put_till_away(till=till, staff=staff).is_active
    put_till_away(till=till, staff=staff)

    assert [each.name for each in tills_of(library.main)] == ["Till 1"]
    assert refused(lambda: pay("30.00")) == [(Code.TILL_PUT_AWAY, {})]
    use_till_again(till=till, staff=staff)
    assert pay("30.00").amount == Decimal("30.00")
    assert AuditEntry.objects.filter(action="circulation.change_till").count() == 2


def test_not_the_last_one_of_a_library(tills, till, staff, library):
    put_till_away(till=tills[0], staff=staff)

    assert refused(lambda: put_till_away(till=till, staff=staff)) == [(Code.TILL_NEEDED, {})]
    assert first_till(library.main) == till


def test_not_before_its_cash_is_counted(till, staff, pay):
    yesterday = NOW - timedelta(days=1)
    pay("30.00", now=yesterday)
    pay("5.00", "form-0002", method="CARD")

    def put_away():
        return put_till_away(till=till, staff=staff)

    takings = {"day": yesterday.date().isoformat(), "amount": "30.00"}
    assert refused(put_away) == [(Code.TILL_NOT_COUNTED, takings)]
    count(till, staff, "28.00", day=yesterday.date())
    pay("10.00", "form-0003")
    assert refused(put_away) == [(Code.TILL_NOT_COUNTED, {"day": TODAY.isoformat(), "amount": "10.00"})]
    count(till, staff, "10.00")
    assert not put_away().is_active


def test_a_day_that_nobody_counted_stays_open_whatever_was_counted_later(till, staff, pay):
    yesterday = NOW - timedelta(days=1)
    pay("30.00", now=yesterday)
    pay("10.00", "form-0002")
    count(till, staff, "10.00")

    assert open_takings(till) == (yesterday.date(), Decimal("30.00"))
    count(till, staff, "30.00", day=yesterday.date())
    assert open_takings(till) is None


def test_what_moved_on_after_the_count_of_a_day_is_open_and_what_went_out_again_is_not(till, staff, pay):
    count(till, staff, "0.00")
    receipt = pay("30.00")
    assert open_takings(till) == (TODAY, Decimal("30.00"))

    take_back_payment(receipt=get_receipt(receipt.number), reason="Typed wrong", staff=staff, now=NOW, till=till)

    assert open_takings(till) is None
    assert not put_till_away(till=till, staff=staff).is_active
