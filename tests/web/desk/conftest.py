"""A desk that works: the usual rules, a patron with a card, and scans as the page sends them."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from common.barcodes import BarcodeScheme
from tests.factories import ItemFactory, PatronFactory, RuleFactory

_numbers = itertools.count(1)


@pytest.fixture
def rules(alpha: Any) -> Any:
    """Set the usual values for the whole municipality."""
    return RuleFactory()


@pytest.fixture
def patron(desk_branch: Any, rules: Any) -> Any:
    """Return Ingrid Solvang, who has card 2090000001 and nothing else."""
    return PatronFactory(family_name="Solvang", card="2090000001", home_branch=desk_branch)


@pytest.fixture
def item(desk_branch: Any, rules: Any) -> Any:
    """Return a book on the desk's own shelf."""
    return ItemFactory(home_branch=desk_branch, record__title="Lucky Per")


@pytest.fixture
def scan() -> Callable[..., HttpResponse]:
    """Return a function that scans: `scan(client, "3010000001", patron=17)`; `at` names another page's address."""

    def post(client: Client, text: str, *, at: str = "desk:check_out_scan", **fields: Any) -> HttpResponse:
        number = next(_numbers)
        values = {"scan": text, "scan_id": f"scan-{number}", "scan_number": str(number), **fields}
        return client.post(reverse(at), values, headers={"X-Scan": "1"})

    return post


@pytest.fixture
def number_of(alpha: Any) -> Callable[[str, int], str]:
    """Return a function that gives one of Alpha's numbers: `number_of("card", 77)`."""
    return lambda kind, serial: BarcodeScheme(**alpha.barcode_schemes[kind]).make(serial)
