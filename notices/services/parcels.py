"""Makes what's handed to a gateway: one message, or several as one, with the right sender, answers and letter."""

from collections.abc import Sequence

from common.encryption import decrypt
from notices.gateways import Outgoing
from notices.letters import letters_pdf
from notices.models import Notice, NoticeKind
from notices.rules.digests import together
from notices.rules.recipients import Recipient
from notices.rules.settings import MessageSettings
from notices.services.sheets import sheet_of
from notices.services.writing import NoticeRequest, Writer
from patrons.models import Patron
from tenants.keys import tenant_name


def wrapped(notices: Sequence[Notice], *, settings: MessageSettings, writer: Writer) -> Outgoing | None:
    """Return what's handed over for messages that go out as one, or None if the address is gone meanwhile.

    :param settings: of the branch that writes
    """
    first = notices[0]
    addresses = _addresses(first)
    if not addresses:
        return None
    subject, body = as_one(notices, writer)
    return Outgoing(
        number=f"{first.pk}.{tenant_name()}",
        addresses=addresses,
        sender=first.branch.name,
        sms_sender=settings.sms_sender,
        reply_to=first.branch.email or settings.reply_to,
        subject=subject,
        body=body,
        pdf=lambda: letters_pdf([sheet_of(first, subject=subject, body=body, writer=writer)]),
    )


def as_one(notices: Sequence[Notice], writer: Writer) -> tuple[str, str]:
    """Return subject and body: a message's own, or those of a digest."""
    first = notices[0]
    if len(notices) == 1:
        return first.subject, first.body
    recipient = Recipient(first.addressee, first.language, first.channel, first.address)
    context = {"messages": together(notices), "count": len(notices)}
    request = NoticeRequest(first.patron, first.branch, NoticeKind.DIGEST, key="", context=context)
    text = writer.text(NoticeKind.DIGEST, first.language, first.channel, first.branch)
    return writer.render(text, request, recipient)


def _addresses(notice: Notice) -> tuple[str, ...]:
    if notice.channel != Notice.Channel.DIGITAL_POST:
        return tuple(notice.address.split(", ")) if notice.address else ()
    # The number itself is read as late as can be, and is never written down beside a message.
    kept = Patron.objects.filter(pk=int(notice.address or 0), is_exempt_from_digital_post=False)
    number = kept.values_list("national_id_encrypted", flat=True).first()
    return (decrypt(bytes(number)),) if number else ()
