"""Patrons with cards; every name belongs to nobody."""

from datetime import date, timedelta

import factory
from factory.django import DjangoModelFactory

from patrons.models import Block, Card, ContactPerson, Guardianship, Patron, PatronCategory, PatronNote
from patrons.rules import name_keys
from tests.factories.holdings import BranchFactory
from tests.factories.moments import NOW, TODAY


class PatronCategoryFactory(DjangoModelFactory):
    """The category `adult`, or the one whose code is given."""

    class Meta:
        model = PatronCategory
        django_get_or_create = ("code",)

    class Params:
        child = factory.Trait(code="child", kind=PatronCategory.Kind.CHILD)

    code = "adult"
    name = factory.LazyAttribute(lambda category: category.code.capitalize())
    kind = PatronCategory.Kind.ADULT


class PatronFactory(DjangoModelFactory):
    """An adult with a card that works; `card="..."` gives its number, `card=False` none."""

    class Meta:
        model = Patron
        skip_postgeneration_save = True

    class Params:
        child = factory.Trait(
            category=factory.SubFactory(PatronCategoryFactory, child=True), birth_date=date(2017, 5, 2)
        )
        expired = factory.Trait(expires_on=TODAY - timedelta(days=1))
        left = factory.Trait(left_at=NOW - timedelta(days=30))
        blocked = factory.Trait(block=factory.RelatedFactory("tests.factories.patrons.BlockFactory", "patron"))
        history = factory.Trait(keeps_history=True)

    category = factory.SubFactory(PatronCategoryFactory)
    home_branch = factory.SubFactory(BranchFactory)
    given_name = "Ingrid"
    family_name = factory.Sequence(lambda n: f"Solvang {n}")
    sort_key = factory.LazyAttribute(lambda patron: name_keys(patron.given_name, patron.family_name, "da")[0])
    given_name_key = factory.LazyAttribute(lambda patron: name_keys(patron.given_name, patron.family_name, "da")[1])
    birth_date = date(1984, 3, 14)
    email = factory.Sequence(lambda n: f"patron-{n}@post.example")
    language = "en"
    created_at = NOW - timedelta(days=400)

    @factory.post_generation
    def card(patron, create, extracted, **_):  # noqa: N805 - factory_boy hands the patron
        if create and extracted is not False:
            CardFactory(patron=patron, **({"number": extracted} if extracted else {}))


class CardFactory(DjangoModelFactory):
    """A card that works; `ended` is a lost one."""

    class Meta:
        model = Card

    class Params:
        ended = factory.Trait(is_active=False, ended_reason="LOST")

    patron = factory.SubFactory(PatronFactory, card=False)
    number = factory.Sequence(lambda n: f"20{10_000_000 + n}")
    issued_at = NOW - timedelta(days=400)


class BlockFactory(DjangoModelFactory):
    """A block without an end."""

    class Meta:
        model = Block

    patron = factory.SubFactory(PatronFactory)
    reason = "Moved without telling us"
    set_by = "Staff"
    set_at = NOW - timedelta(days=2)


class GuardianshipFactory(DjangoModelFactory):
    """A child and who is liable for it."""

    class Meta:
        model = Guardianship

    child = factory.SubFactory(PatronFactory, child=True)
    guardian = factory.SubFactory(PatronFactory)


class PatronNoteFactory(DjangoModelFactory):
    """A note that doesn't stand out."""

    class Meta:
        model = PatronNote

    patron = factory.SubFactory(PatronFactory)
    text = "Reads German as well"
    written_by = "Staff"
    written_at = NOW - timedelta(days=2)


class ContactPersonFactory(DjangoModelFactory):
    """Somebody to talk to."""

    class Meta:
        model = ContactPerson

    patron = factory.SubFactory(PatronFactory)
    name = "Kirsten Contact"
