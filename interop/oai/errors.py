"""What's wrong with a request, in the protocol's own codes; the answer is HTTP 200 all the same."""

from collections.abc import Iterable
from enum import StrEnum


class Code(StrEnum):
    """The protocol's codes, as far as they can happen here: sets are known, so `noSetHierarchy` can't."""

    BAD_ARGUMENT = "badArgument"
    BAD_RESUMPTION_TOKEN = "badResumptionToken"  # noqa: S105 - the protocol's word
    BAD_VERB = "badVerb"
    CANNOT_DISSEMINATE_FORMAT = "cannotDisseminateFormat"
    ID_DOES_NOT_EXIST = "idDoesNotExist"
    NO_RECORDS_MATCH = "noRecordsMatch"


class Refused(Exception):
    """The request can't be answered.

    :ivar problems: every code with a sentence for whoever runs the harvester, in English as the protocol is
    """

    def __init__(self, problems: Iterable[tuple[Code, str]]) -> None:
        self.problems = list(problems)
        super().__init__(str(self.problems))


def refuse(code: Code, sentence: str) -> Refused:
    """Return the refusal for one problem."""
    return Refused([(code, sentence)])
