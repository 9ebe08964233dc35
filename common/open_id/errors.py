"""Why signing on at a provider came to nothing."""

from enum import StrEnum
from typing import Any

from common.errors import Reason, Refused


class Fault(StrEnum):
    """What's wrong with the provider, or with its answer."""

    # It gave no answer; the facts say why, as `remote_sources` has it.
    NO_ANSWER = "PROVIDER_NO_ANSWER"
    # What it says of itself can't be read, or isn't enough.
    NOT_A_PROVIDER = "NOT_A_PROVIDER"
    # It says that it's another one.
    OTHER_ISSUER = "OTHER_ISSUER"
    # It doesn't take the code, or doesn't take us.
    CODE_REFUSED = "CODE_REFUSED"
    # Its answer isn't signed by it, isn't meant for us or for this browser, or can't be read.
    BAD_TOKEN = "BAD_TOKEN"  # noqa: S105 - a reason's code
    TOKEN_EXPIRED = "TOKEN_EXPIRED"  # noqa: S105 - a reason's code


class SignOnFailed(Refused):
    """Nobody has proven who she is."""


def failed(fault: Fault, **facts: Any) -> SignOnFailed:
    """Return the refusal for one fault."""
    return SignOnFailed([Reason(fault.value, facts=facts)])
