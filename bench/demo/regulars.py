"""The demo's named patrons: one for each thing that can be the matter with a card."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password

from accounts.models import StaffAccount
from bench.demo.credentials import hashes_of, pin_of
from bench.demo.facts import Town
from bench.demo.layout import Layout
from bench.demo.people import Person, Population
from patrons.models import Card, Patron, PatronCategory
from patrons.services.blocks import set_block
from patrons.services.register import PatronDetails, register_patron

# In the order of their cards, which are the municipality's first ones.
ROLES = (
    "fine",
    "borrower",
    "overdue",
    "long_overdue",
    "owes",
    "blocked",
    "expired",
    "guardian",
    "child",
    "hold_ready",
    "sibling",
    "newcomer",
)


@dataclass(frozen=True)
class Regulars:
    """The named patrons by role."""

    patrons: dict[str, Patron]

    def __getitem__(self, role: str) -> Patron:
        return self.patrons[role]


def register_regulars(
    *, layout: Layout, population: Population, cards: list[str], staff: StaffAccount, now: datetime
) -> Regulars:
    """Register the named patrons, each with a card and a PIN of her own; loans and fees come with the scenes."""
    family = population.household(adults=1, child_ages=[9, 13])
    people = {"guardian": family.adults[0], "child": family.children[0], "sibling": family.children[1]}
    registrar = _Registrar(layout, staff, now)
    patrons: dict[str, Patron] = {}
    for role, card in zip(ROLES, cards, strict=True):
        person = people.get(role) or population.household(adults=1, child_ages=[]).adults[0]
        guardians = [patrons["guardian"]] if role in ("child", "sibling") else []
        patrons[role] = registrar.register(person, card, guardians, has_expired=role == "expired")
    give_pins(layout.town)
    set_block(
        patron=patrons["blocked"],
        reason=layout.town.block_reason,
        until=None,
        item_type=None,
        staff=staff,
        now=now - timedelta(days=4),
    )
    return Regulars(patrons)


def first_card_of(patron: Patron) -> Card:
    """Return the card that a patron began with."""
    return patron.cards.order_by("pk").first()  # type: ignore[return-value]


def pin_given_to(patron: Patron, town: Town) -> str:
    """Return the PIN that the demo gave a patron: the named ones have their own, all others share one."""
    number = first_card_of(patron).number
    is_named = Card.objects.filter(pk__lt=first_card_of(patron).pk).count() < len(ROLES)
    return pin_of(town.schema, number) if is_named else pin_of(town.schema)


def give_pins(town: Town) -> None:
    """Give the named patrons of the current municipality the PINs that this installation makes."""
    cards = list(Card.objects.order_by("pk")[: len(ROLES)])
    hashes = hashes_of([pin_of(town.schema, card.number) for card in cards])
    for card, pin_hash in zip(cards, hashes, strict=True):
        Patron.objects.filter(pk=card.patron_id).update(pin=pin_hash)


def renew_pins(town: Town) -> None:
    """Give all patrons of the current municipality the PINs that this installation makes, if they have others."""
    first = Card.objects.select_related("patron").order_by("pk").first()
    if first and not check_password(pin_of(town.schema, first.number), first.patron.pin):
        Patron.objects.exclude(pin="").update(pin=make_password(pin_of(town.schema)))
        give_pins(town)


@dataclass(frozen=True)
class _Registrar:
    """Registers one after the other."""

    layout: Layout
    staff: StaffAccount
    now: datetime

    def register(self, person: Person, card: str, guardians: list[Patron], *, has_expired: bool) -> Patron:
        category = self.layout.child if guardians else self.layout.adult
        details = details_of(person, category=category, layout=self.layout)
        ends = self.now.date() + timedelta(days=-40 if has_expired else 600)
        return register_patron(
            details=replace(details, expires_on=ends),
            card_number=card,
            guardians=guardians,
            staff=self.staff,
            now=self.now - timedelta(days=400),
        )


def details_of(person: Person, *, category: PatronCategory, layout: Layout) -> PatronDetails:
    """Return what staff would type in about a person."""
    return PatronDetails(
        given_name=person.given_name,
        family_name=person.family_name,
        category=category,
        home_branch=layout.schools[0] if category == layout.teacher else layout.public[0],
        birth_date=person.birth_date,
        email=person.email,
        phone=person.phone,
        address=person.address,
        postal_code=person.postal_code,
        city=person.city,
        language=layout.town.language,
        channel=Patron.Channel.EMAIL if person.email else Patron.Channel.LETTER,
    )
