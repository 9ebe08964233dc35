"""Where money goes over the desk, and what was counted there at the end of a day."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Till(models.Model):
    """A cash box or terminal at a branch; each branch has one, larger ones several."""

    branch = models.ForeignKey("holdings.Branch", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    is_active = models.BooleanField(default=True, db_default=True)

    class Meta:
        """Constraints and order."""

        constraints = [
            models.UniqueConstraint(fields=["branch", "name"], name="till_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="till_has_a_name"),
        ]
        ordering = ("branch", "name")

    def __str__(self) -> str:
        return self.name


class TillCount(models.Model):
    """The cash that somebody counted in a till for a day, beside what the ledger said then; the newest holds."""

    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="counts", db_index=False)
    # The branch's local day.
    day = models.DateField()
    expected = models.DecimalField(max_digits=10, decimal_places=2)
    counted = models.DecimalField(max_digits=10, decimal_places=2)
    note = models.CharField(max_length=200, blank=True)
    counted_at = models.DateTimeField()
    counted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    # A form counts once, however often it's sent.
    form_id = models.CharField(max_length=40, unique=True)

    class Meta:
        """Constraints and the index that finds a day's counts."""

        constraints = [models.CheckConstraint(condition=Q(counted__gte=0), name="till_count_not_negative")]
        indexes = [models.Index(fields=["till", "day"], name="till_counts_of_day")]

    def __str__(self) -> str:
        return f"{self.till_id} {self.day}: {self.counted}"
