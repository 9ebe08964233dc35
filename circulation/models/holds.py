"""Holds, and who is fetching which item for one of them."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Hold(models.Model):
    """A patron's wish for a title, or for one item of it."""

    class State(models.TextChoices):
        """How far it is."""

        QUEUED = "QUEUED", _("in the queue")
        IN_TRANSIT = "IN_TRANSIT", _("on its way")
        READY = "READY", _("ready for pick-up")
        FILLED = "FILLED", _("collected")
        CANCELLED = "CANCELLED", _("cancelled")
        EXPIRED = "EXPIRED", _("expired")

    ACTIVE = (State.QUEUED, State.IN_TRANSIT, State.READY)
    TRAPPED = (State.IN_TRANSIT, State.READY)

    record = models.ForeignKey(
        "catalogue.BibliographicRecord", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # Set when only this item will do.
    item = models.ForeignKey("holdings.Item", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    patron = models.ForeignKey("patrons.Patron", on_delete=models.PROTECT, related_name="holds", db_index=False)
    pickup_branch = models.ForeignKey("holdings.Branch", on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    # Higher goes first; within one priority the queue is in order of request.
    priority = models.SmallIntegerField(default=0)
    requested_at = models.DateTimeField()
    # Where staff moved it: it stands in its queue as if it had been asked for then.
    queued_at = models.DateTimeField(null=True)
    # Only an item with this volume or issue will do; empty where any does.
    volume = models.CharField(max_length=60, blank=True, default="", db_default="")
    # Any edition will do: those found when the hold was placed, brought up to date every night.
    any_edition = models.BooleanField(default=False, db_default=False)
    edition_ids = ArrayField(models.BigIntegerField(), default=list, blank=True, db_default=[])
    # The patron's first, second, ... hold on the title, where a rule allows several.
    number = models.PositiveSmallIntegerField(default=1, db_default=1)
    # Holds with one group are parallel: one that's filled ends the others.
    group = models.UUIDField(null=True)
    # The last day on which she can use it, by her own word.
    needed_by = models.DateField(null=True)
    # The last day that the rules keep it, or `needed_by` if that's earlier; she may have the rules' part prolonged.
    interest_until = models.DateField(null=True)
    interest_warned_at = models.DateTimeField(null=True)
    # Since when no item there is could ever fill it, as the night found.
    hopeless_since = models.DateField(null=True)
    suspended_until = models.DateField(null=True)
    trapped_item = models.ForeignKey(
        "holdings.Item", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    shelf_number = models.PositiveSmallIntegerField(null=True)
    ready_at = models.DateTimeField(null=True)
    shelf_until = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    # FILLED, HAS_ANOTHER (item than was bound to it), BY_PATRON, BY_STAFF, NOT_COLLECTED, INTEREST_OVER, OTHER_FILLED.
    end_reason = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=200, blank=True)
    # For staff only.
    staff_note = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        """Constraints, and indexes for the queue and the patron's list."""

        constraints = [
            models.UniqueConstraint(
                fields=["trapped_item"], condition=Q(state__in=["IN_TRANSIT", "READY"]), name="item_trapped_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["IN_TRANSIT", "READY"], trapped_item__isnull=False)
                | Q(state__in=["QUEUED"], trapped_item__isnull=True)
                | Q(state__in=["FILLED", "CANCELLED", "EXPIRED"]),
                name="hold_trapped_has_item",
            ),
            models.UniqueConstraint(
                fields=["patron", "record", "volume", "number"],
                condition=Q(item__isnull=True, state__in=["QUEUED", "IN_TRANSIT", "READY"]),
                name="hold_numbered_once",
            ),
            models.UniqueConstraint(
                fields=["patron", "item"],
                condition=Q(item__isnull=False, state__in=["QUEUED", "IN_TRANSIT", "READY"]),
                name="one_hold_per_patron_and_item",
            ),
            models.UniqueConstraint(
                fields=["pickup_branch", "shelf_number"], condition=Q(state="READY"), name="shelf_number_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["record", "-priority", "requested_at", "id"], name="hold_queue", condition=Q(state="QUEUED")
            ),
            models.Index(
                fields=["patron"],
                name="hold_active_of_patron",
                condition=Q(state__in=["QUEUED", "IN_TRANSIT", "READY"]),
            ),
            # What an item of another edition may fill, asked at every check-in.
            GinIndex(fields=["edition_ids"], name="hold_any_edition", condition=Q(state="QUEUED", any_edition=True)),
        ]

    def __str__(self) -> str:
        return f"hold {self.pk} on {self.record_id}"

    @property
    def stands_at(self) -> datetime:
        """The moment that says where it stands among the holds of its priority."""
        return self.queued_at or self.requested_at


class Pick(models.Model):
    """Somebody is fetching an item from its shelf for a hold, so that nobody else does; a scan of the item ends it."""

    item = models.OneToOneField("holdings.Item", on_delete=models.CASCADE, related_name="+")
    hold = models.OneToOneField(Hold, on_delete=models.CASCADE, related_name="+")
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    def __str__(self) -> str:
        return f"item {self.item_id} for hold {self.hold_id}"
