"""Rows of circulation rules, and what was changed in them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class CirculationRule(models.Model):
    """Values for a branch or group × patron category × item type × residence; an empty dimension means any.

    Only the values named in `values` are set by the row; every other falls through to a less specific row. Of rows that
    differ in their days only, the one that began last goes first.
    """

    class Residence(models.TextChoices):
        """Where a patron belongs, as her municipality sees it."""

        OWN = "OWN", _("our own residents")
        PARTNER = "PARTNER", _("a partner's residents")
        ELSEWHERE = "ELSEWHERE", _("residents of elsewhere")

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
    residence = models.CharField(max_length=9, choices=Residence, blank=True, default="", db_default="")
    # The first and the last day on which the row holds, local days; empty for always.
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    # {name: value}; null means "unlimited" and is a value like any other. Names and kinds: `circulation.rules`.
    values = models.JSONField(default=dict)
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.CharField(max_length=100, blank=True)

    class Meta:
        """Constraints."""

        constraints = [
            models.UniqueConstraint(
                fields=["branch", "branch_group", "patron_category", "item_type", "residence", "valid_from"],
                name="circulation_rule_once_at_a_time",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="rule_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(branch__isnull=True) | Q(branch_group__isnull=True), name="rule_branch_or_group"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch_id or self.branch_group_id or '*'} × {self.patron_category_id} × {self.item_type_id}"


class RuleChange(models.Model):
    """One value of one row, before and after: the history that a change is undone by."""

    rule = models.ForeignKey(CirculationRule, on_delete=models.CASCADE, related_name="changes")
    name = models.CharField(max_length=60)
    # {"value": …} where the row set it, {} where it didn't.
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.CharField(max_length=100)
    undoes = models.OneToOneField("self", null=True, on_delete=models.SET_NULL, related_name="undone_by")

    class Meta:
        """Newest first."""

        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.name} of rule {self.rule_id}"
