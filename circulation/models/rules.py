"""Rows of circulation rules."""

from django.db import models
from django.db.models import Q


class CirculationRule(models.Model):
    """Values that hold for a branch or group × patron category × item type; an empty dimension means any.

    Only the values named in `values` are set by the row; every other falls through to a less specific row.
    """

    branch = models.ForeignKey("holdings.Branch", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    branch_group = models.ForeignKey(
        "holdings.BranchGroup", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    patron_category = models.ForeignKey(
        "patrons.PatronCategory", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    item_type = models.ForeignKey(
        "holdings.ItemType", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    # {name: value}; null means "unlimited" and is a value like any other. Names and kinds: `circulation.rules`.
    values = models.JSONField(default=dict)
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.CharField(max_length=100, blank=True)

    class Meta:
        """Constraints."""

        constraints = [
            models.UniqueConstraint(
                fields=["branch", "branch_group", "patron_category", "item_type"],
                name="circulation_rule_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(branch__isnull=True) | Q(branch_group__isnull=True), name="rule_branch_or_group"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch_id or self.branch_group_id or '*'} × {self.patron_category_id} × {self.item_type_id}"
