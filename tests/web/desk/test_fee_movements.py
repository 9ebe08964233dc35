"""Every entry of a fee's ledger says what it rests on: a rule with its days and calendar, what happened, or a hand."""

from decimal import Decimal

import pytest

from circulation.models import Fee, LedgerEntry
from circulation.selectors.fees import FeeView
from tests.factories.moments import NOW
from web.desk.fee_texts import movements_of
from web.portal.money import fee_line

RULE = {"level": "MUNICIPALITY"}
STEP = {"step": 1, "from_day": 1, "step_total": "20.00", "ladder": "adult", "calendar": "EVERY_DAY", "origin": RULE}
BY_DAY = {"per_day": "2.00", "period_days": 1, "periods": 4, "calendar": "OPEN_DAYS", "closed_days": 2}
CLOSED = {"right": "20.00", "on": "2026-11-12", "overpaid": "0.00"}


def entry(kind, *, key="", rule=None, amount="5.00", pk=None):
    return LedgerEntry(pk=pk, kind=kind, amount=Decimal(amount), at=NOW, key=key, rule=rule or {})


def words_of(*entries):
    """Return the name and what's behind each entry at the desk, the newest first."""
    movements = movements_of(FeeView(Fee(), entries), branches={}, currency="DKK")
    return [(movement.text, movement.why.replace("\xa0", " ")) for movement in movements]


@pytest.mark.parametrize(
    ("kind", "key", "rule", "words"),
    [
        ("REFUND", "refund:form-0001", {}, ("refund", "by hand, not by a rule")),
        ("REFUND", "taken-back:form-0001:7", {}, ("payment taken back", "by hand, not by a rule")),
        ("CORRECTION", "hold-undone:7:1", {}, ("correction", "by hand, not by a rule")),
        ("CHARGE", "manual:form-0001", {}, ("charge", "by hand, not by a rule")),
        (
            "CHARGE",
            "hold:7:1",
            {"value": "hold_fee", "origin": RULE},
            ("charge", "The rule's amount · the municipality's rule"),
        ),
        ("CHARGE", "", {"parts": 2, "each": "15.00"}, ("charge", "2 × 15.00 DKK for missing parts")),
        ("CHARGE", "", {"claims": "PRICE", "days_late": 31}, ("charge", "The item's price · 31 days late")),
        (
            "CHARGE",
            "overdue:7:1:20.00",
            {**STEP, "days_late": 3},
            ("charge", "Step 1, from day 1 on, adult: 3 days late · every day counts · the municipality's rule"),
        ),
        (
            "CHARGE",
            "overdue:7:4:8.00",
            {**BY_DAY, "days_late": 4},
            ("charge", "4 × 2.00 DKK, for each day late · 4 days late, open days only, 2 closed ones left out"),
        ),
        (
            "CORRECTION",
            "close:7:0",
            {**CLOSED, **STEP, "days_late": 3},
            (
                "correction",
                "20.00 DKK was right on 12 Nov 2026 · Step 1, from day 1 on, adult: 3 days late · every day counts"
                " · the municipality's rule",
            ),
        ),
        (
            "CORRECTION",
            "close:7:0",
            {**CLOSED, "right": "0.00", "overpaid": "25.00", "found": "REFUND"},
            ("correction", "0.00 DKK was right on 12 Nov 2026 · 25.00 DKK paid too much · the item was found"),
        ),
        (
            "CORRECTION",
            "close:7:0",
            {**CLOSED, "report_undone": True},
            ("correction", "20.00 DKK was right on 12 Nov 2026 · the report was undone"),
        ),
        ("CORRECTION", "", {"restored": True}, ("correction", "the claim for the item has ended")),
        ("CORRECTION", "", {"reopened": True}, ("correction", "the return or renewal was undone")),
        ("CORRECTION", "", {"undone": True}, ("correction", "the count was undone")),
        ("WAIVER", "lost:7:20.00", {"lost": True}, ("waived", "the claim for the item stands in its place")),
        ("WAIVER", "given-up-undone:7", {"undone": 7}, ("waiver undone", "")),
        ("CREDIT", "", {"credit": {"on": "2026-11-12", "to": 8}}, ("credit", "5.00 DKK paid too much")),
        ("CREDIT", "", {"credit": {"reversal": "Wrong rule"}}, ("credit", "charges taken back")),
        ("CREDIT", "", {"credit": {"reopened": True}}, ("credit", "the return or renewal was undone")),
        ("CREDIT", "credit:form-0001:7", {"credit": {"used": True}}, ("credit", "paid from the credit")),
    ],
)
def test_says_what_each_entry_rests_on(kind, key, rule, words):
    [told] = words_of(entry(kind, key=key, rule=rule))

    assert told == words


def test_each_step_of_a_ladder_tells_its_own_rule_and_a_reversal_what_it_takes_back():
    first = entry("CHARGE", pk=1, rule={**STEP, "days_late": 1})
    second = entry("CHARGE", pk=2, rule={**STEP, "step": 2, "from_day": 8, "days_late": 8})
    back = entry("CORRECTION", pk=3, rule={"reversed": [1, 2]})

    told = [why for _, why in words_of(first, second, back)]

    assert told[0] == "takes back what was charged on 19 Nov 2026"
    assert told[1].startswith("Step 2, from day 8 on, adult: 8 days late · every day counts")
    assert told[2].startswith("Step 1, from day 1 on, adult: 1 day late · every day counts")


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({**STEP, "days_late": 3}, "The rule says 20.00 DKK from day 1 on. 3 days late, every day counts"),
        (
            {**CLOSED, **STEP, "days_late": 3},
            "20.00 DKK was right on 12 Nov 2026 · The rule says 20.00 DKK from day 1 on. 3 days late, every day counts",
        ),
        ({"restored": True}, "the claim for the item has ended"),
        ({"parts": 2, "each": "15.00"}, "2 × 15.00 DKK for missing parts"),
        (
            {**BY_DAY, "days_late": 4},
            "2.00 DKK for each day, 4 days late, days on which we're closed don't count.",
        ),
    ],
)
def test_the_patron_reads_the_rule_behind_each_entry_too(rule, words):
    view = FeeView(Fee(kind="OVERDUE"), (entry("CORRECTION", rule=rule),))

    [told] = [move["why"].replace("\xa0", " ") for move in fee_line(view, "DKK")["moves"]]

    assert told == words
