"""Classes and teaching groups, who is in them and who teaches them. Pupils and teachers are patrons."""

from django.db import models
from django.db.models import Q


class SchoolClass(models.Model):
    """A class, a year group or a teaching group of one school year."""

    class Kind(models.TextChoices):
        """What it's for, as `schools.register.people.GroupKind`."""

        CLASS = "CLASS"
        YEAR_GROUP = "YEAR_GROUP"
        TEACHING = "TEACHING"
        OTHER = "OTHER"

    branch = models.ForeignKey("holdings.Branch", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.CLASS, db_default="CLASS")
    name = models.CharField(max_length=60)
    grade = models.PositiveSmallIntegerField(null=True, blank=True)
    # Which of a grade's classes: the B of 5.B.
    line = models.CharField(max_length=20, blank=True, default="", db_default="")
    # As "2026-2027".
    school_year = models.CharField(max_length=9)
    # The register's; empty for one that was made by hand. Names may be repeated there, keys not.
    register_key = models.CharField(max_length=80, blank=True, default="", db_default="")
    # What it was in the school year before.
    continues = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # When the register no longer named it; who was in it then was taken out.
    gone_on = models.DateField(null=True, blank=True)
    teacher = models.ForeignKey(
        "patrons.Patron", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        """Constraints and order."""

        constraints = [
            models.UniqueConstraint(
                fields=["branch", "school_year", "name"], condition=Q(register_key=""), name="class_once_per_year"
            ),
            models.UniqueConstraint(
                fields=["branch", "school_year", "register_key"],
                condition=~Q(register_key=""),
                name="register_class_once_per_year",
            ),
        ]
        ordering = ("grade", "name")

    def __str__(self) -> str:
        return self.name


class ClassMembership(models.Model):
    """A pupil's time in a class."""

    school_class = models.ForeignKey(SchoolClass, on_delete=models.CASCADE, related_name="memberships")
    pupil = models.ForeignKey("patrons.Patron", on_delete=models.CASCADE, related_name="class_memberships")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        """Constraints."""

        constraints = [
            models.UniqueConstraint(
                fields=["school_class", "pupil"], condition=Q(until__isnull=True), name="pupil_once_in_class"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pupil_id} in {self.school_class_id}"


class ClassTeacher(models.Model):
    """A teacher's time with a class, as the register says."""

    school_class = models.ForeignKey(SchoolClass, on_delete=models.CASCADE, related_name="teachers")
    teacher = models.ForeignKey("patrons.Patron", on_delete=models.CASCADE, related_name="taught_classes")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        """Constraints."""

        constraints = [
            models.UniqueConstraint(
                fields=["school_class", "teacher"], condition=Q(until__isnull=True), name="teacher_once_in_class"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.teacher_id} teaches {self.school_class_id}"
