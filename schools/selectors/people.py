"""Reads who belongs to the schools."""

from django.utils import timezone

from patrons.models import Patron
from schools.models import SchoolPerson


def patron_of_key(key: str) -> Patron | None:
    """Return the patron whom a register's key belongs to at one of the schools today, or None.

    A teacher may be at several; a key of two patrons is nobody's, until they're merged.
    """
    today = timezone.localdate()
    times = SchoolPerson.objects.filter(key=key, since__lte=today).exclude(until__lt=today)
    patrons = {each.patron for each in times.select_related("patron")}
    return patrons.pop() if len(patrons) == 1 else None
