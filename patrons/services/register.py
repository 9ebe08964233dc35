"""Adds patrons and changes what the library knows about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from accounts.models import StaffAccount
from common.audit import record
from common.barcodes import BarcodeScheme, clean_barcode
from common.encryption import encrypt, keyed_hash
from common.errors import Reason
from holdings.models import Branch
from patrons.errors import (
    BIRTH_DATE_IN_FUTURE,
    CARD_MALFORMED,
    CARD_TAKEN,
    GUARDIAN_IS_CHILD,
    NAME_MISSING,
    NATIONAL_ID_MALFORMED,
    NATIONAL_ID_TAKEN,
    PIN_MALFORMED,
    PatronRefused,
)
from patrons.models import Card, Guardianship, Patron, PatronCategory
from patrons.rules import is_pin, membership_end, name_keys
from patrons.rules.national_ids import normal_national_id
from tenants.selectors import current_municipality

_LONGEST_CARD = 32
DETAILS = (
    "given_name family_name alias category home_branch birth_date email phone address postal_code city "
    "municipality_code language channel expires_on"
).split()


@dataclass(frozen=True, kw_only=True)
class PatronDetails:
    """What staff fill in about a patron."""

    given_name: str
    family_name: str = ""
    alias: str = ""
    category: PatronCategory
    home_branch: Branch
    birth_date: date | None = None
    email: str = ""
    phone: str = ""
    address: str = ""
    postal_code: str = ""
    city: str = ""
    municipality_code: str = ""
    language: str = "da"
    channel: str = Patron.Channel.EMAIL
    expires_on: date | None = None
    national_id: str = ""


@transaction.atomic
def register_patron(
    *,
    details: PatronDetails,
    card_number: str,
    pin: str = "",
    guardians: Sequence[Patron] = (),
    staff: StaffAccount | None,
    now: datetime,
) -> Patron:
    """Add a patron with her first card.

    :raises PatronRefused: with every reason found; nothing is added
    """
    municipality = current_municipality()
    card_number = clean_barcode(card_number)
    reasons = [*_problems(details, now=now, patron=None), *card_problems(card_number, municipality.barcode_schemes)]
    if pin and not is_pin(pin):
        reasons.append(Reason(PIN_MALFORMED))
    if any(guardian.category.kind == PatronCategory.Kind.CHILD for guardian in guardians):
        reasons.append(Reason(GUARDIAN_IS_CHILD))
    if reasons:
        raise PatronRefused(reasons)
    patron = Patron(created_at=now, pin=make_password(pin) if pin else "")
    fill(patron, details, now)
    if patron.expires_on is None:
        category = details.category
        patron.expires_on = membership_end(
            local_day(now, details.home_branch), months=category.membership_months, days=category.temporary_days
        )
    try:
        patron.save()
        Card.objects.create(patron=patron, number=card_number, issued_at=now)
    except IntegrityError as taken:
        # Another desk was a moment faster with the same card or number.
        raise PatronRefused([Reason(CARD_TAKEN, facts={"card": card_number})]) from taken
    Guardianship.objects.bulk_create([Guardianship(child=patron, guardian=guardian) for guardian in guardians])
    record(action="patrons.register", actor=staff, subject=patron)
    return patron


@transaction.atomic
def change_patron(*, patron: Patron, details: PatronDetails, staff: StaffAccount, now: datetime) -> Patron:
    """Change what's known about a patron; an empty national identity number leaves the stored one.

    :raises PatronRefused: with every reason found; nothing is changed
    """
    patron = Patron.objects.select_for_update(of=("self",)).get(pk=patron.pk)
    if reasons := _problems(details, now=now, patron=patron):
        raise PatronRefused(reasons)
    fill(patron, details, now)
    patron.save()
    record(action="patrons.change", actor=staff, subject=patron)
    return patron


@transaction.atomic
def set_pin(*, patron: Patron, pin: str, staff: StaffAccount | None) -> None:
    """Give a patron a new PIN of four to eight digits.

    :raises PatronRefused: PIN_MALFORMED
    """
    if not is_pin(pin):
        raise PatronRefused([Reason(PIN_MALFORMED)])
    Patron.objects.filter(pk=patron.pk).update(pin=make_password(pin))
    record(action="patrons.set_pin", actor=staff, subject=patron)


def local_day(now: datetime, branch: Branch) -> date:
    """Return the day that a moment is part of at a branch."""
    return now.astimezone(ZoneInfo(branch.time_zone)).date()


def _problems(details: PatronDetails, *, now: datetime, patron: Patron | None) -> list[Reason]:
    reasons = []
    if not details.given_name.strip():
        reasons.append(Reason(NAME_MISSING))
    if details.birth_date and details.birth_date > now.date():
        reasons.append(Reason(BIRTH_DATE_IN_FUTURE))
    if details.national_id:
        number = _national_id(details, now)
        if number is None:
            reasons.append(Reason(NATIONAL_ID_MALFORMED))
        elif _is_taken(number, patron):
            reasons.append(Reason(NATIONAL_ID_TAKEN))
    return reasons


def _national_id(details: PatronDetails, now: datetime) -> str | None:
    return normal_national_id(details.national_id, country=current_municipality().country, today=now.date())


def _is_taken(number: str, patron: Patron | None) -> bool:
    others = Patron.objects.filter(national_id_hash=keyed_hash(number))
    return (others.exclude(pk=patron.pk) if patron else others).exists()


def card_problems(number: str, schemes: dict[str, dict[str, object]]) -> list[Reason]:
    """Return what's wrong with a new card's number: not one of the municipality's, or taken already."""
    scheme = schemes.get("card")
    fits = 0 < len(number) <= _LONGEST_CARD
    problem = BarcodeScheme(**scheme).problem(number) if scheme else (None if fits else "LENGTH")  # type: ignore[arg-type]
    if problem:
        return [Reason(CARD_MALFORMED, facts={"card": number, "problem": problem})]
    if Card.objects.filter(number=number).exists():
        return [Reason(CARD_TAKEN, facts={"card": number})]
    return []


def fill(patron: Patron, details: PatronDetails, now: datetime) -> None:
    """Write details into a patron that the caller saves, with the keys that she's found by."""
    for name in DETAILS:
        setattr(patron, name, getattr(details, name))
    # Whose name is protected is found by the alias: else a search for the name would tell that she's here.
    names = (details.alias, "") if details.alias else (details.given_name, details.family_name)
    patron.sort_key, patron.given_name_key = name_keys(*names, current_municipality().language)
    if number := details.national_id and _national_id(details, now):
        patron.national_id_encrypted, patron.national_id_hash = encrypt(number), keyed_hash(number)
