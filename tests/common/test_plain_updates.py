import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.models import AuditEntry
from circulation.models import Loan
from common.plain_updates import PlainUpdate
from holdings.models import Item
from tests.factories import BranchFactory, ItemFactory, LoanFactory


def columns(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_writes_the_named_fields_and_no_others(alpha, now):
    item, another = ItemFactory(note="as it was"), ItemFactory()
    before = columns(another)
    item.status, item.current_branch, item.last_seen_at = Item.Status.MISSING, BranchFactory(), now
    item.note = "not to be written"

    PlainUpdate(Item, "status", "current_branch", "last_seen_at")(item)

    fresh = Item.objects.get(pk=item.pk)
    assert columns(fresh) == columns(item) | {"note": "as it was"}
    assert columns(Item.objects.get(pk=another.pk)) == before


def test_writes_empty_values_and_json_as_django_does(alpha, now):
    loan, entry = LoanFactory(returned_at=now), AuditEntry.objects.create(at=now, action="test.change", facts={})
    loan.patron = None
    entry.facts = {"names": ["Åse"], "none": None}

    PlainUpdate(Loan, "patron")(loan)
    PlainUpdate(AuditEntry, "facts")(entry)

    assert Loan.objects.get(pk=loan.pk).patron_id is None
    assert AuditEntry.objects.get(pk=entry.pk).facts == {"names": ["Åse"], "none": None}


def test_a_row_that_is_gone_is_an_error(alpha):
    item = ItemFactory()
    Item.objects.filter(pk=item.pk).delete()

    with pytest.raises(DatabaseError, match="no holdings.Item"):
        PlainUpdate(Item, "status")(item)


def test_the_database_s_rules_hold(alpha, now):
    ended = LoanFactory(returned_at=now)
    LoanFactory(item=ended.item)
    ended.returned_at = None

    with pytest.raises(IntegrityError, match="one_open_loan_per_item"), transaction.atomic():
        PlainUpdate(Loan, "returned_at")(ended)
