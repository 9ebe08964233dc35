"""Log lines as JSON, with UTC time, and without what people typed: paths, queries, arguments and error messages."""

import logging
import traceback
from collections.abc import Iterator, Mapping
from copy import copy
from typing import Any

from pythonjsonlogger.json import JsonFormatter

# Their messages name types, attributes and modules of the program, never a value.
_ABOUT_THE_PROGRAM = (AttributeError, ImportError, NameError, NotImplementedError, RecursionError, MemoryError)
_OF_THE_DATABASE = ("constraint_name", "table_name", "column_name")
_HIDDEN = "(not logged)"


class JsonLines(JsonFormatter):
    """Formats a record; a failure keeps its types and places in the program, and loses what its messages quote."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s %(tenant)s %(message)s", timestamp="time")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; other handlers get the record as it was."""
        line = copy(record)
        line.exc_text = None
        _take_out_request(line)
        _take_out_arguments(line)
        return super().format(line)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's name
        """Return where it failed, the first cause first."""
        return "\n".join(
            "".join(traceback.format_tb(error.__traceback__)) + _told(error) for error in _from_first_cause(ei[1])
        )


def _take_out_request(line: logging.LogRecord) -> None:
    request = line.__dict__.pop("request", None)
    path = getattr(request, "path", None)
    if path is None:
        return
    match = getattr(request, "resolver_match", None)
    line.__dict__["route"] = route = match.view_name if match else ""
    if isinstance(line.args, tuple):
        line.args = tuple(route or _HIDDEN if value == path else value for value in line.args)
    if line.name.startswith("django.security") and not line.args:
        # The message of whatever was found suspicious; the logger's name tells what that is.
        line.msg = "suspicious request"


def _take_out_arguments(line: logging.LogRecord) -> None:
    """Take out what Celery says of a task's arguments, result and failure."""
    line.__dict__.pop("data", None)
    if isinstance(line.args, Mapping) and "exc" in line.args:
        error = line.exc_info[1] if line.exc_info else None
        hidden = dict.fromkeys(("args", "kwargs", "return_value", "traceback"), _HIDDEN)
        line.args = {**line.args, **hidden, "exc": type(error).__name__ if error else _HIDDEN}


def _from_first_cause(error: BaseException | None) -> Iterator[BaseException]:
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return reversed(chain)


def _told(error: BaseException) -> str:
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    if isinstance(error, _ABOUT_THE_PROGRAM):
        return f"{name}: {error}"
    diagnosis = getattr(error, "diag", None)
    known = [getattr(error, "sqlstate", None), *(getattr(diagnosis, each, None) for each in _OF_THE_DATABASE)]
    facts = ", ".join(str(each) for each in known if each)
    return f"{name} ({facts})" if facts else name
