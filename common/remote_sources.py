"""Asking other people's servers: the one door to addresses that somebody types in.

An address that staff may choose could lead to our own machines. So names are resolved first, only public addresses are
connected to (the very ones that were looked at), redirects are held to the same, and time and length are limited.
"""

import io
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 3
_LONGEST_ADDRESS = 2000
_PORTS = {"http": 80, "https": 443}
_WEB = tuple(_PORTS)
# IPv6 addresses that stand for an IPv4 address behind a translator.
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


class Trouble(StrEnum):
    """Why there's no answer."""

    BAD_ADDRESS = "BAD_ADDRESS"
    # It leads to a machine that isn't on the public network, and isn't one that the installation allows.
    PRIVATE_ADDRESS = "PRIVATE_ADDRESS"
    UNREACHABLE = "UNREACHABLE"
    TOO_SLOW = "TOO_SLOW"
    TOO_LONG = "TOO_LONG"
    # It answered with another status than 200.
    REFUSED = "REFUSED"


class RemoteFailed(Exception):
    """A remote source that gave no answer.

    :ivar status: of HTTP, when it was refused, else 0
    :ivar retry_after: as its answer says it; empty when it doesn't
    """

    def __init__(self, trouble: Trouble, *, status: int = 0, retry_after: str = "") -> None:
        super().__init__(trouble.value, status)
        self.trouble, self.status, self.retry_after = trouble, status, retry_after


@dataclass(frozen=True)
class RemoteAnswer:
    """What a remote source sent, whole."""

    body: bytes
    content_type: str


def check_address(address: str, *, schemes: Collection[str] = _WEB) -> None:
    """Refuse what can't be a source's address, without looking its name up.

    :param schemes: that it may have
    :raises RemoteFailed: with `BAD_ADDRESS`
    """
    _parts(address, schemes)


def fetch(
    address: str,
    *,
    seconds: float = 20,
    most_bytes: int = 20_000_000,
    headers: Mapping[str, str] | None = None,
    form: bytes | None = None,
    is_secret: bool = False,
) -> RemoteAnswer:
    """Get what stands at an address.

    :param seconds: that the whole may take, name, redirects and all bytes of the answer together
    :param most_bytes: of the answer; a longer one is given up
    :param form: that's sent by POST, urlencoded
    :param is_secret: whether what's sent is for this address alone: a redirect is a refusal then, as with a form
    :raises RemoteFailed: with what went wrong
    """
    until = time.monotonic() + seconds
    for _ in range(_MOST_REDIRECTS + 1):
        parts = _parts(address)
        try:
            answer = _asked(parts, headers or {}, until, form)
        except TimeoutError as problem:
            raise RemoteFailed(Trouble.TOO_SLOW) from problem
        except (OSError, HTTPException, UnicodeError) as problem:
            raise RemoteFailed(Trouble.UNREACHABLE) from problem
        try:
            follows = form is None and not is_secret
            if follows and answer.status in _REDIRECTS and (target := answer.headers.get("Location")):
                address = _led_to(address, target)
                continue
            return _read(answer, most_bytes)
        except TimeoutError as problem:
            raise RemoteFailed(Trouble.TOO_SLOW) from problem
        except (OSError, HTTPException) as problem:
            raise RemoteFailed(Trouble.UNREACHABLE) from problem
        finally:
            answer.close()
    raise RemoteFailed(Trouble.REFUSED, status=310)


@contextmanager
def conversation(address: str, *, seconds: float, port: int) -> Iterator["Line"]:
    """Open a line to a server that speaks something other than HTTP, and close it afterwards.

    :param seconds: that the whole may take, name and all
    :param port: where the address names none
    :raises RemoteFailed: with what went wrong, also while it's talked to
    """
    until = time.monotonic() + seconds
    parts = _parts(address, (urlsplit(address).scheme,))
    host, port = parts.hostname or "", parts.port or port
    try:
        with _connected(_public_addresses(host, port, until), port, until) as plain:
            yield Line(plain, until)
    except TimeoutError as problem:
        raise RemoteFailed(Trouble.TOO_SLOW) from problem
    except OSError as problem:
        raise RemoteFailed(Trouble.UNREACHABLE) from problem


class Line:
    """What is said on an open line, all of it until a moment."""

    def __init__(self, plain: socket.socket, until: float) -> None:
        self._plain, self._until = plain, until

    def send(self, data: bytes) -> None:
        """Send all of it."""
        self._plain.settimeout(_left(self._until))
        self._plain.sendall(data)

    def reader(self, *, most_bytes: int) -> io.BufferedReader:
        """Return what reads whatever comes; reading raises `RemoteFailed` beyond so many bytes."""
        return io.BufferedReader(_LimitedReader(self._plain, self._until, most_bytes))


