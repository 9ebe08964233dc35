"""What becomes of a patron's lists and searches when she is forgotten or merged, and when records are."""

from datetime import timedelta

import pytest

from catalogue import merging
from patrons.models import SavedSearch, Shelf, ShelvedTitle
from patrons.rules.searches import Asked, as_kept, asked_of
from patrons.services.forgetting import forget_person
from patrons.services.saved_searches import save_search
from patrons.services.shelves import add_shelf, put_on_shelf
from tests.factories import NOW, PatronFactory, RecordFactory

pytestmark = pytest.mark.usefixtures("alpha")


def test_a_forgotten_person_leaves_no_list_and_no_search():
    patron, other = PatronFactory(), PatronFactory()
    for each in (patron, other):
        put_on_shelf(shelf=add_shelf(patron=each, name="Summer", now=NOW), title=RecordFactory(), now=NOW)
        save_search(patron=each, name="Sea", asked=Asked(text="sea"), notifies=True, now=NOW)

    forget_person(patron.pk)

    assert [each.patron for each in Shelf.objects.all()] == [other]
    assert [each.patron for each in SavedSearch.objects.all()] == [other]
    assert ShelvedTitle.objects.count() == 1


def test_a_list_with_both_of_two_merged_records_keeps_one_and_gets_the_other_back():
    patron, goes, stays = PatronFactory(), RecordFactory(), RecordFactory()
    shelf = add_shelf(patron=patron, name="Summer", now=NOW)
    put_on_shelf(shelf=shelf, title=stays, now=NOW)
    put_on_shelf(shelf=shelf, title=goes, now=NOW + timedelta(days=1))
    room = merging.rooms["patrons"]

    prepared = room.prepare(goes.pk, stays.pk)
    assert [each.record for each in shelf.titles.all()] == [stays]

    room.put_back(prepared)
    back = shelf.titles.get(record=goes)
    assert back.added_at == NOW + timedelta(days=1)
    assert room.prepare(RecordFactory().pk, stays.pk) is None


def test_the_same_search_is_kept_once_under_its_last_name():
    patron, asked = PatronFactory(), Asked(text="sea", languages=("da",), everywhere=True)

    for name in ("Sea", "The sea"):
        save_search(patron=patron, name=name, asked=asked, notifies=False, now=NOW)

    [saved] = SavedSearch.objects.filter(patron=patron)
    assert saved.name == "The sea"
    assert asked_of(saved.asked) == asked


def test_a_kept_search_says_only_what_was_asked_and_is_read_by_later_releases():
    assert as_kept(Asked(text="sea", decades=(1990,))) == {"text": "sea", "decades": [1990]}
    assert asked_of({"text": "sea", "decades": [1990], "colour": "blue"}) == Asked(text="sea", decades=(1990,))
