"""What schools put in order before two entries of one person become one, and when a person is forgotten."""

from datetime import datetime

from accounts.models import StaffAccount
from patrons.models import Patron
from schools.models import ClassMembership, ClassTeacher, SchoolPerson


def prepare_merging(goes: Patron, stays: Patron, staff: StaffAccount, now: datetime) -> None:
    """A class that both are in has her once; who stays is described as she was: by the library, or by the register."""
    mine = ClassMembership.objects.filter(pupil=stays, until__isnull=True).values("school_class")
    ClassMembership.objects.filter(pupil=goes, until__isnull=True, school_class__in=mine).delete()
    taught = ClassTeacher.objects.filter(teacher=stays, until__isnull=True).values("school_class")
    ClassTeacher.objects.filter(teacher=goes, until__isnull=True, school_class__in=taught).delete()
    SchoolPerson.objects.filter(patron=goes).update(describes_patron=False)


def forget_school_times(patron_id: int) -> None:
    """Forget by which key a register knew somebody, and whom to ask about her; that she was in a class stays."""
    SchoolPerson.objects.filter(patron=patron_id).delete()
