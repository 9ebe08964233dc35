"""Asking other servers: which addresses are allowed, and how long and how much is listened to."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from common.remote_sources import RemoteFailed, Trouble, check_address, fetch


class _Source(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/record?a=1":
            self._send(200, {"Content-Type": "text/xml", "X-Asked-As": self.headers["Host"]}, b"<record/>")
        elif self.path == "/moved":
            self._send(302, {"Location": "/record?a=1"})
        elif self.path == "/round":
            self._send(302, {"Location": "/round"})
        elif self.path == "/inside":
            self._send(302, {"Location": "http://10.0.0.1/"})
        elif self.path == "/file":
            self._send(302, {"Location": "file:///etc/hosts"})
        elif self.path == "/nowhere":
            self._send(302, {"Location": "http://[library.example/"})
        elif self.path == "/busy":
            self._send(503, {"Retry-After": "30"})
        elif self.path == "/silent":
            self.server.is_over.wait(60)
        elif self.path == "/nonsense":
            self.wfile.write(b"\x00\x01\x02\r\n\r\n")

    def _send(self, status, headers, body=b""):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def source(settings):
    settings.REMOTE_PRIVATE_HOSTS = frozenset({"127.0.0.1"})
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Source)
    server.is_over = threading.Event()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.is_over.set()
    server.shutdown()
    server.server_close()
    thread.join()


def trouble(address, **limits):
    with pytest.raises(RemoteFailed) as failed:
        fetch(address, **limits)
    return failed.value.trouble


@pytest.mark.parametrize("path", ["/record?a=1", "/moved"])
def test_gives_what_stands_there_also_behind_a_redirect(source, path):
    answer = fetch(source + path)

    assert (answer.body, answer.content_type) == (b"<record/>", "text/xml")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/round", Trouble.REFUSED),
        ("/inside", Trouble.PRIVATE_ADDRESS),
        ("/file", Trouble.BAD_ADDRESS),
        ("/nowhere", Trouble.BAD_ADDRESS),
        ("/nonsense", Trouble.UNREACHABLE),
    ],
)
def test_a_redirect_is_held_to_the_same(source, path, expected):
    assert trouble(source + path) == expected


def test_a_server_that_is_busy_says_when_to_come_again(source):
    with pytest.raises(RemoteFailed) as failed:
        fetch(f"{source}/busy")

    assert (failed.value.trouble, failed.value.status, failed.value.retry_after) == (Trouble.REFUSED, 503, "30")


def test_a_long_answer_and_a_silent_server_are_given_up(source):
    assert trouble(f"{source}/record?a=1", most_bytes=8) == Trouble.TOO_LONG
    assert trouble(f"{source}/silent", seconds=0.2) == Trouble.TOO_SLOW


def test_nothing_listens(source):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

    assert trouble(f"http://127.0.0.1:{port}/") == Trouble.UNREACHABLE


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "192.168.0.1",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_names_that_lead_inside_are_refused_whatever_else_they_have(monkeypatch, address):
    found = [(None, None, None, "", (each, 80)) for each in ("93.184.215.14", address)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("connected"))

    assert trouble("https://library.example/sru") == Trouble.PRIVATE_ADDRESS


def test_the_very_address_that_was_looked_at_is_connected_to(monkeypatch):
    asked = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(None, None, None, "", ("93.184.215.14", 80))])

    def connect(place, **_):
        asked.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)

    assert trouble("http://library.example/sru") == Trouble.UNREACHABLE
    assert asked == [("93.184.215.14", 80)]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "library.example",
        "ftp://library.example/",
        "file:///etc/hosts",
        "http://",
        "http://:80/",
        "http://user:secret@library.example/",
        "http://library.example:99999/",
        "http://library.example/ x",
        "http://library.example/\r\nX: y",
        "http://bibliotek.ø/",
        "http://[::1/",
        "http://library.example/" + "a" * 3000,
    ],
)
def test_what_is_no_address_is_said_without_asking(address):
    with pytest.raises(RemoteFailed) as failed:
        check_address(address)

    assert failed.value.trouble == Trouble.BAD_ADDRESS


def test_a_name_that_is_looked_up_for_ever_is_given_up(monkeypatch):
    is_over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: is_over.wait(60) and [])

    try:
        assert trouble("http://library.example/", seconds=0.2) == Trouble.TOO_SLOW
    finally:
        is_over.set()


def test_an_ipv6_address_needs_no_port(monkeypatch):
    connected = []

    def refuse(address, **_):
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)

    assert trouble("http://[2606:4700:4700::abcd]/") == Trouble.UNREACHABLE
    assert connected == [("2606:4700:4700::abcd", 80)]
