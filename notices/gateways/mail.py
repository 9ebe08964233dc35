"""E-mail, by Django's mail backend."""

import logging
from email.utils import formataddr, parseaddr
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException, SMTPSenderRefused

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from notices.gateways import AddressRefused, Outgoing, TryLater, Uncertain, Unreachable

logger = logging.getLogger(__name__)


class MailGateway:
    """Hands messages to the mail server, several over one connection."""

    def __init__(self) -> None:
        self._connection = get_connection()

    def open(self) -> None:
        """Connect, if there's no connection."""
        try:
            self._connection.open()
        except (SMTPException, OSError) as problem:
            raise Unreachable from problem

    def deliver(self, message: Outgoing) -> None:
        """Hand one message to the server."""
        try:
            self._connection.send_messages([self._mail(message)])
        except (SMTPRecipientsRefused, SMTPSenderRefused, SMTPResponseException) as refusal:
            if _is_temporary(refusal):
                raise TryLater from refusal
            raise AddressRefused from refusal
        except (ValueError, UnicodeError) as problem:
            # An address that no mail server would even be asked about.
            raise AddressRefused from problem
        except (SMTPException, OSError) as problem:
            raise Uncertain from problem

    def close(self) -> None:
        """Close the connection."""
        try:
            self._connection.close()
        except (SMTPException, OSError):
            # It was broken already; the next message opens another.
            logger.info("mail connection closed by the other side")

    def _mail(self, message: Outgoing) -> EmailMessage:
        sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
        return EmailMessage(
            subject=message.subject,
            body=message.body,
            from_email=formataddr((message.sender, sender)),
            # Several are guardians of one child, in messages of older releases; neither is told the other's address.
            to=list(message.addresses) if len(message.addresses) == 1 else [],
            bcc=list(message.addresses) if len(message.addresses) > 1 else [],
            reply_to=[message.reply_to] if message.reply_to else [],
            headers={
                # The same each time, so that a mail server or reader recognises a message that comes twice.
                "Message-ID": f"<notice-{message.number}@{settings.BASE_DOMAIN}>",
                "Auto-Submitted": "auto-generated",
            },
            connection=self._connection,
        )


def _is_temporary(refusal: SMTPException) -> bool:
    codes = (
        [code for code, _ in refusal.recipients.values()]
        if isinstance(refusal, SMTPRecipientsRefused)
        else [getattr(refusal, "smtp_code", 500)]
    )
    return bool(codes) and all(400 <= code < 500 for code in codes)
