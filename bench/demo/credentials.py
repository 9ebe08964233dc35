"""The demo's passwords and PINs: made from the installation's own secret, so that they're nowhere in the source.

The same installation makes the same ones again, which is how `demo.json` can be written anew from the database.
"""

import hashlib
import hmac
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.contrib.auth.hashers import make_password

_WORDS = (
    "alk birk bjerg blomst bog brise bro bue dal dis dug egern elg eng fisk fjeld fjord flint fugl gran grene gry gulv "
    "hav hede hegn hest himmel holm humle is isfugl jord kant kilde kirke klint klit korn krage kyst lam lampe land "
    "lanterne lo lyng lys maage mark mos muld nord odder orrfugl panel pil ran regn ris rug sejl siv skarv skov sky"
).split()


def password_of(*whose: str) -> str:
    """Return somebody's password, four words and a number.

    :param whose: the schema and the user name
    """
    digest = _digest("password", *whose)
    words = [_WORDS[digest[place] % len(_WORDS)] for place in range(4)]
    return "-".join([*words, str(10 + digest[4] % 90)])


def pin_of(*whose: str) -> str:
    """Return somebody's PIN of four digits, neither four alike nor counting up.

    :param whose: the schema and the card number, or the schema alone for everybody who has none of her own
    """
    digest = _digest("pin", *whose)
    candidates = (f"{int.from_bytes(digest[place : place + 4]) % 10_000:04d}" for place in range(len(digest) - 4))
    return next(pin for pin in candidates if len(set(pin)) > 2 and pin not in "0123456789")


def hashes_of(pins: Sequence[str]) -> list[str]:
    """Return the hashes to keep, made side by side: a single one takes longer than lending ten books."""
    with ThreadPoolExecutor(max_workers=2) as workers:
        return list(workers.map(make_password, pins))


def _digest(*about: str) -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), "\x1f".join(("demo", *about)).encode(), hashlib.sha256)
