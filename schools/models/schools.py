"""What the register and the library agree on about a school."""

from django.db import models
from django.db.models import Q


class School(models.Model):
    """A school's library, and under which number the national register knows the school."""

    branch = models.OneToOneField("holdings.Branch", on_delete=models.PROTECT, related_name="+")
    # Six characters in Denmark; other countries' are longer.
    number = models.CharField(max_length=40, unique=True)
    # What those become whom the register brings.
    pupil_category = models.ForeignKey(
        "patrons.PatronCategory", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    staff_category = models.ForeignKey(
        "patrons.PatronCategory", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # The newest school year that a roster was taken over for, as "2026-2027"; empty before the first.
    school_year = models.CharField(max_length=9, blank=True, default="")

    class Meta:
        """Constraints."""

        constraints = [models.CheckConstraint(condition=~Q(number=""), name="school_has_a_number")]

    def __str__(self) -> str:
        return self.number
