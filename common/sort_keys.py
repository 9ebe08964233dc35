"""Sort keys for Nordic alphabets, computed here because the embedded PostgreSQL has no ICU.

A key is compared byte by byte (`COLLATE "C"`). Danish and Norwegian put æ ø å after z, and read "aa" in names as å;
Swedish and Finnish put å ä ö after z. Letters of the neighbours are sorted as their own counterparts.
"""

import re
import unicodedata
from collections.abc import Mapping


class _Letters(dict[int, str]):
    """A table for `str.translate` that learns each character when it first meets it."""

    def __init__(self, order: Mapping[str, str]) -> None:
        super().__init__({ord(character): letters for character, letters in (_OTHER | dict(order)).items()})

    def __missing__(self, code: int) -> str:
        parts = unicodedata.normalize("NFD", chr(code))
        found = self[code] = "".join(part for part in parts if not unicodedata.combining(part))
        return found


_OTHER = {"ß": "ss", "þ": "th", "ð": "d", "đ": "d", "ł": "l", "œ": "oe"}
_DANISH = {"æ": "{a", "ä": "{a", "ø": "{b", "ö": "{b", "å": "{c"}
_SWEDISH = {"å": "{a", "ä": "{b", "æ": "{b", "ö": "{c", "ø": "{c"}
_AS_DANES_DO, _AS_SWEDES_DO, _PLAINLY = _Letters(_DANISH), _Letters(_SWEDISH), _Letters({})
_ORDERS = {
    **dict.fromkeys(("da", "nb", "no"), _AS_DANES_DO),
    **dict.fromkeys(("sv", "fi"), _AS_SWEDES_DO),
}
_NOT_A_WORD = re.compile(r"[^0-9a-z{]+")
_NUMBER = re.compile(r"\d+")


def sort_key(text: str, language: str) -> str:
    """Return the key by which `text` is sorted among others in this language.

    Numbers sort by their value ("2" before "10"), signs and case don't count, blanks come before letters.

    :param language: `da`, `sv`, `fi` or `en`
    """
    letters = _ORDERS.get(language, _PLAINLY)
    text = unicodedata.normalize("NFC", text).casefold()
    if letters is _AS_DANES_DO:
        text = text.replace("aa", "å")
    words = _NOT_A_WORD.sub(" ", text.translate(letters)).strip()
    return _NUMBER.sub(lambda number: f"{len(number[0].lstrip('0')):02d}{number[0].lstrip('0')}", words)
