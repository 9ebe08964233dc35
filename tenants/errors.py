"""What can go wrong between municipalities and their schemas."""

from common.errors import Reason, Refused, Severity


class UnknownMunicipality(LookupError):
    """A task or command was given no municipality, or one that isn't there; it has touched nothing."""


class ProvisioningRefused(Refused):
    """A municipality that can't be put into service as asked.

    Codes: NAME_MISSING, NAME_TOO_LONG, NAME_TAKEN, HOST_INVALID, HOST_RESERVED, HOST_TAKEN, COUNTRY_UNKNOWN,
    TEMPLATE_UNKNOWN, TEMPLATE_OF_ANOTHER_COUNTRY, POPULATION_INVALID, EMAIL_INVALID, SNAPSHOT_MISSING, SNAPSHOT_STALE.
    """


class ProvisioningFailed(Exception):
    """A step of provisioning broke; everything before it has been taken back.

    :ivar step: the step's name
    :ivar problem: what happened, for the operator
    """

    def __init__(self, step: str, problem: str) -> None:
        self.step, self.problem = step, problem
        super().__init__(f"{step}: {problem}")


class ChangeOfStateRefused(Refused):
    """A municipality that can't be suspended or resumed. Codes: IS_THE_CONSORTIUM, NOT_IN_SERVICE, REASON_MISSING."""


PROVIDER_NOT_COMPLETE = "PROVIDER_NOT_COMPLETE"
PROVIDER_SECRET_NEEDED = "PROVIDER_SECRET_NEEDED"  # noqa: S105 - a reason's code


class ProviderRefused(Refused):
    """An identity provider that can't be set like this. Codes: PROVIDER_NOT_COMPLETE, PROVIDER_SECRET_NEEDED."""


class DumpProgramMissing(Exception):
    """No pg_dump that can read the server was found."""


def blocking(code: str, **facts: object) -> Reason:
    """Return a reason that nobody can override."""
    return Reason(code, Severity.BLOCKING, facts=facts)
