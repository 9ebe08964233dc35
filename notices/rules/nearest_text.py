"""Which text a message is written with: the nearest to the branch and the channel. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from notices.models import Notice
from notices.texts import Text, built_in_text

# By kind, language, channel (empty for any but SMS) and branch (None for every branch).
OwnTexts = Mapping[tuple[str, str, str, int | None], Text]


@dataclass(frozen=True)
class Found:
    """A text and where it comes from.

    :ivar channel: that it's written for; empty for any but SMS
    :ivar branch_id: that it's written for; None for every branch
    :ivar is_own: whether the municipality has written it
    """

    text: Text
    channel: str
    branch_id: int | None
    is_own: bool


def nearest_text(own: OwnTexts, kind: str, language: str, channel: str, branch_id: int | None) -> Found:
    """Return the text for a message: a branch's before the municipality's, one for the channel before one for any.

    A text message never takes a text for any channel, which would be far too long.

    :param channel: empty for what any channel without a text of its own gets
    :raises KeyError: for a kind that has no text in the language or, for text messages, no short one
    """
    is_sms = channel == Notice.Channel.SMS
    for branch in dict.fromkeys((branch_id, None)):
        for each in dict.fromkeys((channel,) if is_sms else (channel, "")):
            if text := own.get((kind, language, each, branch)):
                return Found(text, each, branch, is_own=True)
    return Found(built_in_text(kind, language, channel), channel if is_sms else "", None, is_own=False)
