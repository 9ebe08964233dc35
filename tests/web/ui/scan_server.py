"""A small server for the browser tests: the design system's own pages and files, and a scan address that can be slow,
fail, lose its answer or log people out, and that remembers what it was sent.
"""

import socket
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import django_htmx
from django.template.loader import render_to_string

import web.ui
from web.ui.styleguide import styleguide_context

STATIC = [Path(web.ui.__file__).parent / "static", Path(django_htmx.__file__).parent / "static"]
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'"


@dataclass
class Scan:
    """One request as it reached the server."""

    value: str
    scan_id: str
    number: int
    patron: str
    day: str
    command: str
    token: str
    listed: str


@dataclass
class Behaviour:
    """What the server does, and what it has seen."""

    delay: float = 0.0
    first_delay: float = 0.0
    token: str = "token-1"
    logged_in: bool = True
    failures: dict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    requests: list[Scan] = field(default_factory=list)
    done: dict[str, Scan] = field(default_factory=dict)
    undone: list[str] = field(default_factory=list)
    held: dict[str, threading.Event] = field(default_factory=dict)
    overlaps: int = 0
    at_work: int = 0

    def hold(self, value: str) -> threading.Event:
        """Keep the answer to this scan, or to what's looked up, back until the event is set."""
        self.held[value] = threading.Event()
        return self.held[value]

    def done_values(self) -> list[str]:
        """List what was really done, in order, each scan id once."""
        return [scan.value for scan in self.done.values()]


