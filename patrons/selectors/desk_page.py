"""Reads what a patron's page shows beside herself: cards, notes, family, contact persons, blocks that are over."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from patrons.models import Block, Card, ContactPerson, Guardianship, Patron, PatronCategory, PatronNote
from patrons.rules import is_under_age

MOST_OLD_BLOCKS = 20
# The kinds of category whose patrons are no single person.
WITH_CONTACTS = (PatronCategory.Kind.INSTITUTION, PatronCategory.Kind.CLASS)


def cards_of(patron: Patron) -> list[Card]:
    """Return all of a patron's cards, those that work first, the newest before older ones."""
    return list(Card.objects.filter(patron=patron).order_by("-is_active", "-issued_at", "-pk"))


def get_card(pk: int) -> Card | None:
    """Return the card with this number in the database, with its patron, or None."""
    return Card.objects.select_related("patron").filter(pk=pk).first()


def notes_of(patron: Patron, *, day: date) -> list[PatronNote]:
    """Return the notes that hold on a day, those that stand out first."""
    return list(_standing(PatronNote.objects.filter(patron=patron), day))


def get_note(pk: int) -> PatronNote | None:
    """Return the note with this number, with its patron, or None."""
    return PatronNote.objects.select_related("patron").filter(pk=pk).first()


def over_blocks(patron: Patron, *, day: date) -> list[Block]:
    """Return the newest of a patron's blocks that hold no more."""
    over = Block.objects.filter(Q(lifted_at__isnull=False) | Q(until__lt=day), patron=patron)
    return list(over.select_related("item_type").order_by("-pk")[:MOST_OLD_BLOCKS])


def guardianships_of(child: Patron) -> list[Guardianship]:
    """Return who is guardian for a child, with what has been agreed."""
    return list(Guardianship.objects.filter(child=child).select_related("guardian").order_by("guardian__sort_key"))


def wards_shown_to(guardian: Patron, *, day: date) -> list[Patron]:
    """Return the children whose loans a guardian sees and renews in the portal, with category and home branch.

    Only while they're under age: what a grown child has on loan is nobody else's business.
    """
    links = Guardianship.objects.filter(guardian=guardian, guardian__left_at__isnull=True, shows_loans=True)
    links = links.filter(child__left_at__isnull=True).select_related("child__category", "child__home_branch")
    return [link.child for link in links.order_by("child__sort_key") if _is_child(link.child, day)]


def ward_shown_to(guardian: Patron, *, child_id: int, day: date) -> Patron | None:
    """Return the child with this number if it's one of those that `wards_shown_to` gives, else None."""
    return next((child for child in wards_shown_to(guardian, day=day) if child.pk == child_id), None)


def contacts_of(patron: Patron) -> list[ContactPerson]:
    """Return whom to talk to at an institution."""
    return list(ContactPerson.objects.filter(patron=patron))


def get_contact(pk: int) -> ContactPerson | None:
    """Return the contact person with this number, with the institution, or None."""
    return ContactPerson.objects.select_related("patron").filter(pk=pk).first()


def memberships_ending(*, since: date, until: date, limit: int | None = 500) -> list[Patron]:
    """Return the patrons whose membership ends between two days, the earliest first.

    :param limit: None for all
    """
    ending = Patron.objects.filter(expires_on__range=(since, until), left_at__isnull=True)
    return list(ending.select_related("category", "home_branch").order_by("expires_on", "sort_key", "pk")[:limit])


def _is_child(patron: Patron, day: date) -> bool:
    is_child_category = patron.category.kind == PatronCategory.Kind.CHILD
    return is_under_age(patron.birth_date, is_child_category=is_child_category, on=day)


def _standing(notes: QuerySet[PatronNote], day: date) -> Iterable[PatronNote]:
    return notes.filter(Q(until__isnull=True) | Q(until__gte=day), ended_at__isnull=True)
