"""Names for caches, locks and files, each with the municipality in it."""

import zlib

from tenants.choice import chosen_schema


def tenant_name() -> str:
    """Return the current schema's name: a municipality's, or `public` for the consortium."""
    return chosen_schema()


def cache_key(key: str, key_prefix: str, version: int) -> str:
    """Return the key as it stands in the cache server; used by Django's cache for every key."""
    return f"libsys{key_prefix}:{tenant_name()}:{version}:{key}"


def lock_numbers(name: str) -> tuple[int, int]:
    """Return the two numbers of a PostgreSQL advisory lock for this name in this municipality."""
    return _signed(zlib.crc32(tenant_name().encode())), _signed(zlib.crc32(name.encode()))


def _signed(number: int) -> int:
    return number - 2**32 if number >= 2**31 else number
