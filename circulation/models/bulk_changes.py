"""Changes of many items at once: what's to be changed, and what became of each item, with what undoing it needs."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BulkChange(models.Model):
    """One change of many items, proposed first and then made."""

    class State(models.TextChoices):
        """How far it is."""

        PROPOSED = "PROPOSED", _("nothing is changed yet")
        RUNNING = "RUNNING", _("running")
        DONE = "DONE", _("done")
        UNDOING = "UNDOING", _("being undone")
        UNDONE = "UNDONE", _("undone")

    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        "accounts.StaffAccount", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    # What every item gets: home_branch_id, location_id, item_type_id, status, fills_own_branch_only; others aren't in.
    changes = models.JSONField(default=dict)
    # Why items are withdrawn.
    reason = models.CharField(max_length=200, blank=True)
    # Of each title, or volume, that's withdrawn so many copies stay in the municipality; None asks for nothing.
    copies_kept = models.PositiveSmallIntegerField(null=True)
    # Nor goes the last copy of all municipalities.
    keeps_last_anywhere = models.BooleanField(default=False, db_default=False)
    state = models.CharField(max_length=8, choices=State, default=State.PROPOSED)
    begun_at = models.DateTimeField(null=True)
    # When a worker was last seen at it; long ago, it broke off.
    worked_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        """Newest first, as lists show them."""

        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"bulk change {self.pk} {self.state}"


class BulkLine(models.Model):
    """What's to become, or became, of one item."""

    class Outcome(models.TextChoices):
        """What became of it."""

        TO_DO = "TO_DO", _("to be changed")
        SAME = "SAME", _("is so already")
        REFUSED = "REFUSED", _("can't be changed")
        CHANGED = "CHANGED", _("changed")
        UNDONE = "UNDONE", _("undone")
        KEPT = "KEPT", _("couldn't be undone")

    bulk = models.ForeignKey(BulkChange, on_delete=models.CASCADE, related_name="lines", db_index=False)
    # In the list, from 1.
    position = models.PositiveIntegerField()
    barcode = models.CharField(max_length=64)
    # None when no item has the barcode.
    item = models.ForeignKey("holdings.Item", null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    outcome = models.CharField(max_length=7, choices=Outcome)
    # [code, facts] of each reason.
    reasons = models.JSONField(default=list)
    # Of the columns that were changed, by their names.
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        """Constraints, and an index for the next items to be worked off."""

        constraints = [models.UniqueConstraint(fields=["bulk", "position"], name="bulk_line_once")]
        indexes = [models.Index(fields=["bulk", "outcome", "item"], name="bulk_line_by_outcome")]
        ordering = ("position",)

    def __str__(self) -> str:
        return f"{self.bulk_id} {self.position}: {self.barcode} {self.outcome}"
