"""Collections that travel from branch to branch by a plan."""

from django.db import models
from django.db.models import Q


class RotatingCollection(models.Model):
    """Items that stand at one branch for a while and then at the next."""

    name = models.CharField(max_length=80, unique=True)
    note = models.CharField(max_length=200, blank=True)
    # Over: its items go home again.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Order as listed."""

        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class RotationStop(models.Model):
    """A branch of the plan; the collection is at the one stop that it was sent to and hasn't left."""

    collection = models.ForeignKey(RotatingCollection, on_delete=models.CASCADE, related_name="stops", db_index=False)
    branch = models.ForeignKey("holdings.Branch", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    planned_on = models.DateField(null=True)
    sent_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)

    class Meta:
        """A collection is at one stop at a time."""

        constraints = [
            models.UniqueConstraint(fields=["collection", "position"], name="rotation_stop_once"),
            models.UniqueConstraint(
                fields=["collection"],
                condition=Q(sent_at__isnull=False, left_at__isnull=True),
                name="one_present_stop_per_rotation",
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(sent_at__isnull=False), name="rotation_left_where_it_was"
            ),
        ]
        ordering = ("position",)

    def __str__(self) -> str:
        return f"{self.collection_id} {self.position}: {self.branch_id}"


class RotatingItem(models.Model):
    """An item that travels with a collection; with one at most."""

    collection = models.ForeignKey(RotatingCollection, on_delete=models.CASCADE, related_name="members")
    item = models.OneToOneField("holdings.Item", on_delete=models.CASCADE, related_name="rotation")

    def __str__(self) -> str:
        return f"item {self.item_id} with {self.collection_id}"
