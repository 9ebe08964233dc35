"""What any logger writes, as it would go to standard error."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from libsys.log_lines import JsonLines
from tenants.logs import TenantFilter


@contextmanager
def collected_lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Collect the lines of the time inside; what's given returns them."""
    stream, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    handler.addFilter(TenantFilter())
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
