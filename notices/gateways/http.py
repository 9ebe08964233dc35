"""Gateways behind an HTTP address: one POST of JSON for each message. docs/how-to/connect-a-gateway.md says what in.

A provider that wants something else gets a small class of its own beside these two.
"""

import base64
import json
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings

from notices.gateways import AddressRefused, Outgoing, TryLater, Uncertain, Unreachable

_SECONDS = 20
# What says that this very message can't be delivered, and what says that it's about the moment, or about us.
_ABOUT_THE_MESSAGE = frozenset({400, 404, 410, 413, 422})
_NOT_NOW = frozenset({401, 402, 403, 408, 409, 425, 429, 503})


class _Http:
    """One connection, opened for the first message and kept for the next."""

    address = ""

    def __init__(self) -> None:
        self._place = urlsplit(self.address)
        self._line: HTTPConnection | None = None

    def open(self) -> None:
        """Connect, if there's no connection."""
        if self._line is not None:
            return
        kind = HTTPSConnection if self._place.scheme == "https" else HTTPConnection
        line = kind(self._place.hostname or "", self._place.port, timeout=_SECONDS)
        try:
            line.connect()
        except (OSError, HTTPException) as problem:
            raise Unreachable from problem
        self._line = line

    def close(self) -> None:
        """Let go of the line."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def _post(self, message: Outgoing, facts: Mapping[str, Any]) -> None:
        line = self._line
        if line is None:
            raise TryLater
        body = json.dumps({"id": message.number, **facts}).encode()
        try:
            line.request("POST", self._path(), body, self._headers(message))
            answer = line.getresponse()
            answer.read()
        except (OSError, HTTPException) as problem:
            raise Uncertain from problem
        if answer.status in _ABOUT_THE_MESSAGE:
            raise AddressRefused
        if answer.status in _NOT_NOW:
            raise TryLater
        if not 200 <= answer.status < 300:
            # It broke over there, before or after it was sent on.
            raise Uncertain
        if answer.will_close:
            self.close()

    def _path(self) -> str:
        query = f"?{self._place.query}" if self._place.query else ""
        return f"{self._place.path or '/'}{query}"

    def _headers(self, message: Outgoing) -> dict[str, str]:
        headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": message.number}
        user, password = unquote(self._place.username or ""), unquote(self._place.password or "")
        if user and password:
            headers["Authorization"] = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        elif user or password:
            headers["Authorization"] = f"Bearer {user or password}"
        return headers


class SmsHttp(_Http):
    """Text messages: to, from (may be empty), text."""

    def __init__(self) -> None:
        self.address = settings.SMS_GATEWAY_URL
        super().__init__()

    def deliver(self, message: Outgoing) -> None:
        """Hand over one text message."""
        facts = {"to": message.addresses[0], "from": message.sms_sender, "text": message.body}
        self._post(message, facts)


class DigitalPostHttp(_Http):
    """Digital post: to (national identity number), from, subject, text, pdf (base64)."""

    def __init__(self) -> None:
        self.address = settings.DIGITAL_POST_URL
        super().__init__()

    def deliver(self, message: Outgoing) -> None:
        """Hand over one message with its letter."""
        facts = {
            "to": message.addresses[0],
            "from": message.sender,
            "subject": message.subject,
            "text": message.body,
            "pdf": base64.b64encode(message.pdf()).decode(),
        }
        self._post(message, facts)
