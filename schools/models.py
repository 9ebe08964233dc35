"""Classes and who is in them. In each municipality's schema; pupils and teachers are patrons."""

from django.db import models
from django.db.models import Q


class SchoolClass(models.Model):
    """A class of one school year."""

    branch = models.ForeignKey("holdings.Branch", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=20)
    grade = models.PositiveSmallIntegerField(null=True, blank=True)
    # As "2026-2027".
    school_year = models.CharField(max_length=9)
    teacher = models.ForeignKey(
        "patrons.Patron", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        """Constraints and order."""

        constraints = [
            models.UniqueConstraint(fields=["branch", "school_year", "name"], name="class_once_per_year"),
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
