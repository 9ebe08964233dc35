"""Every entry of a fee's ledger says what it rests on: a rule, or that somebody decided it by hand."""

import pytest

from circulation.models import LedgerEntry
from tests.factories.moments import NOW
from web.desk.fee_texts import movements_of


@pytest.mark.parametrize(
    ("kind", "key", "words"),
    [
        ("REFUND", "refund:form-0001", "by hand, not by a rule"),
        ("REFUND", "taken-back:form-0001:7", "by hand, not by a rule"),
        ("CORRECTION", "hold-undone:7:1", "by hand, not by a rule"),
        ("CORRECTION", "close:7:0", ""),
        ("CHARGE", "hold:7:1", ""),
    ],
)
def test_says_of_what_follows_from_no_rule_that_it_was_done_by_hand(kind, key, words):
    [movement] = movements_of([LedgerEntry(kind=kind, amount=5, at=NOW, key=key)])

    assert movement.why == words