def _parts(address: str, schemes: Collection[str] = _WEB) -> SplitResult:
    if len(address) > _LONGEST_ADDRESS or not address.isascii() or not address.isprintable() or " " in address:
        raise RemoteFailed(Trouble.BAD_ADDRESS)
    try:
        parts = urlsplit(address)
        is_one = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError as problem:
        raise RemoteFailed(Trouble.BAD_ADDRESS) from problem
    # Names and passwords in addresses end up in logs and on pages.
    if not is_one or "@" in parts.netloc:
        raise RemoteFailed(Trouble.BAD_ADDRESS)
    return parts


def _led_to(address: str, target: str) -> str:
    """Return the address that an answer leads to, which is whatever the server wrote."""
    try:
        return urljoin(address, target)
    except ValueError as problem:
        raise RemoteFailed(Trouble.BAD_ADDRESS) from problem


def _asked(parts: SplitResult, headers: Mapping[str, str], until: float, form: bytes | None = None) -> HTTPResponse:
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    # With a port always: without one, the last group of an IPv6 address is taken for it.
    line = HTTPConnection(host, parts.port or HTTPConnection.default_port)
    plain = _connected(_public_addresses(host, port, until), port, until)
    try:
        if parts.scheme == "https":
            plain = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        # http.client sends and reads over whatever is its socket.
        line.sock = _TimedSocket(plain, until)
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        sent = {"Accept-Encoding": "identity", "User-Agent": "Libsys", **headers}
        line.request("GET" if form is None else "POST", path, body=form, headers=sent)
        return line.getresponse()
    except BaseException:
        plain.close()
        raise


def _connected(addresses: list[str], port: int, until: float) -> socket.socket:
    for address in addresses[:-1]:
        try:
            return socket.create_connection((address, port), timeout=_left(until) / 2)
        except OSError:
            continue
    return socket.create_connection((addresses[-1], port), timeout=_left(until))


def _public_addresses(host: str, port: int, until: float) -> list[str]:
    """Return what to connect to; all that the name has must be allowed, lest it lead elsewhere now and then."""
    try:
        found = _resolved(host, port, until)
    except TimeoutError:
        raise
    except (OSError, UnicodeError) as problem:
        raise RemoteFailed(Trouble.UNREACHABLE) from problem
    if host not in settings.REMOTE_PRIVATE_HOSTS and not all(_is_public(each) for each in found):
        raise RemoteFailed(Trouble.PRIVATE_ADDRESS)
    return found


def _resolved(host: str, port: int, until: float) -> list[str]:
    """Look a name up beside us: the system's own look-up knows no time limit that we could give it."""
    answer: Future[list[str]] = Future()

    def look_up() -> None:
        try:
            answer.set_result([str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)])
        except Exception as problem:
            answer.set_exception(problem)

    # A daemon, and no pool: a pool's threads are waited for when the program ends.
    threading.Thread(target=look_up, name="name-look-up", daemon=True).start()
    return answer.result(timeout=_left(until))


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            address = inner
    return address.is_global and not address.is_multicast


def _read(answer: HTTPResponse, most_bytes: int) -> RemoteAnswer:
    if answer.status != 200:
        retry_after = answer.headers.get("Retry-After", "")
        raise RemoteFailed(Trouble.REFUSED, status=answer.status, retry_after=retry_after)
    body = answer.read(most_bytes + 1)
    if len(body) > most_bytes:
        raise RemoteFailed(Trouble.TOO_LONG)
    return RemoteAnswer(body, answer.headers.get("Content-Type", ""))


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _TimedSocket:
    """A socket whose whole talk ends at a moment: a server that sends a byte now and then doesn't keep us."""

    def __init__(self, line: socket.socket, until: float) -> None:
        self._line, self._until = line, until

    def sendall(self, data: Any) -> None:
        """Send all of it."""
        self._line.settimeout(_left(self._until))
        self._line.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return what reads the answer, and closes the line with it."""
        return io.BufferedReader(_TimedReader(self._line, self._until))

    def close(self) -> None:
        """Leave the line to the reader: http.client lets go of the socket before the answer is read."""


class _TimedReader(io.RawIOBase):
    def __init__(self, line: socket.socket, until: float) -> None:
        self._line, self._until = line, until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._line.settimeout(_left(self._until))
        return self._line.recv_into(buffer)

    def close(self) -> None:
        if not self.closed:
            self._line.close()
        super().close()


class _LimitedReader(io.RawIOBase):
    """Reads from a line that stays open, until a moment and so many bytes."""

    def __init__(self, line: socket.socket, until: float, most_bytes: int) -> None:
        self._line, self._until, self._left = line, until, most_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._left <= 0:
            raise RemoteFailed(Trouble.TOO_LONG)
        self._line.settimeout(_left(self._until))
        count = self._line.recv_into(buffer)
        self._left -= count
        return count
