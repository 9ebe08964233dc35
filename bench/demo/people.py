"""Makes households of people who don't exist, from common names and the municipality's own places."""

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bench.demo.facts import Names, Town, names_of

_OF_AGE = 18
_OLD_FROM = 65
_FROM_AFAR = 0.14
_NOT_ASCII = str.maketrans({"ø": "oe", "æ": "ae", "å": "aa", "đ": "d", "ł": "l", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as the library's register has her."""

    given_name: str
    family_name: str
    birth_date: date
    address: str
    postal_code: str
    city: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class Household:
    """Adults, and the children that they stand for."""

    adults: list[Person]
    children: list[Person]


class Population:
    """The people of one municipality, the same again for the same seed."""

    def __init__(self, town: Town, *, seed: int, today: date) -> None:
        self._chance = random.Random(f"{town.schema} {seed}")
        self._names: Names = names_of(town.language)
        self._town = town
        self._today = today
        self._count = 0

    def households(self) -> Iterator[Household]:
        """Yield households for ever."""
        while True:
            adults = 1 if self._chance.random() < 0.45 else 2
            children = self._chance.choices((0, 1, 2, 3), (60, 15, 18, 7))[0]
            yield self.household(adults=adults, child_ages=[self._chance.randint(2, 17) for _ in range(children)])

    def household(self, *, adults: int, child_ages: list[int]) -> Household:
        """Return people who live together; parents are old enough for their children."""
        home = self._home()
        is_from_afar = self._chance.random() < _FROM_AFAR
        surname = self._chance.choice(self._names.from_afar["surnames"] if is_from_afar else self._names.surnames)
        ages = [self._adult_age(max(child_ages, default=0)) for _ in range(adults)]
        grown = [self._person(age, surname, home, is_from_afar) for age in ages]
        return Household(grown, [self._person(age, surname, home, is_from_afar) for age in child_ages])

    def _adult_age(self, oldest_child: int) -> int:
        if oldest_child:
            return self._chance.randint(max(_OF_AGE + 3, oldest_child + 20), oldest_child + 38)
        return min(95, int(self._chance.triangular(_OF_AGE, 95, 58)))

    def _person(self, age: int, surname: str, home: tuple[str, str, str], is_from_afar: bool) -> Person:
        self._count += 1
        given = self._given_name(age, is_from_afar)
        address, postal_code, city = home
        is_child = age < _OF_AGE
        return Person(
            given_name=given,
            family_name=surname,
            birth_date=self._birth_date(age),
            address=address,
            postal_code=postal_code,
            city=city,
            email="" if is_child else f"{_plain(given)}.{_plain(surname)}.{self._count}@example.org",
            phone="" if is_child else f"{self._town.phone} {self._count:06d}",
        )

    def _given_name(self, age: int, is_from_afar: bool) -> str:
        kind = "women" if self._chance.random() < 0.55 else "men"
        if is_from_afar:
            return self._chance.choice(self._names.from_afar[kind])
        names = self._names.women if kind == "women" else self._names.men
        return self._chance.choice(names["young" if age < 30 else "old" if age >= _OLD_FROM else "middle"])

    def _birth_date(self, age: int) -> date:
        return self._today - timedelta(days=age * 365.2425 + self._chance.randrange(1, 364))

    def _home(self) -> tuple[str, str, str]:
        postal_code, city = self._chance.choice(self._town.places)
        return f"{self._chance.choice(self._names.streets)} {self._chance.randint(1, 140)}", postal_code, city


def _plain(name: str) -> str:
    parted = unicodedata.normalize("NFD", name.casefold().translate(_NOT_ASCII))
    return "".join(character for character in parted if character.isascii() and character.isalnum())
