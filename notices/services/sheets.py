"""Makes a message into the sheet that's printed: its branch as sender, its address in the window."""

from notices.letters import Sheet
from notices.models import Notice
from notices.rules.wording import in_words
from notices.services.writing import Writer

_PAGE_WORDS = {
    "da": "Side {page} af {pages}",
    "sv": "Sida {page} av {pages}",
    "fi": "Sivu {page}/{pages}",
    "en": "Page {page} of {pages}",
}


def sheet_of(notice: Notice, *, subject: str, body: str, writer: Writer) -> Sheet:
    """Return a message as a sheet.

    :param subject: its own, or that of several in one
    """
    branch, settings, currency = notice.branch, writer.settings, writer.municipality.currency
    place = branch.address.rpartition(",")[2].strip().lstrip("0123456789 ")
    # A letter bears the day on which it was written, also when it's printed once more.
    day = in_words(notice.created_at.astimezone(writer.zone).date(), language=notice.language, currency=currency)
    return Sheet(
        sender=tuple(filter(None, (branch.name, branch.address, branch.phone, branch.email or settings.reply_to))),
        sender_line=", ".join(filter(None, (branch.name, branch.address))),
        address=tuple(_address_lines(notice)),
        dated=", ".join(filter(None, (place, day))),
        subject=subject,
        body=body,
        page_word=_PAGE_WORDS[notice.language],
        reference=f"{notice.pk}",
        window=(settings.window_left, settings.window_top),
    )


def _address_lines(notice: Notice) -> list[str]:
    if notice.channel == Notice.Channel.LETTER:
        return notice.address.split("\n")
    # Digital post has no window; the letter in it still says whom it's for.
    return [notice.addressee]
