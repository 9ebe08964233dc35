"""The decision table of check-in, without a database. Names carry the field's cases (D1 to D17)."""

import pytest

from circulation.rules.check_in import CheckInFacts, CheckInPlan, HoldStep, OpenTransit, TransitStep, plan
from circulation.rules.check_out import HoldFacts
from circulation.rules.holds import Waiting

A, B, C = 1, 2, 3
HOLD = 7


def _facts(*, status="AVAILABLE", here=A, home=A, **values):
    return CheckInFacts(status=status, home_branch_id=home, here_id=here, current_branch_id=here, **values)


def _trapped(pickup, state="READY"):
    return HoldFacts(HOLD, 70, state, pickup, trapped_item_id=1)


def _waiting(pickup):
    return Waiting(HOLD, 70, pickup, None, 5, pickup)


def _to(branch, purpose="HOME"):
    return OpenTransit(branch, purpose)


def _shelf(status="AVAILABLE", **values):
    return CheckInPlan(status, A, **values)


def _hold_shelf(branch, **values):
    return CheckInPlan("ON_HOLD_SHELF", branch, HOLD, **values)


def _travels(to, **values):
    return CheckInPlan("IN_TRANSIT", to, **values)


def _sent(to, purpose, **values):
    return _travels(to, send_to_id=to, purpose=purpose, **values)


READY, SEND = HoldStep.MAKE_READY, HoldStep.SEND
RECEIVE, CANCEL = TransitStep.RECEIVE, TransitStep.CANCEL

