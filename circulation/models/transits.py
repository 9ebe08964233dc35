"""Items on their way between branches, and the ways that none may go for a hold."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from circulation.models.holds import Hold


class Transit(models.Model):
    """An item on its way from one branch to another."""

    class Purpose(models.TextChoices):
        """Why it travels."""

        HOLD = "HOLD", _("to a hold")
        HOME = "HOME", _("home")
        ROTATION = "ROTATION", _("to the next stop of its collection")

    item = models.ForeignKey("holdings.Item", on_delete=models.PROTECT, related_name="transits")
    from_branch = models.ForeignKey("holdings.Branch", on_delete=models.PROTECT, related_name="+", db_index=False)
    to_branch = models.ForeignKey("holdings.Branch", on_delete=models.PROTECT, related_name="+", db_index=False)
    purpose = models.CharField(max_length=8, choices=Purpose)
    hold = models.ForeignKey(Hold, null=True, on_delete=models.PROTECT, related_name="transits")
    sent_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        """An item is in one van at a time."""

        constraints = [
            models.UniqueConstraint(
                fields=["item"],
                condition=Q(received_at__isnull=True, cancelled_at__isnull=True),
                name="one_open_transit_per_item",
            ),
            models.CheckConstraint(condition=~Q(from_branch=F("to_branch")), name="transit_goes_somewhere"),
        ]

    def __str__(self) -> str:
        return f"item {self.item_id} to {self.to_branch_id}"


class TransferLimit(models.Model):
    """Items aren't sent from one branch to another to fill a hold; of one item type, or of all."""

    from_branch = models.ForeignKey("holdings.Branch", on_delete=models.CASCADE, related_name="+", db_index=False)
    to_branch = models.ForeignKey("holdings.Branch", on_delete=models.CASCADE, related_name="+", db_index=False)
    item_type = models.ForeignKey(
        "holdings.ItemType", null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )

    class Meta:
        """Constraints."""

        constraints = [
            models.UniqueConstraint(
                fields=["from_branch", "to_branch", "item_type"], name="transfer_limit_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=~Q(from_branch=F("to_branch")), name="transfer_limit_between_two"),
        ]

    def __str__(self) -> str:
        return f"{self.from_branch_id} not to {self.to_branch_id}"
