"""To whom a message goes, in which language and how: pure, over rows that have been read already."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from notices.models import PRIVATE, Notice, NoticeKind
from notices.rules.channels import NONE, OPTIONAL, named_ways
from notices.rules.phone_numbers import international
from notices.rules.settings import MessageSettings
from notices.texts import LANGUAGES
from patrons.models import Guardianship, Patron, PatronCategory
from patrons.rules import is_under_age

NO_ADDRESS = "NO_ADDRESS"
NO_GUARDIAN = "NO_GUARDIAN"
# The patron has said that she does without this kind of message.
NOT_WANTED = "NOT_WANTED"
# A patron below 18 is never billed.
_BILLS = (NoticeKind.INVOICE, NoticeKind.INVOICE_REMINDER, NoticeKind.DEBT_COLLECTION)
# A guardian answers for money and for the card: these go to her whether she sees the child's loans or not.
_FOR_WHO_IS_LIABLE = (
    *_BILLS,
    NoticeKind.OVERDUE_1,
    NoticeKind.OVERDUE_2,
    NoticeKind.OVERDUE_3,
    NoticeKind.MEMBERSHIP_ENDS,
)


@dataclass(frozen=True)
class Recipient:
    """Whom a message is written to.

    :ivar problem: NO_ADDRESS or NO_GUARDIAN when it can't be delivered, and staff see it then; NOT_WANTED when it isn't
        made at all
    :ivar guardian_id: the guardian that it's written to in the child's stead
    :ivar hides_titles: she doesn't see the child's loans, so it doesn't say what the child had
    """

    addressee: str
    language: str
    channel: str
    address: str
    problem: str = ""
    guardian_id: int | None = None
    hides_titles: bool = False


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
    :ivar named: the channels that the library's rules name for such a message, in their order
    """

    settings: MessageSettings
    language: str
    country: str
    only: str = ""
    named: tuple[str, ...] = ()


def recipients_of(
    patron: Patron, guardians: Sequence[Guardianship], *, kind: str, today: date, post: Post
) -> list[Recipient]:
    """Return whom a message to a patron goes to: an adult herself, a child's guardians in the child's stead.

    Each guardian gets one of her own: neither reads the other's address. What isn't about money goes to the child where
    no guardian sees its loans, if the child can be reached. A receipt goes to whoever stood there and asked for it, a
    child too, and what a child has saved for itself is told to the child alone, or to nobody.

    :param guardians: of a minor; nobody else's are looked at
    """
    if kind in (NoticeKind.RECEIPT, *PRIVATE) or not is_minor(patron, today=today):
        return [_to_one(patron, kind, post)]
    if not guardians and kind in _BILLS:
        language = _language(patron, post.language)
        return [Recipient(patron.display_name, language, post.only or Notice.Channel.EMAIL, "", NO_GUARDIAN)]
    if kind in _FOR_WHO_IS_LIABLE:
        return _to_guardians(guardians, kind, post) or [_to_one(patron, kind, post)]
    if seeing := [link for link in guardians if _sees(link)]:
        return _to_guardians(seeing, kind, post)
    own = _to_one(patron, kind, post)
    return [own] if own.problem != NO_ADDRESS or not guardians else _to_guardians(guardians, kind, post)


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


def _to_guardians(guardians: Sequence[Guardianship], kind: str, post: Post) -> list[Recipient]:
    reached = [
        replace(_to_one(link.guardian, kind, post), guardian_id=link.guardian_id, hides_titles=not _sees(link))
        for link in guardians
    ]
    by_mail = [each for each in reached if each.channel == Notice.Channel.EMAIL and not each.problem]
    if len(by_mail) > 1:
        return by_mail
    candidates = [*by_mail, *reached]
    return [next((each for each in candidates if not each.problem), candidates[0])] if candidates else []


def _sees(link: Guardianship) -> bool:
    return link.shows_loans and link.guardian.left_at is None


def _to_one(person: Patron, kind: str, post: Post) -> Recipient:
    language, wanted = _language(person, post.language), person.channels.get(kind, person.channel)
    if wanted == NONE and kind in OPTIONAL and not post.only:
        return Recipient(person.display_name, language, Notice.Channel.EMAIL, "", NOT_WANTED)
    if wanted == NONE:
        wanted = person.channel
    possible = [post.only] if post.only else _in_order(kind, wanted, post)
    for channel in possible:
        if address := address_by(person, channel, country=post.country):
            return Recipient(person.display_name, language, channel, address)
    # What nobody waits for isn't made into work for the desk.
    problem = NOT_WANTED if kind in PRIVATE and not post.only else NO_ADDRESS
    return Recipient(person.display_name, language, (possible or [wanted])[0], "", problem)


def _in_order(kind: str, wanted: str, post: Post) -> list[str]:
    settings = post.settings
    return named_ways(kind, post.named, wanted, in_use=settings.channels, falls_back=settings.falls_back)


def _language(person: Patron, default: str) -> str:
    return next((language for language in (person.language, default) if language in LANGUAGES), "en")
