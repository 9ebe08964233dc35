import pytest
from django.db import connection
from django.db.models.query_utils import DeferredAttribute

from common.keyed_reads import ALL, KeyedRead, ListRead
from holdings.models import Item
from patrons.models import Patron
from staffing.models import DeskHabits
from tests.factories import BranchFactory, ItemFactory, PatronFactory, StaffAccountFactory


def test_reads_a_row_as_django_does(alpha):
    patron = PatronFactory()

    found = KeyedRead(Patron)(patron.pk)

    fresh = Patron.objects.get(pk=patron.pk)
    assert {field.attname: getattr(found, field.attname) for field in Patron._meta.concrete_fields} == {
        field.attname: getattr(fresh, field.attname) for field in Patron._meta.concrete_fields
    }
    assert not found._state.adding


def test_brings_a_part_of_another_row_along(alpha, django_assert_num_queries):
    item = ItemFactory()
    read = KeyedRead(Item, along={"record": ("title", "author")})

    with django_assert_num_queries(1):
        found = read(item.pk)
        assert (found.barcode, found.record.title, found.record.author) == (
            item.barcode,
            item.record.title,
            item.record.author,
        )

    with django_assert_num_queries(1):
        assert bytes(found.record.raw) == bytes(item.record.raw)
    assert isinstance(type(found.record).__dict__["raw"], DeferredAttribute)


def test_brings_whole_rows_along(alpha, django_assert_num_queries):
    patron = PatronFactory()
    read = KeyedRead(Patron, along={"category": ALL, "home_branch": ALL})

    with django_assert_num_queries(1):
        found = read(patron.pk)
        assert (found.category, found.category.names) == (patron.category, {})
        assert (found.home_branch.name, found.home_branch.code) == (patron.home_branch.name, patron.home_branch.code)


@pytest.mark.parametrize("has_branch", [True, False])
def test_brings_along_what_may_be_missing(alpha, django_assert_num_queries, has_branch):
    branch = BranchFactory() if has_branch else None
    habits = DeskHabits.objects.create(account=StaffAccountFactory(), branch=branch, keys={"pay": "F8"})
    read = KeyedRead(DeskHabits, key="account_id", along={"branch": ALL})

    with django_assert_num_queries(1):
        found = read(habits.account_id)
        assert (found.pk, found.branch, found.keys) == (habits.pk, branch, {"pay": "F8"})


def test_asks_by_another_unique_field(alpha):
    item = ItemFactory(barcode="3010000001")

    assert KeyedRead(Item, key="barcode")("3010000001") == item


def test_gives_nothing_for_a_key_that_is_not_there(alpha):
    assert KeyedRead(Item)(10**9) is None


@pytest.mark.parametrize(("lock", "ending"), [(True, True), (False, False)])
def test_locks_if_it_is_asked_to(alpha, lock, ending):
    item = ItemFactory()
    with connection.execute_wrapper(_keep(kept := [])):
        KeyedRead(Item, lock=lock)(item.pk)

    assert kept[0].endswith("FOR NO KEY UPDATE OF a") is ending


def _keep(kept):
    def wrapper(execute, sql, params, many, context):
        kept.append(sql)
        return execute(sql, params, many, context)

    return wrapper


def test_lists_rows_as_django_does(alpha, django_assert_num_queries):
    branch, elsewhere = BranchFactory(), BranchFactory()
    patrons = PatronFactory.create_batch(3, home_branch=branch)
    PatronFactory(home_branch=elsewhere)
    read = ListRead(
        Patron,
        where="a.home_branch_id = %(branch)s AND a.email <> %(email)s",
        order="a.id DESC",
        along={"home_branch": ALL},
    )

    with django_assert_num_queries(1):
        found = read(branch=branch.pk, email="100%@example.org")
        assert [patron.home_branch.name for patron in found] == [branch.name] * 3

    assert found == patrons[::-1]
    assert {field.attname: getattr(found[0], field.attname) for field in Patron._meta.concrete_fields} == {
        field.attname: getattr(Patron.objects.get(pk=found[0].pk), field.attname)
        for field in Patron._meta.concrete_fields
    }
    assert read(branch=branch.pk, email="", limit=2) == found[:2]
    assert read(branch=0, email="") == []
