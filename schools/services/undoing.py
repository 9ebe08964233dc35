"""What taking a new school year back has in common, whoever began it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, ProtectedError

from schools.models import ClassMembership, SchoolClass


def reopen_memberships(model: Any, who: str, keys: Iterable[int]) -> None:
    """Begin again what was ended, unless somebody has begun the same by hand meanwhile.

    :param model: ClassMembership or ClassTeacher
    :param who: the name of its field for the person
    """
    again = model.objects.filter(school_class=OuterRef("school_class"), until__isnull=True, **{who: OuterRef(who)})
    model.objects.filter(~Exists(again), pk__in=list(keys)).update(until=None)


def remove_unused_classes(keys: Iterable[int], today: date) -> None:
    """Remove classes that nobody was ever in; one that something else refers to is only gone from that day."""
    used = Exists(ClassMembership.objects.filter(school_class=OuterRef("pk")))
    for school_class in SchoolClass.objects.filter(~used, pk__in=list(keys)):
        try:
            with transaction.atomic():
                school_class.delete()
        except ProtectedError:
            SchoolClass.objects.filter(pk=school_class.pk).update(gone_on=today)
