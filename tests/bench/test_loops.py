import http.server
import threading

import pytest

from bench.speed.clients import Client, Request
from bench.speed.figures import MeasurementBroke
from bench.speed.loops import Loop


class Watched:
    """A server whose CPU time grows by a second whenever somebody looks."""

    def __init__(self):
        self.looked = 0

    def seconds(self):
        self.looked += 1
        return float(self.looked)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        form = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.forms.append((form.decode(), self.headers.get("Cookie"), self.headers.get("X-CSRFToken")))
        page = b"<tr>Checked out</tr>"
        self.send_response(200)
        self.send_header("X-Scan-Kind", "stop" if b"refused" in form else "ok")
        self.send_header("Set-Cookie", "csrftoken=abc; Path=/")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_args):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.forms = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def loop(server):
    clients = [Client("bench.localhost", server.server_port) for _ in range(2)]
    yield Loop(clients, web=Watched(), database=Watched())
    for client in clients:
        client.close()


def scan(text):
    return Request("/desk/check-out/scan", form={"scan": text}, kinds=frozenset({"ok"}))


def test_shares_the_requests_among_the_clients(server, loop):
    result = loop.run([scan(str(number)) for number in range(10)])

    assert sorted(form for form, _cookie, _token in server.forms) == [f"scan={number}" for number in range(10)]
    assert (len(result.walls), result.size) == (10, 10 * len(b"<tr>Checked out</tr>"))


def test_gives_the_cpu_of_one_request(loop):
    # Five parts, each a second of web and a second of the database.
    figure = loop.run([scan(str(number)) for number in range(10)]).cpu_figure("Check-out", 10.0)

    assert (figure.name, figure.value, figure.is_met) == ("Check-out: CPU", 1000.0, False)
    assert figure.detail.startswith("web 500.0 + database 500.0; 1000.0 in the quietest fifth; 10 requests")


def test_keeps_cookies_and_sends_the_token(server, loop):
    loop.run([scan("1")])
    loop.run([scan("2")])

    assert server.forms == [("scan=1", "", ""), ("scan=2", "csrftoken=abc", "abc")]


def test_a_wrong_answer_breaks_the_measurement(loop):
    with pytest.raises(MeasurementBroke, match="/desk/check-out/scan answered 200: Checked out"):
        loop.run([scan("1"), scan("refused")])
