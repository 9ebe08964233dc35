"""Once a loan is forgotten, no table leads from it, or its item, to the patron who had it."""

import re
from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal

from django.apps import apps
from django.db import connection

from accounts.models import AuditEntry
from circulation.models import CirculationRule, Fee, Hold, LedgerEntry, Loan
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.fees import take_payment
from circulation.services.holds import place_hold
from circulation.services.nightly.forgetting import forget_traces
from circulation.services.receipts import email_receipt
from circulation.services.report_item import report_lost
from notices.models import Notice
from patrons.models import Block
from tests.factories import BlockFactory, RuleFactory
from tests.factories.moments import TODAY

_ROOMS = ("accounts", "circulation", "notices", "patrons")
# Numbers by which a row is told from any other, whatever field, key or text names it.
_NUMBER = re.compile(r"\b[4-7]0000\d{3}\b")
_FIRST = {Loan: 40000001, Hold: 60000001, Fee: 70000001}


def _reached(start):
    """Return every such number that's reached from one by way of rows that name several."""
    beside = defaultdict(set)
    for model in (model for room in _ROOMS for model in apps.get_app_config(room).get_models()):
        for row in model._base_manager.values():
            named = set(_NUMBER.findall(str(row)))
            for number in named:
                beside[number] |= named
    reached, new = set(), {str(start)}
    while new:
        reached |= new
        new = set().union(*(beside[number] for number in new)) - reached
    return reached


def _forget(now, days):
    counts = Counter()
    forget_traces(on=TODAY + timedelta(days=days), now=now + timedelta(days=days), counts=counts)
    return +counts


def test_a_forgotten_loan_leads_to_no_patron(library, now):
    with connection.cursor() as cursor:
        for model, first in _FIRST.items():
            cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [model._meta.db_table])
            cursor.execute(f"ALTER SEQUENCE {cursor.fetchone()[0]} RESTART WITH {first}")
    CirculationRule.objects.all().delete()
    lost = {"lost_charged_at_once": True, "lost_ends_loan": True, "processing_fee": "20.00", "block_at_debt": None}
    RuleFactory(set=lost | {"hold_fee": "10.00", "hold_fee_when": "PLACED"})
    patron = library.another_patron(pk=50000001, email="ingrid@post.example")
    item, staff = library.item(price=Decimal("99.00")), library.staff
    at_desk = {"branch": library.main, "staff": staff, "now": now}

    place_hold(record=item.record, patron=patron, pickup_branch=library.main, staff=staff, now=now)
    check_in(item=item, **at_desk)
    loan = check_out(item=item, patron=patron, **at_desk).loan
    email_receipt(patron=patron, since=now - timedelta(minutes=5), **at_desk)
    report_lost(item=item, staff=staff, now=now)
    take_payment(patron=patron, amount=Decimal("129.00"), method="CASH", staff=staff, now=now, form_id="form-0001")
    check_in(item=item, **at_desk)
    BlockFactory(patron=patron, cause=f"late:{loan.pk}:2026-11-09", until=TODAY)
    kept = BlockFactory(patron=patron, until=TODAY)
    Notice.objects.update(state="SENT")
    # The log has a clock of its own.
    AuditEntry.objects.update(at=now)
    assert str(patron.pk) in _reached(loan.pk)

    _forget(now, 90)

    assert str(patron.pk) not in _reached(loan.pk)
    assert [block.pk for block in Block.objects.all()] == [kept.pk]
    assert LedgerEntry.objects.filter(kind="CHARGE").count() == 3
    assert _forget(now, 91) == {}


def test_a_hold_that_waits_is_not_charged_again_because_its_fee_is_forgotten(library, now):
    CirculationRule.objects.all().delete()
    RuleFactory(set={"hold_fee": "10.00", "hold_fee_when": "PLACED"})
    item = library.item()
    check_out(item=item, patron=library.another_patron(), branch=library.main, staff=library.staff, now=now)
    at_desk = {"patron": library.patron, "staff": library.staff, "now": now}
    place_hold(record=item.record, pickup_branch=library.main, **at_desk)
    take_payment(amount=Decimal("10.00"), method="CASH", form_id="form-0001", **at_desk)

    _forget(now, 40)

    fee = Fee.objects.get()
    assert (fee.description, LedgerEntry.objects.filter(key__startswith="hold:").count()) == ("", 1)
