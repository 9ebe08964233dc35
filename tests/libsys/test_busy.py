"""What the database calls off for another desk's sake is answered so that the scan is sent again."""

import pytest
from django.db import OperationalError
from psycopg import errors

from libsys.busy import BusyMiddleware


@pytest.mark.parametrize("problem", [errors.DeadlockDetected(), errors.SerializationFailure()])
def test_a_scan_in_anothers_way_is_to_be_sent_again(rf, problem):
    error = OperationalError("called off")
    error.__cause__ = problem

    answer = BusyMiddleware(lambda request: None).process_exception(rf.post("/desk/check-in"), error)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert "Wait a moment and try again." in answer.content.decode()
    # Without it the queue takes the answer for a failure, which is what repeats the scan.
    assert "X-Scan-Kind" not in answer.headers


@pytest.mark.parametrize("error", [OperationalError("server closed the connection"), ValueError("x")])
def test_what_is_broken_stays_broken(rf, error):
    assert BusyMiddleware(lambda request: None).process_exception(rf.post("/desk/check-in"), error) is None
