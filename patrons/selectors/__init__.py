"""Finds patrons."""

import re
from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Q, QuerySet

from accounts.models import StaffAccount
from accounts.rules import Permission, permissions_of
from common.audit import record
from common.barcodes import clean_barcode
from common.encryption import keyed_hash
from common.errors import Reason
from common.keyed_reads import ALL, KeyedRead
from common.sort_keys import sort_key
from patrons.errors import NOT_PERMITTED, PatronRefused
from patrons.models import PHONE_ENDING, Block, Card, Patron, PatronCategory
from patrons.rules.national_ids import normal_national_id
from patrons.rules.phones import ending_of, is_same_phone, looks_like_phone
from tenants.selectors import current_municipality

# A day's shape stands beside its form, for `strptime` alone would read 140384 as a day of the year 384.
_DATES = tuple(
    (re.compile(shape, re.ASCII), form)
    for shape, form in (
        (r"\d{1,2}\.\d{1,2}\.\d{4}", "%d.%m.%Y"),
        (r"\d{4}-\d{1,2}-\d{1,2}", "%Y-%m-%d"),
        (r"\d{1,2}/\d{1,2}/\d{4}", "%d/%m/%Y"),
        (r"\d{8}", "%d%m%Y"),
        (r"\d{1,2}\.\d{1,2}\.\d{2}", "%d.%m.%y"),
        (r"\d{6}", "%d%m%y"),
    )
)
MOST_FOUND = 25
_lock_patron, _read_patron = KeyedRead(Patron, lock=True), KeyedRead(Patron)
_get_patron = KeyedRead(Patron, along={"category": ALL, "home_branch": ALL})
_get_card = KeyedRead(Card, key="number", along={"patron": ALL})


def get_patron(pk: int) -> Patron | None:
    """Return the patron with this number, with category and home branch, or None."""
    return _get_patron(pk)


def get_patron_by_card(number: str) -> Patron | None:
    """Return who a working card belongs to, or None."""
    card = (
        Card.objects.select_related("patron", "patron__category", "patron__home_branch")
        .filter(number=clean_barcode(number), is_active=True)
        .first()
    )
    return card.patron if card else None


def get_patron_of_working_card(number: str) -> Patron | None:
    """Return who a working card belongs to, without category and home branch, or None; made for every request.

    :param number: as cards keep it
    """
    card = _get_card(number)
    return card.patron if card and card.is_active else None


def find_patrons(text: str) -> list[Patron]:
    """Return the patrons whom a card number, name, birth date, phone number or e-mail address fits, by name.

    Names are found by the beginnings of given name, family name or both in either order, from three letters on.
    """
    text = text.strip()
    patrons = Patron.objects.select_related("category", "home_branch").prefetch_related("cards")
    if len(text) < 3:
        return []
    fits = Q(cards__number=clean_barcode(text))
    if birth_dates := _as_dates(text):
        fits |= Q(birth_date__in=birth_dates)
    if looks_like_phone(text):
        fits |= Q(pk__in=_with_phone(text))
    if "@" in text:
        fits |= Q(email__iexact=text)
    if any(character.isalpha() for character in text):
        fits |= _name_fits(text)
    # Ids first: the conditions come from four indexes, and sorting only what's found keeps each in use.
    found = Patron.objects.filter(fits, left_at__isnull=True).values("pk").distinct()[: 4 * MOST_FOUND]
    return list(patrons.filter(pk__in=list(found.values_list("pk", flat=True))).order_by("sort_key")[:MOST_FOUND])


def with_phone_ending(ending: str) -> QuerySet[Patron]:
    """Return the patrons whose phone number has these last digits, however it's written; one index answers it."""
    return Patron.objects.alias(phone_ending=PHONE_ENDING).filter(~Q(phone=""), phone_ending=ending)


def find_patron_by_national_id(number: str, *, staff: StaffAccount, today: date) -> Patron | None:
    """Return the patron with this national identity number, or None; the look-up is logged, the number is not.

    :param number: as it was typed
    :param today: tells the century of a number that's written without it
    :raises PatronRefused: NOT_PERMITTED without the permission for such look-ups
    """
    if Permission.LOOK_UP_NATIONAL_ID not in permissions_of(staff.role):
        raise PatronRefused([Reason(NOT_PERMITTED, permission=Permission.LOOK_UP_NATIONAL_ID)])
    known = normal_national_id(number, country=current_municipality().country, today=today)
    patron = Patron.objects.filter(national_id_hash=keyed_hash(known)).first() if known else None
    record(action="patrons.look_up_national_id", actor=staff, subject=patron, facts={"found": patron is not None})
    return patron


