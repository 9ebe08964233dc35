"""School years that were begun by hand."""

from django.db import models
from django.db.models import Q


class RollOver(models.Model):
    """A school's classes moved into the next school year by a person, and what undoing it puts back."""

    branch = models.ForeignKey("holdings.Branch", on_delete=models.PROTECT, related_name="+")
    from_year = models.CharField(max_length=9)
    to_year = models.CharField(max_length=9)
    done_at = models.DateTimeField()
    done_by = models.ForeignKey(
        "accounts.StaffAccount", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    # The keys of the classes that were made, and of the memberships that were begun and ended.
    done = models.JSONField(default=dict)

    class Meta:
        """A year begins after the one before it; newest first."""

        constraints = [models.CheckConstraint(condition=Q(to_year__gt=models.F("from_year")), name="roll_over_goes_on")]
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.branch_id} {self.to_year}"
