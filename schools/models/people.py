"""Who is at a school, as the register says, and whom to ask about a pupil."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class SchoolPerson(models.Model):
    """Somebody's time at a school: a pupil, a teacher, another employee. A teacher may have several schools.

    The register's key stays with a person through all schools; here it's the join to the patron.
    """

    school = models.ForeignKey("schools.School", on_delete=models.CASCADE, related_name="people", db_index=False)
    patron = models.ForeignKey("patrons.Patron", on_delete=models.CASCADE, related_name="school_times")
    key = models.CharField(max_length=80)
    # Of `schools.register.people.Role`.
    roles = ArrayField(models.CharField(max_length=10))
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    short_name = models.CharField(max_length=40, blank=True, default="")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    # What the register said last, in short: whether it says something else now.
    told = models.CharField(max_length=32)
    # Whether the register's names and addresses are the patron's; else she's known to the library otherwise.
    describes_patron = models.BooleanField(default=True)

    class Meta:
        """Constraints; the keys are looked up over all schools, for pupils move."""

        constraints = [
            models.UniqueConstraint(fields=["school", "key"], condition=Q(until__isnull=True), name="once_at_a_school"),
            models.CheckConstraint(condition=~Q(key=""), name="school_person_has_a_key"),
        ]
        indexes = [models.Index(fields=["key"], name="school_person_key")]

    def __str__(self) -> str:
        return f"{self.patron_id} at {self.school_id}"


class PupilContact(models.Model):
    """Somebody to be asked about a pupil: a parent, with custody or without."""

    person = models.ForeignKey(SchoolPerson, on_delete=models.CASCADE, related_name="contacts")
    given_name = models.CharField(max_length=80)
    family_name = models.CharField(max_length=80, blank=True)
    relation = models.CharField(max_length=40, blank=True)
    has_custody = models.BooleanField(default=False)
    is_protected = models.BooleanField(default=False)

    class Meta:
        """Order as the register has them."""

        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.relation} of {self.person_id}"
