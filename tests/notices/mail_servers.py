"""Mail servers that behave badly, as Django's mail backends."""

from smtplib import SMTPConnectError, SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected

from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from notices.models import Notice

asked: list[str] = []


class Picky(EmailBackend):
    """Takes what's addressed to somebody sensible; other addresses say what the server does with them."""

    def send_messages(self, messages):
        [message] = messages
        address = message.to[0]
        asked.append(address)
        if address.startswith("unknown@"):
            raise SMTPRecipientsRefused({address: (550, b"No such person")})
        if address.startswith("busy@"):
            raise SMTPRecipientsRefused({address: (451, b"Try again later")})
        if address.startswith("rejected@"):
            raise SMTPDataError(554, b"Not wanted")
        if address.startswith("lost@"):
            raise SMTPServerDisconnected("Connection unexpectedly closed")
        if address.startswith("strange@"):
            raise LookupError("Nobody has thought of this")
        return super().send_messages(messages)


class Down(EmailBackend):
    """Can't be reached."""

    def open(self):
        raise SMTPConnectError(421, b"Service not available")


class Dying(EmailBackend):
    """The process ends while the third message is under way."""

    def send_messages(self, messages):
        if len(mail.outbox) == 2:
            raise KeyboardInterrupt
        return super().send_messages(messages)


class Watching(EmailBackend):
    """Looks at the outbox as another connection would while a message is under way."""

    seen: list[str] = []

    def send_messages(self, messages):
        self.seen.append(Notice.objects.get(address=messages[0].to[0]).state)
        return super().send_messages(messages)


class OwnGateway:
    """A gateway of a municipality's own: keeps what it gets."""

    delivered: list[object] = []

    def open(self):
        """Nothing to connect to."""

    def deliver(self, message):
        self.delivered.append(message)

    def close(self):
        """Nothing to let go of."""
