"""Encrypts what must not be readable in the database, and finds it again by keyed hash."""

import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


@lru_cache(maxsize=1)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> bytes:
    """Return the text encrypted under the newest key."""
    return _fernet(settings.FIELD_KEYS).encrypt(text.encode())


def decrypt(token: bytes | str) -> str:
    """Return the text again, whichever of the known keys it was encrypted under.

    :raises cryptography.fernet.InvalidToken: if no key fits
    """
    return _fernet(settings.FIELD_KEYS).decrypt(bytes(token) if not isinstance(token, str) else token).decode()


def keyed_hash(text: str) -> bytes:
    """Return the 32 bytes by which an encrypted text is found; useless without the secret key."""
    return hmac.digest(hashlib.sha256(settings.SECRET_KEY.encode()).digest(), text.encode(), "sha256")
