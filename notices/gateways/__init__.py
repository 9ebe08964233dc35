"""The ways out of the house: mail server, text message gateway, national digital post. Each is an interface to fill.

`NOTICE_GATEWAYS` in the settings names the class for each channel; a class of one's own needs the three methods of
`Gateway` and raises what's below. A gateway knows nothing of the database: it gets a finished message.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Outgoing:
    """A finished message.

    :ivar number: the same each time it's handed over, so that a gateway recognises a message that comes twice
    :ivar addresses: e-mail addresses; one phone number as +4512345678; or one national identity number
    :ivar sender: the branch's name
    :ivar sms_sender: what a phone shows as sender; empty for the gateway's own number
    :ivar reply_to: where answers go; may be empty
    :ivar pdf: makes the message as a letter, for gateways that want a document
    """

    number: str
    addresses: tuple[str, ...]
    sender: str
    sms_sender: str
    reply_to: str
    subject: str
    body: str
    pdf: Callable[[], bytes]


class Unreachable(Exception):
    """Nobody answers: nothing went out, and nothing will for the moment."""


class TryLater(Exception):
    """The other side is busy, or won't let us in: this message didn't go out and is tried again."""


class AddressRefused(Exception):
    """The other side won't deliver to this address; staff decide."""


class Uncertain(Exception):
    """The line broke after the message began: it may have gone out."""


class Gateway(Protocol):
    """Hands over messages of one channel."""

    def open(self) -> None:
        """Make ready; called before each message.

        :raises Unreachable: if nothing can be handed over now
        """

    def deliver(self, message: Outgoing) -> None:
        """Hand over one message.

        :raises AddressRefused: for good
        :raises TryLater: for now
        :raises Uncertain: if nobody can know
        """

    def close(self) -> None:
        """Let go of the line; never raises."""


def gateway_of(channel: str) -> Gateway:
    """Return a new gateway of a channel.

    :raises KeyError: for a channel that goes out another way
    """
    made: Gateway = import_string(settings.NOTICE_GATEWAYS[channel])()
    return made


def is_for_trying_out(channel: str) -> bool:
    """Return whether a channel's messages only become files; letters never do."""
    return str(settings.NOTICE_GATEWAYS.get(channel, "")).startswith("notices.gateways.files.")