CASES = {
    # --- On the shelf ---
    "D1 on shelf, nobody waits, at home": (_facts(), _shelf()),
    "D2 on shelf, nobody waits, elsewhere": (_facts(here=B), _sent(A, "HOME")),
    "D3 on shelf, wanted here": (_facts(first_waiting=_waiting(A)), _hold_shelf(A, hold_step=READY)),
    "D4 on shelf, wanted elsewhere": (
        _facts(first_waiting=_waiting(B)),
        _sent(B, "HOLD", hold_id=HOLD, hold_step=SEND),
    ),
    # --- On the hold shelf ---
    "D5 ready, at its pick-up branch": (_facts(status="ON_HOLD_SHELF", trapped=_trapped(A)), _hold_shelf(A)),
    "D6 ready, scanned elsewhere": (
        _facts(status="ON_HOLD_SHELF", here=C, trapped=_trapped(B)),
        _sent(B, "HOLD", hold_id=HOLD, hold_step=SEND),
    ),
    "D6 ready elsewhere, scanned at home": (
        _facts(status="ON_HOLD_SHELF", trapped=_trapped(B)),
        _sent(B, "HOLD", hold_id=HOLD, hold_step=SEND),
    ),
    "its own hold goes before the queue": (
        _facts(status="ON_HOLD_SHELF", trapped=_trapped(A), first_waiting=_waiting(B)),
        _hold_shelf(A),
    ),
    "D16 hold over, nobody waits, at home": (_facts(status="ON_HOLD_SHELF"), _shelf()),
    "D16 hold over, nobody waits, elsewhere": (_facts(status="ON_HOLD_SHELF", here=B), _sent(A, "HOME")),
    "D16 hold over, the next one here": (
        _facts(status="ON_HOLD_SHELF", here=B, first_waiting=_waiting(B)),
        _hold_shelf(B, hold_step=READY),
    ),
    "D16 hold over, the next one elsewhere": (
        _facts(status="ON_HOLD_SHELF", here=B, first_waiting=_waiting(C)),
        _sent(C, "HOLD", hold_id=HOLD, hold_step=SEND),
    ),
    # --- On loan ---
    "D7 on loan, nobody waits, at home": (_facts(status="ON_LOAN", is_on_loan=True), _shelf()),
    "D8 on loan, nobody waits, elsewhere": (_facts(status="ON_LOAN", is_on_loan=True, here=B), _sent(A, "HOME")),
    "D9 on loan, wanted here": (
        _facts(status="ON_LOAN", is_on_loan=True, here=B, first_waiting=_waiting(B)),
        _hold_shelf(B, hold_step=READY),
    ),
    "D10 on loan, wanted at home, returned elsewhere": (
        _facts(status="ON_LOAN", is_on_loan=True, here=B, first_waiting=_waiting(A)),
        _sent(A, "HOLD", hold_id=HOLD, hold_step=SEND),
    ),
    "D10 on loan, wanted at a third branch": (
        _facts(status="ON_LOAN", is_on_loan=True, here=B, first_waiting=_waiting(C)),
        _sent(C, "HOLD", hold_id=HOLD, hold_step=SEND),
    ),
    # --- On its way to a hold ---
    "D11 to a hold, arrived": (
        _facts(status="IN_TRANSIT", here=B, transit=_to(B, "HOLD"), trapped=_trapped(B, "IN_TRANSIT")),
        _hold_shelf(B, hold_step=READY, transit_step=RECEIVE),
    ),
    "D12 to a hold, scanned on the way": (
        _facts(status="IN_TRANSIT", here=C, transit=_to(B, "HOLD"), trapped=_trapped(B, "IN_TRANSIT")),
        _travels(B, hold_id=HOLD),
    ),
    "D12 to a hold, scanned where it came from": (
        _facts(status="IN_TRANSIT", here=A, transit=_to(B, "HOLD"), trapped=_trapped(B, "IN_TRANSIT")),
        _travels(B, hold_id=HOLD),
    ),
    "D21 to a hold that has moved": (
        _facts(status="IN_TRANSIT", here=B, transit=_to(B, "HOLD"), trapped=_trapped(C, "IN_TRANSIT")),
        _sent(C, "HOLD", hold_id=HOLD, hold_step=SEND, transit_step=RECEIVE),
    ),
    "E2 to a hold, the journey was given up": (
        _facts(status="IN_TRANSIT", here=A, trapped=_trapped(C, "IN_TRANSIT")),
        _sent(C, "HOLD", hold_id=HOLD, hold_step=SEND),
    ),
    "D17 the hold is gone, the next one at the same branch, on the way": (
        _facts(status="IN_TRANSIT", here=C, transit=_to(B, "HOLD"), first_waiting=_waiting(B)),
        _travels(B),
    ),
    "D17 the hold is gone, the next one at the same branch, arrived": (
        _facts(status="IN_TRANSIT", here=B, transit=_to(B, "HOLD"), first_waiting=_waiting(B)),
        _hold_shelf(B, hold_step=READY, transit_step=RECEIVE),
    ),
    "the hold is gone, nobody waits, arrived": (
        _facts(status="IN_TRANSIT", here=B, transit=_to(B, "HOLD")),
        _sent(A, "HOME", transit_step=RECEIVE),
    ),
    "the hold is gone, nobody waits, on the way": (
        _facts(status="IN_TRANSIT", here=C, transit=_to(B, "HOLD")),
        _sent(A, "HOME", transit_step=CANCEL),
    ),
    # --- On its way home ---
    "D13 home, nobody waits, arrived": (_facts(status="IN_TRANSIT", transit=_to(A)), _shelf(transit_step=RECEIVE)),
    "D14 home, nobody waits, on the way": (_facts(status="IN_TRANSIT", here=B, transit=_to(A)), _travels(A)),
    "D15 home, wanted there, arrived": (
        _facts(status="IN_TRANSIT", transit=_to(A), first_waiting=_waiting(A)),
        _hold_shelf(A, hold_step=READY, transit_step=RECEIVE),
    ),
    "D15 home, wanted here on the way": (
        _facts(status="IN_TRANSIT", here=B, transit=_to(A), first_waiting=_waiting(B)),
        _hold_shelf(B, hold_step=READY, transit_step=CANCEL),
    ),
    "D15 home, wanted there, on the way": (
        _facts(status="IN_TRANSIT", here=B, transit=_to(A), first_waiting=_waiting(A)),
        _travels(A),
    ),
    "D15 home, wanted at a third branch, on the way": (
        _facts(status="IN_TRANSIT", here=B, transit=_to(A), first_waiting=_waiting(C)),
        _sent(C, "HOLD", hold_id=HOLD, hold_step=SEND, transit_step=CANCEL),
    ),
    "home, wanted elsewhere, arrived": (
        _facts(status="IN_TRANSIT", transit=_to(A), first_waiting=_waiting(C)),
        _sent(C, "HOLD", hold_id=HOLD, hold_step=SEND, transit_step=RECEIVE),
    ),
    # --- Neither on a shelf nor on loan ---
    "lost and found at home": (_facts(status="LOST"), _shelf()),
    "lost on loan and brought back": (_facts(status="LOST", is_on_loan=True), _shelf()),
    "missing and found elsewhere": (_facts(status="MISSING", here=B), _sent(A, "HOME")),
    "missing and wanted": (
        _facts(status="MISSING", first_waiting=_waiting(A)),
        _hold_shelf(A, hold_step=READY),
    ),
    "in process, and now ready": (_facts(status="IN_PROCESS"), _shelf()),
    "in process and wanted": (
        _facts(status="IN_PROCESS", first_waiting=_waiting(A)),
        _hold_shelf(A, hold_step=READY),
    ),
    "reference at home": (_facts(status="REFERENCE_ONLY"), _shelf("REFERENCE_ONLY")),
    "reference is for nobody's hold": (
        _facts(status="REFERENCE_ONLY", first_waiting=_waiting(A)),
        _shelf("REFERENCE_ONLY"),
    ),
    "reference found elsewhere": (
        _facts(status="REFERENCE_ONLY", here=B),
        CheckInPlan("REFERENCE_ONLY", A, send_to_id=A, purpose="HOME"),
    ),
    "reference on its way home": (
        _facts(status="REFERENCE_ONLY", here=B, transit=_to(A)),
        CheckInPlan("REFERENCE_ONLY", A),
    ),
    "reference arrived": (
        _facts(status="REFERENCE_ONLY", transit=_to(A)),
        _shelf("REFERENCE_ONLY", transit_step=RECEIVE),
    ),
    "reference, lent by way of exception": (
        _facts(status="ON_LOAN", is_on_loan=True, returns_as="REFERENCE_ONLY", first_waiting=_waiting(A)),
        _shelf("REFERENCE_ONLY"),
    ),
    "withdrawn": (_facts(status="WITHDRAWN", here=B), CheckInPlan("WITHDRAWN", B, is_aside=True)),
    "withdrawn on its way": (
        _facts(status="WITHDRAWN", here=B, transit=_to(A)),
        CheckInPlan("WITHDRAWN", B, transit_step=CANCEL, is_aside=True),
    ),
}


@pytest.mark.parametrize(("facts", "expected"), CASES.values(), ids=CASES)
def test_plans(facts, expected):
    assert plan(facts) == expected
