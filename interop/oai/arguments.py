"""What a request asks, checked: the verb, its arguments, and the dates in them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.http import QueryDict

from interop.oai.errors import Code, Refused, refuse

LISTS = ("ListIdentifiers", "ListRecords")
TOKEN = "resumptionToken"  # noqa: S105 - an argument's name
# Verb: what it needs, what it may have. A token stands alone.
_ARGUMENTS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "Identify": (frozenset(), frozenset()),
    "ListMetadataFormats": (frozenset(), frozenset({"identifier"})),
    "ListSets": (frozenset(), frozenset({TOKEN})),
    "GetRecord": (frozenset({"identifier", "metadataPrefix"}), frozenset()),
    "ListIdentifiers": (frozenset({"metadataPrefix"}), frozenset({"from", "until", "set", TOKEN})),
    "ListRecords": (frozenset({"metadataPrefix"}), frozenset({"from", "until", "set", TOKEN})),
}
_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", re.ASCII)
_SET = re.compile(r"[A-Za-z0-9\-_.!~*'()]+(:[A-Za-z0-9\-_.!~*'()]+)*")


@dataclass(frozen=True)
class Asked:
    """A request that's in order.

    :ivar arguments: without the verb
    """

    verb: str
    arguments: Mapping[str, str]


@dataclass(frozen=True)
class Span:
    """From when to when, both as the harvester wrote them; empty is open."""

    since: str = ""
    until: str = ""

    @property
    def begins(self) -> datetime | None:
        """The first moment that counts."""
        return _moment(self.since)

    @property
    def ends(self) -> datetime | None:
        """The first moment that no longer counts: the end of the second or the whole day that's named."""
        last = _moment(self.until)
        if last is None:
            return None
        try:
            return last + (_SECOND if "T" in self.until else _DAY)
        except OverflowError:
            # The last second there is: nothing comes after it.
            return None


def read_request(sent: QueryDict) -> Asked:
    """Return what's asked.

    :raises Refused: badVerb or badArgument, with every argument that's wrong
    """
    verbs = sent.getlist("verb")
    if len(verbs) != 1 or verbs[0] not in _ARGUMENTS:
        raise refuse(Code.BAD_VERB, "The verb is missing, repeated or none of OAI-PMH's six.")
    needed, possible = _ARGUMENTS[verbs[0]]
    given = {name: values for name, values in sent.lists() if name != "verb"}
    problems = [f"{name[:40]} is no argument of {verbs[0]}." for name in given if name not in needed | possible]
    problems += [f"{name[:40]} is repeated." for name, values in given.items() if len(values) > 1]
    problems += [f"{name[:40]} is empty." for name, values in given.items() if not all(values)]
    if TOKEN in given and TOKEN in possible:
        problems += [f"{TOKEN} stands alone."] if len(given) > 1 else []
    else:
        problems += [f"{name} is missing." for name in sorted(needed - set(given))]
    if problems:
        raise Refused((Code.BAD_ARGUMENT, problem) for problem in problems)
    return Asked(verbs[0], {name: values[0] for name, values in given.items()})


def read_span(arguments: Mapping[str, str]) -> Span:
    """Return from when to when.

    :raises Refused: badArgument for what's no date, for two granularities, and for an end before the beginning
    """
    span = Span(arguments.get("from", ""), arguments.get("until", ""))
    for name, text in (("from", span.since), ("until", span.until)):
        if text and not _is_date(text):
            raise refuse(Code.BAD_ARGUMENT, f"{name} is neither YYYY-MM-DD nor YYYY-MM-DDThh:mm:ssZ.")
    if span.since and span.until:
        if len(span.since) != len(span.until):
            raise refuse(Code.BAD_ARGUMENT, "from and until have different granularities.")
        if span.since > span.until:
            raise refuse(Code.BAD_ARGUMENT, "from is later than until.")
    return span


def read_set(arguments: Mapping[str, str]) -> str:
    """Return the set that's asked for, or nothing.

    :raises Refused: badArgument for what can't be a set's name
    """
    text = arguments.get("set", "")
    if text and not _SET.fullmatch(text):
        raise refuse(Code.BAD_ARGUMENT, "set has characters that no set has.")
    return text


def is_set_name(text: str) -> bool:
    """Tell whether the protocol allows a set to be called so."""
    return bool(_SET.fullmatch(text))


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        return _moment(text) is not None
    except ValueError:
        return False


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC) if text else None
