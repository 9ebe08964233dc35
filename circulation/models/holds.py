"""Holds."""

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
    interest_until = models.DateField(null=True)
    suspended_until = models.DateField(null=True)
    trapped_item = models.ForeignKey(
        "holdings.Item", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    shelf_number = models.PositiveSmallIntegerField(null=True)
    ready_at = models.DateTimeField(null=True)
    shelf_until = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    # FILLED, HAS_ANOTHER (item than was bound to it), BY_PATRON, BY_STAFF, NOT_COLLECTED, INTEREST_OVER.
    end_reason = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=200, blank=True)

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
                fields=["patron", "record"],
                condition=Q(item__isnull=True, state__in=["QUEUED", "IN_TRANSIT", "READY"]),
                name="one_hold_per_patron_and_title",
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
        ]

    def __str__(self) -> str:
        return f"hold {self.pk} on {self.record_id}"
