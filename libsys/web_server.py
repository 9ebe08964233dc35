"""What gunicorn is told: how many processes and threads answer, and what they share.

`gunicorn --config python:libsys.web_server libsys.wsgi:application`; what stands on the command line counts more.
"""

import os
from importlib import import_module
from typing import Any

from django.conf import settings

from common.garbage import look_seldom

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
timeout = 60
graceful_timeout = 5
keepalive = 30
# Read once for all workers, which halves the work of a start.
preload_app = True
# Nobody steers it while it runs.
control_socket_disable = True


def when_ready(server: Any) -> None:
    """Read all addresses and pages before the workers come to be, and keep the collector of garbage away from them.

    Otherwise each worker reads them at its first request, and looks through all of them again and again for garbage
    that they never are; their memory would be copied for each worker, too.
    """
    for addresses in (settings.ROOT_URLCONF, settings.PUBLIC_SCHEMA_URLCONF):
        import_module(addresses)
    look_seldom()
