"""Registers many patrons at once: households with their cards and guardians."""

from array import array
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import Enum
from itertools import islice

from bench.demo.copying import copy_in, reserve_ids
from bench.demo.layout import Layout
from bench.demo.numbering import numbers_after
from bench.demo.people import Person, Population
from patrons.models import Card, Guardianship, Patron
from patrons.rules import name_keys

_BATCH = 5_000
_VALID_DAYS = 730


def register_pupils(
    count: int, *, age: int, layout: Layout, population: Population, pin_hash: str, now: datetime
) -> array:
    """Register a class with a parent each, and return the pupils' ids; pupils have no cards."""
    maker = _PatronMaker(layout, pin_hash=pin_hash, now=now)
    people: list[tuple[Person, _Role]] = []
    for _ in range(count):
        household = population.household(adults=1, child_ages=[age])
        people += [(household.adults[0], _Role.HEAD), (household.children[0], _Role.PUPIL)]
    return array("q", maker.write(people)[1::2])


def register_many(count: int, *, layout: Layout, population: Population, pin_hash: str, now: datetime) -> array:
    """Register exactly `count` people, children with a guardian, and return their ids.

    :param pin_hash: everybody's: a hash of her own for each would take longer than all the rest
    """
    maker = _PatronMaker(layout, pin_hash=pin_hash, now=now)
    people = islice(_people(population), count)
    ids = array("q")
    while batch := list(islice(people, _BATCH)):
        ids.extend(maker.write(batch))
    return ids


def new_cards(layout: Layout) -> Iterator[str]:
    """Yield numbers for cards after the one that was issued last."""
    last = Card.objects.order_by("-pk").values_list("number", flat=True).first()
    return numbers_after(last, layout.town.barcode_schemes["card"])


class _Role(Enum):
    """Who somebody is in her household."""

    HEAD = "head"
    ADULT = "adult"
    CHILD = "child"
    PUPIL = "pupil"


def _people(population: Population) -> Iterator[tuple[Person, _Role]]:
    """Yield people for ever, household by household, each time its head first."""
    for household in population.households():
        head, *others = household.adults
        yield head, _Role.HEAD
        yield from ((adult, _Role.ADULT) for adult in others)
        yield from ((child, _Role.CHILD) for child in household.children)


class _PatronMaker:
    """Turns people into rows."""

    def __init__(self, layout: Layout, *, pin_hash: str, now: datetime) -> None:
        self._layout = layout
        self._pin_hash = pin_hash
        self._now = now
        self._cards = new_cards(layout)
        self._head_id = 0
        self._categories = {
            _Role.HEAD: layout.adult,
            _Role.ADULT: layout.adult,
            _Role.CHILD: layout.child,
            _Role.PUPIL: layout.pupil,
        }

    def write(self, people: list[tuple[Person, _Role]]) -> list[int]:
        ids = reserve_ids(Patron, len(people))
        members = [(pk, person, role) for pk, (person, role) in zip(ids, people, strict=True)]
        copy_in(Patron, (self._patron(pk, person, role) for pk, person, role in members))
        with_card = (pk for pk, _, role in members if role != _Role.PUPIL)
        copy_in(Card, (Card(patron_id=pk, number=next(self._cards), issued_at=self._now) for pk in with_card))
        copy_in(Guardianship, list(self._guardianships(members)))
        return ids

    def _guardianships(self, members: list[tuple[int, Person, _Role]]) -> Iterator[Guardianship]:
        for pk, _, role in members:
            if role == _Role.HEAD:
                self._head_id = pk
            elif role in (_Role.CHILD, _Role.PUPIL):
                yield Guardianship(child_id=pk, guardian_id=self._head_id)

    def _patron(self, pk: int, person: Person, role: _Role) -> Patron:
        town, layout = self._layout.town, self._layout
        sort_key, given_name_key = name_keys(person.given_name, person.family_name, town.language)
        return Patron(
            pk=pk,
            category=self._categories[role],
            home_branch=layout.schools[0] if role == _Role.PUPIL else layout.public[pk % len(layout.public)],
            given_name=person.given_name,
            family_name=person.family_name,
            sort_key=sort_key,
            given_name_key=given_name_key,
            birth_date=person.birth_date,
            email=person.email,
            phone=person.phone,
            address=person.address,
            postal_code=person.postal_code,
            city=person.city,
            language=town.language,
            channel=Patron.Channel.EMAIL if person.email else Patron.Channel.LETTER,
            pin=self._pin_hash,
            expires_on=self._now.date() + timedelta(days=_VALID_DAYS),
            created_at=self._now - timedelta(days=30 + pk % 900),
        )
