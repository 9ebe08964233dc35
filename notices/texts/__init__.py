"""The built-in texts of every message, in the four languages that patrons read.

They're data, not gettext messages: a letter is written as a whole in each language, is shown beside the municipality's
own text in whatever language the editor works, and mustn't fall out of a catalogue when a comma moves in the English.
"""

from dataclasses import dataclass

from notices.models import Notice, NoticeKind
from notices.texts import da, en, fi, sv

LANGUAGES = ("da", "sv", "fi", "en")


@dataclass(frozen=True)
class Text:
    """Subject and body with placeholders in braces."""

    subject: str
    body: str


_WRITTEN = {"da": da, "sv": sv, "fi": fi, "en": en}
# Who writes it: a phone shows a name of eleven letters at most, or only a number.
_FROM = "\n{library}"
# A claim for money and a receipt are documents, and have no short form.
WITHOUT_SMS = frozenset(set(NoticeKind.values) - {str(kind) for kind in en.SMS})


def built_in_text(kind: str, language: str, channel: str = "") -> Text:
    """Return the text that stands where the municipality has none of its own.

    :param channel: SMS has short texts without a subject; every other channel has the long ones
    :raises KeyError: for a kind or language that nobody has written
    """
    written = _WRITTEN[language]
    if channel == Notice.Channel.SMS:
        return Text(subject="", body=written.SMS[NoticeKind(kind)] + _FROM)
    subject, body = written.TEXTS[NoticeKind(kind)]
    return Text(subject=subject, body=body)


def item_line(kind: str, language: str, *, with_barcode: bool = True) -> str:
    """Return how one loan is written in the list of a message, with its own placeholders.

    :param with_barcode: False for what isn't about an item, as a fee for a new card
    """
    line = _WRITTEN[language].ITEM_LINES[NoticeKind(kind)]
    return line if with_barcode else line.replace(" ({barcode})", "")


def payment_line(language: str) -> str:
    """Return how one payment is written on a receipt, with its own placeholders."""
    return _WRITTEN[language].PAYMENT_LINE


def hidden_title(language: str) -> str:
    """Return what stands in place of a title that whoever is written to isn't to read."""
    return _WRITTEN[language].HIDDEN_TITLE