class Handler(BaseHTTPRequestHandler):
    """Answers for the behaviour that hangs on the server."""

    protocol_version = "HTTP/1.1"
    server: "ScanServer"

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Serve a page, a file or suggestions."""
        path = urlsplit(self.path).path
        if path.startswith("/static/"):
            self._file(path.removeprefix("/static/"))
        elif path == "/suggest":
            words = parse_qs(urlsplit(self.path).query)["q"][0]
            self._wait_if_held(words)
            self._html("".join(f'<li role="option" data-value="{words} {n}">{words} {n}</li>' for n in (1, 2, 3)))
        elif path == "/login":
            self._html("<!doctype html><title>Log in</title><h1>Log in</h1>")
        elif path == "/slip":
            self._html("<!doctype html><main><article class='paper' data-paper>Slip 047</article></main>")
        elif not self.server.behaviour.logged_in:
            self._redirect("/login")
        elif path.strip("/") in self.server.pages:
            self._html(self.server.page(path.strip("/")))
        else:
            self._html("nothing", status=404)

    def do_POST(self) -> None:
        """Take a scan or an undo."""
        if self.path == "/ended":
            self._html("<!doctype html><h1>Good-bye</h1>")
            return
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode(), keep_blank_values=True)
        fields = {name: values[0] for name, values in form.items()}
        if self.path == "/panel":
            self._html('<template data-oob="#panel"><h2>From htmx</h2></template>', kind="hold")
        elif self.path == "/refuse":
            self._html('<p class="error">Too long</p>', status=422)
        elif self.path.startswith("/fail/"):
            self._html("a proxy's own words", status=int(self.path.rsplit("/", 1)[1]))
        elif self.path.startswith("/undo/"):
            self.server.behaviour.undone.append(self.path.rsplit("/", 1)[1])
            self._html('<tr><td class="n"></td><td>Undone</td></tr>', kind="notice")
        else:
            self._scan(fields)

    def _scan(self, fields: dict[str, str]) -> None:
        behaviour = self.server.behaviour
        behaviour.at_work += 1
        behaviour.overlaps += behaviour.at_work > 1
        scan = Scan(
            fields["scan"],
            fields["scan_id"],
            int(fields["scan_number"]),
            fields.get("patron", ""),
            fields.get("day", ""),
            fields.get("command", ""),
            self.headers.get("X-CSRFToken", ""),
            fields.get("listed", ""),
        )
        behaviour.requests.append(scan)
        time.sleep(behaviour.first_delay if len(behaviour.requests) == 1 else behaviour.delay)
        self._wait_if_held(scan.value)
        failure = behaviour.failures[scan.value].popleft() if behaviour.failures[scan.value] else ""
        behaviour.at_work -= 1
        if not behaviour.logged_in:
            self._redirect("/login")
        elif scan.token != behaviour.token:
            self._html("stale form", status=403)
        elif failure == "429":
            self._html("too many", status=429, retry="1")
        elif failure == "busy":
            self._html("in another's way", status=503, retry="1")
        elif failure.isdigit():
            self._html("failed", status=int(failure))
        else:
            behaviour.done.setdefault(scan.scan_id, scan)
            if failure:
                self._cut_off(with_headers=failure == "cut")
            else:
                self._answer(scan)

    def _wait_if_held(self, value: str) -> None:
        if value in self.server.behaviour.held:
            self.server.behaviour.held[value].wait(60)

    def _cut_off(self, *, with_headers: bool) -> None:
        if with_headers:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Scan-Kind: ok\r\nContent-Length: 500\r\n\r\n<tr>")
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _answer(self, scan: Scan) -> None:
        if scan.command or scan.value.startswith("card-"):
            patron = scan.value.removeprefix("card-") if not scan.command else ""
            self._html(
                f'<template data-oob="#scan-patron" data-oob-swap="outer">'
                f'<input type="hidden" name="patron" id="scan-patron" value="{patron}"></template>'
                f'<template data-oob="#panel"><h2>{patron or "Nobody"}</h2></template>'
                f'<template data-oob="#rows"></template>',
                kind="patron",
            )
        elif scan.value.startswith("bad-"):
            self._html(_row(scan, "stop", "Refused"), kind="stop", status=409)
        else:
            self._html(_row(scan, "ok", "Checked out"), kind="ok")

    def _file(self, name: str) -> None:
        for folder in STATIC:
            path = folder / name
            if path.is_file():
                self._send(path.read_bytes(), TYPES[path.suffix])
                return
        self._html("no such file", status=404)

    def _html(self, text: str, *, status: int = 200, kind: str = "", retry: str = "") -> None:
        headers = {"X-Scan-Kind": kind, "Retry-After": retry}
        self._send(text.encode(), "text/html; charset=utf-8", status, {k: v for k, v in headers.items() if v})

    def _redirect(self, address: str) -> None:
        self._send(b"", "text/html", 302, {"Location": address})

    def _send(self, body: bytes, kind: str, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        all_headers = {"Content-Type": kind, "Content-Length": str(len(body)), "Content-Security-Policy": POLICY}
        for name, value in (all_headers | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _row(scan: Scan, kind: str, word: str) -> str:
    return (
        f'<tr data-result="{scan.value}"><td class="n">{scan.number}</td>'
        f'<td><span class="status" data-kind="{kind}">{word}</span></td>'
        f'<td class="title"><span class="work">{scan.value}</span> for {scan.patron}</td>'
        f'<td class="act"><button class="btn btn-quiet" data-key-action="undo" hx-post="/undo/{scan.value}"'
        f' hx-target="closest tr" hx-swap="outerHTML">Undo <kbd>Ctrl+Z</kbd></button></td></tr>'
    )


class ScanServer(ThreadingHTTPServer):
    """Serves until it's closed, on a port of its own."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviour = Behaviour()
        self.pages = {name: f"ui_tests/{name}.html" for name in ("desk", "search", "session")}
        self.pages["styleguide"] = "ui/styleguide.html"
        self.address = f"http://127.0.0.1:{self.server_address[1]}"
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def page(self, name: str) -> str:
        """Render a page of the tests with the token of the moment."""
        context = {"csrf_token": self.behaviour.token, "fields": {"patron": ""}}
        if name == "styleguide":
            context |= styleguide_context()
        return render_to_string(self.pages[name], context)

    def stop(self) -> None:
        """Stop serving and free the port."""
        self.shutdown()
        self.server_close()
        self.thread.join()
