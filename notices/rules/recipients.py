"""To whom a message goes, in which language and how: pure, over rows that have been read already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from notices.models import Notice, NoticeKind
from notices.rules.channels import NONE, OPTIONAL, ways
from notices.rules.phone_numbers import international
from notices.rules.settings import MessageSettings
from notices.texts import LANGUAGES
from patrons.models import Patron, PatronCategory
from patrons.rules import is_under_age

NO_ADDRESS = "NO_ADDRESS"
NO_GUARDIAN = "NO_GUARDIAN"
# The patron has said that she does without this kind of message.
NOT_WANTED = "NOT_WANTED"
_LONGEST = 500
# A patron below 18 is never billed.
_BILLS = (NoticeKind.INVOICE, NoticeKind.INVOICE_REMINDER, NoticeKind.DEBT_COLLECTION)


@dataclass(frozen=True)
class Recipient:
    """Whom a message is written to.

    :ivar problem: NO_ADDRESS or NO_GUARDIAN when it can't be delivered, and staff see it then; NOT_WANTED when it isn't
        made at all
    """

    addressee: str
    language: str
    channel: str
    address: str
    problem: str = ""


def is_minor(patron: Patron, *, today: date) -> bool:
    """Return whether somebody else is liable: by age, or by category where the birth date isn't known."""
    is_child = patron.category.kind == PatronCategory.Kind.CHILD
    return is_under_age(patron.birth_date, is_child_category=is_child, on=today)


@dataclass(frozen=True)
class Post:
    """What a message's way depends on besides the people.

    :ivar language: for who reads a language that no message is written in
    :ivar country: of the municipality, for phone numbers without a country's code
    :ivar only: the one channel that staff have chosen; empty for the patron's own choice
    """

    settings: MessageSettings
    language: str
    country: str
    only: str = ""


def recipient_of(patron: Patron, guardians: Sequence[Patron], *, kind: str, today: date, post: Post) -> Recipient:
    """Return whom a message to a patron goes to: an adult herself, a child's guardians in the child's stead.

    A receipt goes to whoever stood there and asked for it, a child too.

    :param guardians: of a minor; nobody else's are looked at
    """
    if kind != NoticeKind.RECEIPT and is_minor(patron, today=today):
        if guardians:
            return _to_guardians(guardians, kind, post)
        if kind in _BILLS:
            language = _language(patron, post.language)
            return Recipient(patron.display_name, language, post.only or Notice.Channel.EMAIL, "", NO_GUARDIAN)
    return _to_one(patron, kind, post)


def address_by(person: Patron, channel: str, *, country: str) -> str:
    """Return where a channel reaches somebody, as a message keeps it; nothing if it doesn't."""
    if channel == Notice.Channel.EMAIL:
        return person.email
    if channel == Notice.Channel.SMS:
        return international(person.phone, country)
    if channel == Notice.Channel.DIGITAL_POST:
        has_box = bool(person.national_id_encrypted) and not person.is_exempt_from_digital_post
        return str(person.pk) if has_box else ""
    place = f"{person.postal_code} {person.city}".strip()
    return f"{person.display_name}\n{person.address}\n{place}" if person.address and place else ""


def _to_guardians(guardians: Sequence[Patron], kind: str, post: Post) -> Recipient:
    reached = [_to_one(person, kind, post) for person in guardians]
    by_mail = [each for each in reached if each.channel == Notice.Channel.EMAIL and not each.problem]
    addresses = ", ".join(each.address for each in by_mail)
    if len(by_mail) > 1 and len(addresses) <= _LONGEST:
        names = ", ".join(each.addressee for each in by_mail)
        return Recipient(names[:200], by_mail[0].language, Notice.Channel.EMAIL, addresses)
    candidates = [*by_mail, *reached]
    return next((candidate for candidate in candidates if not candidate.problem), candidates[0])


def _to_one(person: Patron, kind: str, post: Post) -> Recipient:
    language, wanted = _language(person, post.language), person.channels.get(kind, person.channel)
    if wanted == NONE and kind in OPTIONAL and not post.only:
        return Recipient(person.display_name, language, Notice.Channel.EMAIL, "", NOT_WANTED)
    if wanted == NONE:
        wanted = person.channel
    settings = post.settings
    possible = (
        [post.only] if post.only else ways(kind, wanted, in_use=settings.channels, falls_back=settings.falls_back)
    )
    for channel in possible:
        if address := address_by(person, channel, country=post.country):
            return Recipient(person.display_name, language, channel, address)
    return Recipient(person.display_name, language, (possible or [wanted])[0], "", NO_ADDRESS)


def _language(person: Patron, default: str) -> str:
    return next((language for language in (person.language, default) if language in LANGUAGES), "en")
