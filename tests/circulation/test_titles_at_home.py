"""Which titles can be had now, for a list that shows these first."""

from circulation.selectors.availability import availability, titles_at_home
from tests.factories import BranchFactory, ItemFactory, LoanFactory


def test_is_what_lies_on_a_shelf_whole(alpha, django_assert_num_queries):
    main, north = BranchFactory(), BranchFactory()
    home, elsewhere, damaged, lent = ItemFactory.create_batch(4, home_branch=main)
    elsewhere.home_branch = north
    elsewhere.save()
    damaged.is_damaged = True
    damaged.save()
    LoanFactory(item=lent)
    second = ItemFactory(record=lent.record, home_branch=north)
    others = [ItemFactory(missing=True), ItemFactory(reference_only=True), ItemFactory(bundle=home)]
    ids = [item.record_id for item in (home, elsewhere, damaged, lent, *others)]

    with django_assert_num_queries(1):
        found = titles_at_home(ids)

    assert found == {home.record_id, elsewhere.record_id, second.record_id}
    # A list's signs say the same.
    assert found == {pk for pk, lines in availability(ids).items() if any(line.home for line in lines)}
    assert titles_at_home(ids, branches=[north.code]) == {elsewhere.record_id, lent.record_id}
    assert titles_at_home([]) == titles_at_home(ids[:2], branches=["nowhere"]) == set()
