"""Uses in the house: what was read at a table and never lent. Nothing says who did."""

from django.db import models


class LocalUse(models.Model):
    """One use of an item in a branch, counted when it's put back."""

    item = models.ForeignKey("holdings.Item", on_delete=models.PROTECT, related_name="local_uses")
    branch = models.ForeignKey("holdings.Branch", on_delete=models.PROTECT, related_name="+", db_index=False)
    used_at = models.DateTimeField()
    # The branch's local day.
    used_on = models.DateField()

    class Meta:
        """An index for a branch's figures."""

        indexes = [models.Index(fields=["branch", "used_on"], name="local_use_of_branch")]

    def __str__(self) -> str:
        return f"item {self.item_id} on {self.used_on}"
