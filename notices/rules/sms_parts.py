"""How many text messages a text takes: 160 characters of GSM 03.38, or 70 of any others (3GPP TS 23.038). Pure."""

from dataclasses import dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each of these takes two places.
_EXTENDED = frozenset("^{}\\[~]|€\f")
MOST_PARTS = 6
# Typographic signs that would make a message three times as dear, and what says the same.
_PLAIN = str.maketrans(
    {"–": "-", "—": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "\u00a0": " ", "•": "-"}
)


@dataclass(frozen=True)
class SmsSize:
    """How long a text is.

    :ivar is_plain: whether the GSM alphabet has all its characters
    :ivar length: in places; a few signs take two
    :ivar parts: how many text messages are paid for
    :ivar room: places left in the last of them
    :ivar costly: the characters that aren't in the GSM alphabet, each once
    """

    is_plain: bool
    length: int
    parts: int
    room: int
    costly: str


def sms_size(text: str) -> SmsSize:
    """Return how many text messages a text takes."""
    costly = "".join(dict.fromkeys(each for each in text if each not in _BASIC and each not in _EXTENDED))
    if costly:
        # UTF-16: what lies beyond the basic plane takes two places.
        length, alone, joined = sum(1 + (ord(each) > 0xFFFF) for each in text), 70, 67
    else:
        length, alone, joined = sum(1 + (each in _EXTENDED) for each in text), 160, 153
    parts = 1 if length <= alone else -(-length // joined)
    room = alone - length if parts == 1 else parts * joined - length
    return SmsSize(not costly, length, parts, room, costly)


def as_sms(text: str) -> str:
    """Return a text as it's sent: with plain signs for typographic ones, and cut at a word where it's too long."""
    text = text.strip().translate(_PLAIN)
    if sms_size(text).parts <= MOST_PARTS:
        return text
    words = text.split(" ")
    while len(words) > 1 and sms_size(" ".join(words) + "...").parts > MOST_PARTS:
        words.pop()
    shortened = " ".join(words)
    while sms_size(shortened + "...").parts > MOST_PARTS:
        shortened = shortened[:-1]
    return shortened + "..."
