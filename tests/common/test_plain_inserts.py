import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEntry
from circulation.models import Loan
from common.plain_inserts import PlainInsert
from tests.factories import ItemFactory, LoanFactory, PatronFactory


def columns(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_writes_what_django_would_write(alpha, now):
    item, patron = ItemFactory(), PatronFactory()
    values = {
        "item": item,
        "patron": patron,
        "lending_branch": item.home_branch,
        "loaned_at": now,
        "loaned_on": now.date(),
        "due_date": now.date(),
        "returns_as": "AVAILABLE",
    }

    added = PlainInsert(Loan)(**values)

    fresh = Loan.objects.get(pk=added.pk)
    assert columns(fresh) == columns(Loan(pk=added.pk, **values))
    assert columns(added) == columns(fresh)
    assert (added.item, added.patron) == (item, patron)


def test_leaves_out_what_may_be_there_only_once(alpha, now):
    add = PlainInsert(AuditEntry, once=True).add

    first, second = (AuditEntry(at=now, action="test.add", facts={}, scan_id="a-scan") for _ in range(2))

    assert (add(first), add(second)) == (True, False)
    assert [entry.pk for entry in AuditEntry.objects.filter(scan_id="a-scan")] == [first.pk]
    assert second.pk is None


def test_gives_a_row_that_can_be_saved_again(alpha, now, django_assert_num_queries):
    entry = PlainInsert(AuditEntry)(at=now, action="test.add", facts={"names": ["Åse"], "none": None})

    entry.facts = {"names": []}
    entry.save(update_fields=["facts"])

    assert AuditEntry.objects.get(pk=entry.pk).facts == {"names": []}


def test_the_database_s_rules_hold(alpha, now):
    loan = LoanFactory()

    with pytest.raises(IntegrityError, match="one_open_loan_per_item"), transaction.atomic():
        PlainInsert(Loan)(
            item=loan.item,
            patron=loan.patron,
            lending_branch=loan.lending_branch,
            loaned_at=now,
            loaned_on=now.date(),
            due_date=now.date(),
            returns_as="AVAILABLE",
        )
