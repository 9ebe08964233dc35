"""The demo's school classes: pupils with a parent each, a teacher, a class set of one title."""

import re
from datetime import datetime

from accounts.models import StaffAccount
from bench.demo.copying import copy_in
from bench.demo.facts import names_of
from bench.demo.layout import Layout
from bench.demo.people import Population
from bench.demo.records import Catalogued
from bench.demo.register import new_cards, register_pupils
from bench.demo.regulars import details_of
from bench.demo.stock import Copies, Stock
from holdings.models import Item
from patrons.models import Patron
from patrons.services.register import register_patron
from schools.models import SchoolClass
from schools.rules import school_year_of
from schools.services.classes import add_class

_SIZES = (24, 22, 28)
_AGE_OF_FIRST_GRADE = 6
_CLASS_SET = 28


def start_school(
    *,
    layout: Layout,
    population: Population,
    pin_hash: str,
    staff: StaffAccount,
    now: datetime,
) -> list[SchoolClass]:
    """Register the pupils and teachers of the town's classes; one pupil's name is protected."""
    classes = []
    for name, size in zip(layout.town.classes, _SIZES, strict=False):
        grade = int(re.match(r"\d+", name)[0])  # type: ignore[index]
        age = grade + _AGE_OF_FIRST_GRADE
        ids = register_pupils(size, age=age, layout=layout, population=population, pin_hash=pin_hash, now=now)
        pupils = list(Patron.objects.filter(pk__in=list(ids)))
        classes.append(
            add_class(
                branch=layout.schools[0],
                name=name,
                grade=grade,
                school_year=school_year_of(now.date()),
                teacher=_teacher(layout, population, pin_hash, staff, now),
                pupils=pupils,
                staff=staff,
                today=now.date(),
            )
        )
        if len(classes) == 1:
            _protect(pupils[len(pupils) // 2], layout)
    return classes


def add_class_set(catalogued: Catalogued, *, layout: Layout, stock: Stock) -> None:
    """Put as many items of one title into the school's depot as a class needs."""
    items = stock.items_of([Copies(catalogued, _CLASS_SET)])
    for item in items:
        item.home_branch = item.current_branch = layout.schools[0]
        item.location = layout.locations[layout.schools[0].pk, "CHILD"]
        item.item_type = layout.item_types["CLASS_SET"]
        item.status = Item.Status.AVAILABLE
    copy_in(Item, items)


def _teacher(layout: Layout, population: Population, pin_hash: str, staff: StaffAccount, now: datetime) -> Patron:
    person = population.household(adults=1, child_ages=[5]).adults[0]
    details = details_of(person, category=layout.teacher, layout=layout)
    teacher = register_patron(details=details, card_number=next(new_cards(layout)), staff=staff, now=now)
    teacher.pin = pin_hash
    teacher.save(update_fields=["pin"])
    return teacher


def _protect(pupil: Patron, layout: Layout) -> None:
    pupil.alias = names_of(layout.town.language).protected
    pupil.address = pupil.postal_code = pupil.city = ""
    pupil.save(update_fields=["alias", "address", "postal_code", "city"])
