"""Schools, their people and classes, and how the register changes them. In each municipality's schema."""

from schools.models.classes import ClassMembership, ClassTeacher, SchoolClass
from schools.models.people import PupilContact, SchoolPerson
from schools.models.roll_overs import RollOver
from schools.models.rosters import RosterFile, RosterUpdate
from schools.models.schools import School

__all__ = [
    "ClassMembership",
    "ClassTeacher",
    "PupilContact",
    "RollOver",
    "RosterFile",
    "RosterUpdate",
    "School",
    "SchoolClass",
    "SchoolPerson",
]