def patrons_by_ids(patron_ids: Sequence[int]) -> list[Patron]:
    """Return patrons with category, branch and cards, in the order of the numbers; unknown ones are left out."""
    patrons = Patron.objects.select_related("category", "home_branch").prefetch_related("cards").in_bulk(patron_ids)
    return [patrons[patron_id] for patron_id in patron_ids if patron_id in patrons]


def working_card(patron: Patron) -> str:
    """Return the number of a patron's newest working card, or nothing."""
    numbers = Card.objects.filter(patron=patron, is_active=True).order_by("-issued_at", "-pk")
    return numbers.values_list("number", flat=True).first() or ""


def working_cards(patrons: Sequence[Patron]) -> dict[int, str]:
    """Return the number of each patron's newest working card, by the patron's number."""
    cards = Card.objects.filter(patron__in=patrons, is_active=True).order_by("issued_at", "pk")
    return dict(cards.values_list("patron_id", "number"))


def patrons_by_cards(numbers: Sequence[str]) -> dict[str, Patron]:
    """Return who working cards belong to, by their cleaned numbers; unknown ones are left out."""
    cards = Card.objects.filter(number__in=numbers, is_active=True, patron__left_at__isnull=True)
    return {card.number: card.patron for card in cards.select_related("patron__category")}


def get_block(pk: int) -> Block | None:
    """Return the block with this number, with its patron, or None."""
    return Block.objects.select_related("patron").filter(pk=pk).first()


def active_blocks(patron: Patron, *, day: date) -> QuerySet[Block]:
    """Return the blocks that keep a patron from borrowing on a day."""
    return Block.objects.filter(Q(until__isnull=True) | Q(until__gte=day), patron=patron, lifted_at__isnull=True)


def guardians_of(patron: Patron) -> list[Patron]:
    """Return who is liable for a child."""
    return list(Patron.objects.filter(wards__child=patron).order_by("sort_key"))


def wards_of(patron: Patron) -> list[Patron]:
    """Return the children that a patron is guardian for."""
    return list(Patron.objects.filter(guardianships__guardian=patron).order_by("sort_key"))


def patron_categories() -> list[PatronCategory]:
    """Return the municipality's categories in its own order."""
    return list(PatronCategory.objects.all())


def _name_fits(text: str) -> Q:
    language = current_municipality().language
    whole = sort_key(text.replace(",", " "), language)
    if not whole:
        return Q(pk__in=[])
    fits = Q(sort_key__startswith=whole) | Q(given_name_key__startswith=whole)
    first, _, rest = whole.partition(" ")
    if rest:
        last = rest.rpartition(" ")[2]
        fits |= Q(given_name_key__startswith=first, sort_key__startswith=last)
        fits |= Q(sort_key__startswith=first, given_name_key__startswith=last)
    return fits


def _as_dates(text: str) -> list[date]:
    """Return the days that a text may mean; with two digits for the year, that of either century."""
    for shape, form in _DATES:
        if not shape.fullmatch(text):
            continue
        try:
            day = datetime.strptime(text, form).date()  # noqa: DTZ007 - a birth date has no time zone
        except ValueError:
            continue
        if day.month == 2 and day.day == 29 and "%y" in form:
            return [day]
        return [day.replace(year=century + day.year % 100) for century in (1900, 2000)] if "%y" in form else [day]
    return []


def lock_patron(patron_id: int) -> Patron | None:
    """Lock a patron until the transaction ends and return her, or None; items are locked before patrons."""
    return _lock_patron(patron_id)


def patron_by_number(patron_id: int) -> Patron:
    """Return a patron of whom nothing but the number is known, for a service that reads her itself."""
    return Patron(pk=patron_id)


def read_patron(patron_id: int) -> Patron | None:
    """Return the patron with this number, without category and home branch, or None."""
    return _read_patron(patron_id)


def get_category(pk: int) -> PatronCategory | None:
    """Return a patron category, or None."""
    return PatronCategory.objects.filter(pk=pk).first()


def _with_phone(text: str) -> list[int]:
    rows = with_phone_ending(ending_of(text)).values_list("pk", "phone")
    return [pk for pk, phone in rows if is_same_phone(phone, text)]
