"""The headers that every answer carries."""

from collections.abc import Mapping

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "frame-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
_EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def lacking_headers(headers: Mapping[str, str]) -> list[str]:
    """Return the names of the headers that an answer lacks, or that say something else."""
    found = [name for name, value in _EXPECTED.items() if headers.get(name) != value]
    if _policy_of(headers.get("Content-Security-Policy", "")) != _POLICY:
        found.append("Content-Security-Policy")
    return found


def _policy_of(header: str) -> dict[str, str]:
    parts = [part.strip() for part in header.split(";")]
    return {name: rest for name, _, rest in (part.partition(" ") for part in parts)}
