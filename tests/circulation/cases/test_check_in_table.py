"""The whole decision table of check-in: every state of an item × every hold × both kinds of places, without a database.

The item's home is A. A cell says what a scan at the branch makes of it:
`shelf`, `aside` (here, but on no shelf), `ready` (onto the hold shelf now), `lies` (on it already), `>C` (sent to C),
`~C` (on its way to C already, nothing to do).
"""

from dataclasses import replace

import pytest

from circulation.rules.check_in import CheckInFacts, HoldStep, OpenTransit, TransitStep, plan
from circulation.rules.check_out import HoldFacts
from circulation.rules.holds import Waiting
from holdings.models import Item

BRANCHES = {"A": 1, "B": 2, "C": 3}
NAMES = {number: name for name, number in BRANCHES.items()}

STATES = {
    "on the shelf": {"status": "AVAILABLE"},
    "on loan": {"status": "ON_LOAN", "is_on_loan": True},
    "lost": {"status": "LOST"},
    "lost on loan": {"status": "LOST", "is_on_loan": True},
    "missing": {"status": "MISSING"},
    "on order": {"status": "ON_ORDER"},
    "in process": {"status": "IN_PROCESS"},
    "damaged": {"status": "AVAILABLE", "is_damaged": True},
    "damaged on loan": {"status": "ON_LOAN", "is_on_loan": True, "is_damaged": True},
    "reference": {"status": "REFERENCE_ONLY"},
    "reference on loan": {"status": "ON_LOAN", "is_on_loan": True, "returns_as": "REFERENCE_ONLY"},
    "in a bundle": {"status": "AVAILABLE", "is_in_bundle": True},
    "withdrawn": {"status": "WITHDRAWN"},
    "on the hold shelf": {"status": "ON_HOLD_SHELF"},
    "on its way to A": {"status": "IN_TRANSIT", "transit": OpenTransit(1, "HOME")},
    "on its way to B": {"status": "IN_TRANSIT", "transit": OpenTransit(2, "HOLD")},
    "on its way to C": {"status": "IN_TRANSIT", "transit": OpenTransit(3, "ROTATION")},
    "its journey was given up": {"status": "IN_TRANSIT"},
}
# The columns: nobody waits; the first in the queue who may have it, by pick-up branch; the hold that it's bound to.
HOLDS = ("nobody", "queue A", "queue B", "queue C", "READY A", "READY B", "READY C")
HOLDS += ("IN_TRANSIT A", "IN_TRANSIT B", "IN_TRANSIT C")

TABLE_AT_A = """
on the shelf              shelf  ready  >B     >C     ready  >B     >C     ready  >B     >C
on loan                   shelf  ready  >B     >C     ready  >B     >C     ready  >B     >C
lost                      shelf  ready  >B     >C     ready  >B     >C     ready  >B     >C
lost on loan              shelf  ready  >B     >C     ready  >B     >C     ready  >B     >C
missing                   shelf  ready  >B     >C     ready  >B     >C     ready  >B     >C
on order                  shelf  ready  >B     >C     ready  >B     >C     ready  >B     >C
in process                shelf  ready  >B     >C     ready  >B     >C     ready  >B     >C
damaged                   aside  aside  aside  aside  ready  >B     >C     ready  >B     >C
damaged on loan           aside  aside  aside  aside  ready  >B     >C     ready  >B     >C
reference                 shelf  shelf  shelf  shelf  ready  >B     >C     ready  >B     >C
reference on loan         shelf  shelf  shelf  shelf  ready  >B     >C     ready  >B     >C
in a bundle               aside  aside  aside  aside  aside  aside  aside  aside  aside  aside
withdrawn                 aside  aside  aside  aside  aside  aside  aside  aside  aside  aside
on the hold shelf         shelf  ready  >B     >C     lies   >B     >C     ready  >B     >C
on its way to A           shelf  ready  >B     >C     ready  >B     >C     ready  >B     >C
on its way to B           shelf  ready  ~B     >C     ready  ~B     >C     ready  ~B     >C
on its way to C           shelf  ready  >B     ~C     ready  >B     ~C     ready  >B     ~C
its journey was given up  shelf  ready  >B     >C     ready  >B     >C     ready  >B     >C
"""
TABLE_AT_B = """
on the shelf              >A     >A     ready  >C     >A     ready  >C     >A     ready  >C
on loan                   >A     >A     ready  >C     >A     ready  >C     >A     ready  >C
lost                      >A     >A     ready  >C     >A     ready  >C     >A     ready  >C
lost on loan              >A     >A     ready  >C     >A     ready  >C     >A     ready  >C
missing                   >A     >A     ready  >C     >A     ready  >C     >A     ready  >C
on order                  >A     >A     ready  >C     >A     ready  >C     >A     ready  >C
in process                >A     >A     ready  >C     >A     ready  >C     >A     ready  >C
damaged                   >A     >A     >A     >A     >A     ready  >C     >A     ready  >C
damaged on loan           >A     >A     >A     >A     >A     ready  >C     >A     ready  >C
reference                 >A     >A     >A     >A     >A     ready  >C     >A     ready  >C
reference on loan         >A     >A     >A     >A     >A     ready  >C     >A     ready  >C
in a bundle               aside  aside  aside  aside  aside  aside  aside  aside  aside  aside
withdrawn                 aside  aside  aside  aside  aside  aside  aside  aside  aside  aside
on the hold shelf         >A     >A     ready  >C     >A     lies   >C     >A     ready  >C
on its way to A           ~A     ~A     ready  >C     ~A     ready  >C     ~A     ready  >C
on its way to B           >A     >A     ready  >C     >A     ready  >C     >A     ready  >C
on its way to C           >A     >A     ready  ~C     >A     ready  ~C     >A     ready  ~C
its journey was given up  >A     >A     ready  >C     >A     ready  >C     >A     ready  >C
"""


