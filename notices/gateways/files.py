"""Gateways for trying things out: each message becomes a file in the municipality's own folder, and nobody gets it."""

import json
from collections.abc import Mapping

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from notices.gateways import Outgoing, TryLater
from notices.rules.sms_parts import sms_size


class _Files:
    folder = ""

    def open(self) -> None:
        """Nothing to connect to."""

    def close(self) -> None:
        """Nothing to let go of."""

    def _write(self, name: str, content: bytes) -> None:
        path = f"messages/{self.folder}/{name}"
        try:
            # The same message once more takes the place of its file: nothing lies there twice.
            default_storage.delete(path)
            default_storage.save(path, ContentFile(content))
        except OSError as problem:
            raise TryLater from problem

    def _write_json(self, message: Outgoing, facts: Mapping[str, object]) -> None:
        text = json.dumps(facts, ensure_ascii=False, indent=1)
        self._write(f"{message.number}.json", text.encode())


class SmsFiles(_Files):
    """Text messages as files."""

    folder = "sms"

    def deliver(self, message: Outgoing) -> None:
        """Write the text message down."""
        facts = {
            "to": message.addresses[0],
            "from": message.sms_sender,
            "text": message.body,
            "parts": sms_size(message.body).parts,
        }
        self._write_json(message, facts)


class DigitalPostFiles(_Files):
    """Digital post as files: what it says, and the letter. The identity number is not written out."""

    folder = "digital-post"

    def deliver(self, message: Outgoing) -> None:
        """Write the message and its letter down."""
        self._write(f"{message.number}.pdf", message.pdf())
        facts = {
            "to": f"…{message.addresses[0][-2:]}",
            "from": message.sender,
            "subject": message.subject,
            "text": message.body,
        }
        self._write_json(message, facts)
