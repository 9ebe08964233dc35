from itertools import islice

import pytest

from bench.demo.numbering import Evenly, NumbersUsedUp, Popularity, numbers_after
from common.barcodes import BarcodeScheme

MOD_11 = {"prefix": "37", "length": 10, "check_digit": "mod11"}


def test_numbers_fit_their_scheme_and_go_on_after_the_last():
    first = list(islice(numbers_after(None, MOD_11), 50))
    more = list(islice(numbers_after(first[-1], MOD_11), 50))

    assert [number for number in first + more if BarcodeScheme(**MOD_11).problem(number)] == []
    assert len(set(first + more)) == 100


def test_numbers_end_when_the_scheme_is_full():
    numbers = numbers_after(None, {"prefix": "9", "length": 3, "check_digit": "mod10"})

    with pytest.raises(NumbersUsedUp):
        list(numbers)


@pytest.mark.parametrize(("wanted", "available", "picked"), [(3, 10, 3), (10, 10, 10), (0, 5, 0), (9, 4, 4), (0, 0, 0)])
def test_evenly_picks_exactly_as_many_as_wanted(wanted, available, picked):
    evenly = Evenly(wanted, available)

    assert sum(evenly.pick() for _ in range(available)) == picked


@pytest.mark.parametrize(("items", "titles"), [(500, 200), (2_000, 997), (7, 20), (0, 3)])
def test_popularity_deals_exactly_as_many_items_as_there_are(items, titles):
    popularity = Popularity(items, titles)

    assert sum(popularity.deal() for _ in range(titles)) == items
