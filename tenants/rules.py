"""Pure decisions about municipalities: which host names they can have, and what follows from one."""

import re

# 14 characters as most scanners and item labels in the field are set up for.
_BARCODE_LENGTH = 14
_LABEL = re.compile(r"^[a-z](?:[a-z0-9-]{0,47}[a-z0-9])?$")
RESERVED_LABELS = frozenset(
    """
    admin api app assets auth beat blog broker cdn console consortium db demo dev dns docs files ftp git health help
    host imap information-schema internal intranet localhost login mail media metrics monitor mx ns ns1 ns2 oai pop
    public root sip sip2 smtp sru ssl staging static status support template template-municipality test web webmail
    worker www
    """.split()
)


def problem_of_label(label: str) -> str | None:
    """Return why a label can't be a municipality's host name, HOST_INVALID or HOST_RESERVED, or None."""
    if not _LABEL.match(label):
        return "HOST_INVALID"
    # PostgreSQL keeps names that begin with pg_ for itself.
    if label in RESERVED_LABELS or label.startswith("pg-"):
        return "HOST_RESERVED"
    return None


def schema_name_of(label: str) -> str:
    """Return the name of the schema for a host label; two labels never share one."""
    return label.replace("-", "_")


def barcode_schemes_of(number: int) -> dict[str, dict[str, str | int]]:
    """Return how a new municipality numbers its items and cards; another municipality's never look the same.

    :param number: the municipality's own number in the consortium
    """
    return {
        "item": {"prefix": f"3{number:04d}", "length": _BARCODE_LENGTH, "check_digit": "mod10"},
        "card": {"prefix": f"2{number:04d}", "length": _BARCODE_LENGTH, "check_digit": "mod10"},
    }
