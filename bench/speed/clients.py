"""Browsers without a screen: keep-alive connections with cookies, and a member of staff who has logged in."""

import http.client
import re
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from bench.speed.figures import MeasurementBroke

# A browser's connection stays with one of the web's processes; a new one now and then meets them all.
_REQUESTS_A_CONNECTION = 25


@dataclass(frozen=True)
class Request:
    """What's sent, and what the answer must be.

    :ivar form: the fields of a POST, None for a GET
    :ivar kinds: for a scan, the kinds of answer that are right; see `web/ui/README.md`
    :ivar contains: what a right page contains
    """

    path: str
    form: dict[str, str] | None = None
    kinds: frozenset[str] = frozenset()
    contains: bytes = b""


@dataclass
class Client:
    """One browser at one municipality."""

    host: str
    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self._left = _REQUESTS_A_CONNECTION

    def send(self, request: Request) -> bytes:
        """Send a request and return the page.

        :raises MeasurementBroke: if the answer isn't what it must be
        """
        status, headers, body = self._exchange(request)
        if request.kinds:
            if headers.get("X-Scan-Kind") not in request.kinds:
                raise MeasurementBroke(f"{request.path} answered {status}: {_text_of(body)}")
        elif status >= 400 or request.contains not in body:
            raise MeasurementBroke(f"{request.path} answered {status}: {_text_of(body)}")
        return body

    def log_in(self, username: str, password: str) -> None:
        """Log in as a member of staff.

        :raises MeasurementBroke: if that fails
        """
        self._exchange(Request("/account/log-in"))
        status, headers, body = self._exchange(
            Request("/account/log-in", form={"username": username, "password": password, "code": ""})
        )
        if status != http.HTTPStatus.FOUND:
            raise MeasurementBroke(f"Logging in answered {status} {headers}: {_text_of(body)}")

    def close(self) -> None:
        """End the connection; the next request makes a new one."""
        self._connection.close()
        self._left = _REQUESTS_A_CONNECTION

    def _exchange(self, request: Request) -> tuple[int, http.client.HTTPMessage, bytes]:
        headers = {"Host": f"{self.host}:{self.port}", "Cookie": self._cookie_header(), "Accept": "text/html"}
        body = None
        if request.form is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-CSRFToken": self.cookies.get("csrftoken", ""),
            }
            body = urlencode(request.form)
        if request.kinds:
            headers["X-Scan"] = "1"
        self._connection.request("POST" if body is not None else "GET", request.path, body, headers)
        response = self._connection.getresponse()
        page = response.read()
        for line in response.headers.get_all("Set-Cookie") or ():
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        self._left -= 1
        if not self._left:
            self.close()
        return response.status, response.headers, page

    def _cookie_header(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())


def _text_of(page: bytes) -> str:
    """Return what somebody would read, the beginning of it."""
    return " ".join(re.sub(r"<[^>]*>", " ", page.decode(errors="replace")).split())[:300]
