"""Log lines: JSON with UTC time, tenant and route, and nothing of what people are called or typed."""

import json
import logging
import sys
from datetime import UTC, datetime

import pytest
from celery import Celery
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import RequestFactory
from django.utils.log import log_response

from tests.factories import CardFactory, PatronFactory
from tests.libsys.collected_lines import collected_lines

SECRET = "Anna Holm 2055500001"


@pytest.fixture
def lines():
    """Collect what any logger writes, as it would go to standard error."""
    with collected_lines() as collected:
        yield collected


def fail(error):
    try:
        raise error
    except type(error):
        logging.getLogger("circulation").exception("it broke", extra={"loan": 7})


def test_the_settings_use_this_format():
    assert settings.LOGGING["formatters"] == {"json": {"()": "libsys.log_lines.JsonLines"}}
    assert settings.LOGGING["handlers"]["stderr"]["filters"] == ["tenant"]


def test_a_line_has_utc_time_level_logger_tenant_and_extras(alpha, lines):
    logging.getLogger("circulation").warning("night over", extra={"loans": 3})

    (line,) = lines()
    moment = datetime.fromisoformat(line.pop("time"))
    assert moment.utcoffset().total_seconds() == 0
    assert abs((datetime.now(UTC) - moment).total_seconds()) < 60
    assert line == {
        "levelname": "WARNING",
        "name": "circulation",
        "tenant": "alpha",
        "message": "night over",
        "loans": 3,
    }


def test_a_failure_tells_where_and_what_kind_but_not_what_was_quoted(lines):
    fail(ValueError(SECRET))

    (line,) = lines()
    assert SECRET not in json.dumps(line)
    assert "test_log_lines.py" in line["exc_info"]
    assert line["exc_info"].endswith("ValueError")
    assert line["loan"] == 7


def test_a_fault_of_the_program_keeps_its_message(lines):
    fail(AttributeError("'NoneType' object has no attribute 'pk'"))

    assert lines()[0]["exc_info"].endswith("AttributeError: 'NoneType' object has no attribute 'pk'")


def test_causes_are_told_without_their_messages_too(lines):
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as cause:
            raise RuntimeError(SECRET) from cause
    except RuntimeError:
        logging.getLogger("circulation").exception("it broke")

    told = lines()[0]["exc_info"]
    assert SECRET not in told
    assert told.index("KeyError") < told.index("RuntimeError")


def test_a_refusal_of_the_database_names_its_constraint_and_no_value(alpha, lines):
    card = CardFactory()
    try:
        with transaction.atomic():
            CardFactory(patron=card.patron, number=card.number)
    except IntegrityError:
        logging.getLogger("patrons").exception("it broke")

    line = json.dumps([each for each in lines() if each["name"] == "patrons"])
    assert card.number not in line
    assert "23505" in line
    assert "patrons_card_number" in line


def test_another_handler_still_gets_the_whole_failure(lines, caplog):
    fail(ValueError(SECRET))

    assert SECRET in caplog.text


def test_a_failed_request_is_told_by_its_route_without_path_and_query(client_of_alpha, lines, monkeypatch):
    monkeypatch.setattr("web.portal.catalogue.opening_hours", lambda **_: (_ for _ in ()).throw(ValueError(SECRET)))
    client_of_alpha.raise_request_exception = False

    response = client_of_alpha.get("/hours", {"q": SECRET})

    assert response.status_code == 500
    assert SECRET not in response.content.decode()
    (line,) = [each for each in lines() if each["name"] == "django.request"]
    assert line["message"] == "Internal Server Error: portal:hours"
    assert (line["route"], line["tenant"], line["status_code"]) == ("portal:hours", "alpha", 500)
    assert "request" not in line
    assert "Anna" not in json.dumps(lines())


def test_a_request_to_an_address_that_is_not_there_is_told_without_it(lines):
    request = RequestFactory().get("/cards/2055500001")
    log_response("%s: %s", "Not Found", request.path, response=Response404(), request=request)

    assert "2055500001" not in json.dumps(lines())


class Response404:
    """As far as the log looks at one."""

    status_code = 404


def test_suspicious_input_is_told_by_its_kind_only(client_of_alpha, lines):
    client_of_alpha.raise_request_exception = False
    client_of_alpha.post("/log-in", {f"field-{number}-{SECRET}": "x" for number in range(1200)})

    suspicious = [each for each in lines() if each["name"].startswith("django.security")]
    assert [each["name"] for each in suspicious] == ["django.security.TooManyFieldsSent"]
    assert "Anna" not in json.dumps(lines())


def test_a_failed_task_is_told_without_its_arguments(lines):
    app = Celery("tests", broker="memory://", set_as_current=False)
    app.conf.task_always_eager = True

    @app.task(name="tests.break_down")
    def break_down(card):
        raise ValueError(card)

    break_down.apply(kwargs={"card": SECRET})
    trace = logging.getLogger("celery.app.trace")
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        context = {"name": "tests.break_down", "id": "1", "description": "raised unexpected", "exc": repr(error)}
        context |= {"args": f"({SECRET!r},)", "kwargs": "{}", "traceback": SECRET}
        message = "Task %(name)s[%(id)s] %(description)s: %(exc)s"
        trace.error(message, context, exc_info=sys.exc_info(), extra={"data": context})

    assert SECRET not in json.dumps(lines())
    assert lines()[-1]["message"] == "Task tests.break_down[1] raised unexpected: ValueError"


def test_a_request_has_one_line_with_tenant_route_and_status(client_of_alpha, lines):
    response = client_of_alpha.get("/title/12345678", {"back": "Holm"})

    (line,) = [each for each in lines() if each["name"] == "libsys.request"]
    assert line.pop("time")
    assert line.pop("ms") >= 0
    assert line.pop("request_id") == response.headers["X-Request-Id"]
    assert line == {
        "levelname": "INFO",
        "name": "libsys.request",
        "tenant": "alpha",
        "message": "request",
        "method": "GET",
        "route": "portal:record",
        "status": 404,
    }


def test_a_patrons_pin_is_not_logged_when_she_logs_in(alpha, client_of_alpha, lines):
    PatronFactory(card="2055500001")

    client_of_alpha.post("/log-in", {"card": "2055500001", "pin": "90210"})

    written = json.dumps(lines())
    assert "portal:log_in" in written
    assert "90210" not in written
    assert "2055500001" not in written
