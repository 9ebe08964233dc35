from decimal import Decimal

import pytest

from circulation.errors import Code
from common.errors import Reason, Severity
from web.words.for_staff import reason_texts

FACTS = {
    "due_date": "2026-12-17",
    "shelf_number": 47,
    "hold_id": 1,
    "to_branch_id": 7,
    "branch_id": 7,
    "until": "2026-12-03",
    "reason": "Two cases are missing",
    "owed": "120.00",
    "credit": "40.00",
    "amount": "30.00",
    "credited": "40.00",
    "taken_back": "120.00",
    "limit": "200.00",
    "overdue": 2,
    "loans": 5,
    "item_type": "Film",
    "age": 9,
    "min_age": 15,
    "max_age": 12,
    "lost": 2,
    "answer": "TOO_LATE",
    "count": 3,
    "renewals": 3,
    "holds": 4,
    "name": "loan_days",
    "label": "Loan length",
    "from_day": "2026-12-10",
    "expires_on": "2027-03-01",
    "expired_on": "2026-03-01",
    "back_dated_to": "2026-11-01",
    "loaned_on": "2026-11-02",
    "day": "2026-11-02",
    "state": "READY",
    "codes": [],
}


@pytest.mark.parametrize("code", list(Code))
def test_every_reason_has_words(code):
    told = reason_texts((Reason(code, facts=FACTS),), permissions=frozenset(), currency="DKK", branches={7: "Skovby"})[
        0
    ]

    assert told.text
    assert told.text != code
    assert "%(" not in told.text + told.about + told.next_step


# What a queue meets: refusals of a check-out, a check-in, a renewal and a hold that don't say themselves what's next.
MET_AT_THE_DESK = (
    "ITEM_ON_LOAN ITEM_ON_HOLD ITEM_IN_TRANSIT ITEM_REFERENCE_ONLY ITEM_NOT_LENT ITEM_IN_PROCESS ITEM_ON_ORDER "
    "ITEM_MISSING ITEM_LOST ITEM_WITHDRAWN ITEM_IN_BUNDLE PATRON_BLOCKED PATRON_EXPIRED PATRON_LEFT CARD_ENDED "
    "DEBT_LIMIT FAMILY_DEBT_LIMIT OVERDUE_LIMIT LOST_LIMIT LOAN_LIMIT_REACHED TYPE_LIMIT_REACHED "
    "BRANCH_LIMIT_REACHED ON_SITE_LIMIT_REACHED RULE_MISSING CALENDAR_NEVER_OPEN DUE_DATE_PAST RETURN_NOT_HERE "
    "RETURN_DAY_AHEAD RETURN_BEFORE_LOAN SOMEBODY_WAITS OVERDUE_STOPS_RENEWAL ALREADY_HOLDS HAS_IT_ON_LOAN "
    "HOLD_LIMIT_REACHED PICKUP_NOT_ALLOWED VOLUME_UNKNOWN DAY_PAST"
).split()


@pytest.mark.parametrize("code", MET_AT_THE_DESK)
def test_a_refusal_at_the_desk_says_what_to_do_next(code):
    [told] = reason_texts(
        (Reason(Code(code), facts=FACTS),), permissions=frozenset(), currency="DKK", branches={7: "S"}
    )

    assert told.next_step


def test_says_who_may_override():
    reason = Reason(Code.DEBT_LIMIT, Severity.OVERRIDABLE, "lift_blocks", {"owed": Decimal(120), "limit": Decimal(100)})

    librarian = reason_texts((reason,), permissions=frozenset(), currency="DKK")[0]
    supervisor = reason_texts((reason,), permissions=frozenset({"lift_blocks"}), currency="DKK")[0]

    assert (librarian.may_override, librarian.leave) == (False, "Needs a supervisor")
    assert (supervisor.may_override, supervisor.leave) == (True, "You may override")


def test_writes_money_in_the_municipality_s_currency():
    reason = Reason(Code.OWES, Severity.NOTICE, facts={"owed": "120.00"})

    told = reason_texts((reason,), permissions=frozenset(), currency="EUR")[0]

    assert "120" in told.text
    assert "€" in told.text


@pytest.mark.parametrize(
    ("origin", "about"),
    [
        ({"level": "BRANCH", "place_id": 7}, "Lending stops at 200.00 DKK. Rule of Skovby."),
        ({"level": "BRANCH_GROUP", "place_id": 1}, "Lending stops at 200.00 DKK. Rule of the branch group."),
        ({"level": "MUNICIPALITY"}, "Lending stops at 200.00 DKK. The municipality's rule."),
        ({"level": "TEMPLATE"}, "Lending stops at 200.00 DKK. Rule of the consortium's template."),
        # A rule of a branch that's gone, and a stop that no rule sets.
        ({"level": "BRANCH", "place_id": 8}, "Lending stops at 200.00 DKK."),
        (None, "Lending stops at 200.00 DKK."),
    ],
)
def test_says_whose_rule_it_is(origin, about):
    reason = Reason(Code.DEBT_LIMIT, facts={**FACTS, "origin": origin})

    [told] = reason_texts((reason,), permissions=frozenset(), currency="DKK", branches={7: "Skovby"})

    assert told.about.replace("\xa0", " ") == about
