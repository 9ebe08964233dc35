"""To whom a message goes, in which language and how: pure, over rows that have been read already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from notices.models import Notice, NoticeKind
from notices.texts import LANGUAGES
from patrons.models import Patron, PatronCategory
from patrons.rules import age_on

COMES_OF_AGE = 18
NO_ADDRESS = "NO_ADDRESS"
NO_GUARDIAN = "NO_GUARDIAN"
_LONGEST = 500


@dataclass(frozen=True)
class Recipient:
    """Whom a message is written to.

    :ivar problem: NO_ADDRESS or NO_GUARDIAN when it can't be delivered; staff see it then
    """

    addressee: str
    language: str
    channel: str
    address: str
    problem: str = ""


def is_minor(patron: Patron, *, today: date) -> bool:
    """Return whether somebody else is liable: by age, or by category where the birth date isn't known."""
    age = age_on(patron.birth_date, today)
    return patron.category.kind == PatronCategory.Kind.CHILD if age is None else age < COMES_OF_AGE


def recipient_of(
    patron: Patron, guardians: Sequence[Patron], *, kind: str, today: date, default_language: str
) -> Recipient:
    """Return whom a message to a patron goes to: an adult herself, a child's guardians in the child's stead.

    :param guardians: of a minor; nobody else's are looked at
    :param default_language: for who reads a language that no message is written in
    """
    if is_minor(patron, today=today):
        if guardians:
            return _to_guardians(guardians, default_language)
        if kind == NoticeKind.INVOICE:
            # A patron below 18 is never billed.
            return Recipient(
                patron.display_name, _language(patron, default_language), Notice.Channel.EMAIL, "", NO_GUARDIAN
            )
    return _to_one(patron, default_language)


def _to_guardians(guardians: Sequence[Patron], default_language: str) -> Recipient:
    by_mail = [person for person in guardians if person.channel == Patron.Channel.EMAIL and person.email]
    if len(by_mail) > 1:
        addresses = ", ".join(person.email for person in by_mail)
        if len(addresses) <= _LONGEST:
            names = ", ".join(person.display_name for person in by_mail)
            return Recipient(names[:200], _language(by_mail[0], default_language), Notice.Channel.EMAIL, addresses)
    candidates = [_to_one(person, default_language) for person in [*by_mail, *guardians]]
    return next((candidate for candidate in candidates if not candidate.problem), candidates[0])


def _to_one(person: Patron, default_language: str) -> Recipient:
    language = _language(person, default_language)
    if person.channel == Patron.Channel.LETTER:
        place = f"{person.postal_code} {person.city}".strip()
        known = bool(person.address and place)
        address = f"{person.display_name}\n{person.address}\n{place}" if known else ""
        channel = Notice.Channel.LETTER
    else:
        known, address, channel = bool(person.email), person.email, Notice.Channel.EMAIL
    return Recipient(person.display_name, language, channel, address, "" if known else NO_ADDRESS)


def _language(person: Patron, default: str) -> str:
    return next((language for language in (person.language, default) if language in LANGUAGES), "en")
