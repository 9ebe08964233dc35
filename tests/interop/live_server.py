"""The installation as a web server, for programs that speak HTTP."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.wsgi import get_wsgi_application


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_words: Any) -> None:
        """Say nothing."""


class _Server(ThreadingMixIn, WSGIServer):
    """Waits for its requests when it closes."""


@contextmanager
def serving(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Serve the installation at the port that's yielded, and lead every name that ends in `localhost` to it."""
    look_up = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **more: look_up("127.0.0.1" if str(host).endswith("localhost") else host, *rest, **more),
    )
    server = make_server("127.0.0.1", 0, get_wsgi_application(), server_class=_Server, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