def _facts(state, hold, here):
    values = {"home_branch_id": 1, "here_id": BRANCHES[here], "current_branch_id": BRANCHES[here], **STATES[state]}
    kind, _, pickup = hold.partition(" ")
    if kind == "queue":
        values["first_waiting"] = Waiting(7, 70, BRANCHES[pickup], None, 5, BRANCHES[pickup])
    elif kind != "nobody":
        values["trapped"] = HoldFacts(7, 70, kind, BRANCHES[pickup], trapped_item_id=1)
    return CheckInFacts(**values)


def _cell(decided, here):
    if decided.is_aside:
        return "aside"
    if decided.send_to_id is not None:
        return f">{NAMES[decided.send_to_id]}"
    if decided.branch_id != BRANCHES[here]:
        return f"~{NAMES[decided.branch_id]}"
    if decided.status == "ON_HOLD_SHELF":
        return "ready" if decided.hold_step == HoldStep.MAKE_READY else "lies"
    return "shelf"


def _cells():
    for here, table in (("A", TABLE_AT_A), ("B", TABLE_AT_B)):
        for line in table.strip().splitlines():
            state, cells = line[:26].strip(), line[26:].split()
            for hold, cell in zip(HOLDS, cells, strict=True):
                yield pytest.param(state, hold, here, cell, id=f"{state}, {hold}, at {here}")


CELLS = list(_cells())


def test_the_table_is_whole():
    assert {cell.values[:3] for cell in CELLS} == {
        (state, hold, here) for state in STATES for hold in HOLDS for here in "AB"
    }
    assert {state["status"] for state in STATES.values()} == set(Item.Status)


@pytest.mark.parametrize(("state", "hold", "here", "expected"), CELLS)
def test_decides(state, hold, here, expected):
    assert _cell(plan(_facts(state, hold, here)), here) == expected


@pytest.mark.parametrize(("state", "hold", "here", "expected"), CELLS)
def test_changes_nothing_when_scanned_again(state, hold, here, expected):
    facts = _facts(state, hold, here)
    first = plan(facts)

    again = plan(_carried_out(facts, first))

    assert again.hold_step == HoldStep.NONE
    assert again.transit_step == TransitStep.NONE
    assert again.send_to_id is None
    assert (again.status, again.branch_id, again.is_aside) == (first.status, first.branch_id, first.is_aside)


@pytest.mark.parametrize(("state", "hold", "here", "expected"), CELLS)
def test_leaves_one_journey_at_most_and_none_behind(state, hold, here, expected):
    facts = _facts(state, hold, here)

    decided = plan(facts)

    if facts.transit and decided.send_to_id is not None:
        assert decided.transit_step != TransitStep.NONE
    if decided.transit_step == TransitStep.RECEIVE:
        assert facts.transit.to_branch_id == BRANCHES[here]
    assert decided.send_to_id != BRANCHES[here]


def _carried_out(facts, decided):
    """Return the facts of the next scan, as the service leaves them."""
    transit = facts.transit if decided.transit_step == TransitStep.NONE else None
    if decided.send_to_id is not None:
        transit = OpenTransit(decided.send_to_id, decided.purpose)
    trapped, waiting = facts.trapped, facts.first_waiting
    if decided.hold_step != HoldStep.NONE:
        pickup = trapped.pickup_branch_id if trapped else waiting.pickup_branch_id
        state = "READY" if decided.hold_step == HoldStep.MAKE_READY else "IN_TRANSIT"
        trapped, waiting = HoldFacts(7, 70, state, pickup, trapped_item_id=1), None
    return replace(
        facts, status=decided.status, is_on_loan=False, transit=transit, trapped=trapped, first_waiting=waiting
    )
