"""Scans that a desk recorded while the network or the server was away."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class OutageScan(models.Model):
    """One recorded scan: done when it was sent, or kept for staff to settle. Card and patron are forgotten after it."""

    class Kind(models.TextChoices):
        """What the desk did with the item."""

        CHECK_OUT = "CHECK_OUT", _("Check out")
        CHECK_IN = "CHECK_IN", _("Check in")

    class State(models.TextChoices):
        """What has become of it."""

        DONE = "DONE", _("done")
        OPEN = "OPEN", _("to settle")
        SETTLED = "SETTLED", _("settled")

    # The browser's, the same as the audit entry's if the scan had been carried out before the answer was lost.
    scan_id = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=9, choices=Kind)
    state = models.CharField(max_length=7, choices=State)
    text = models.CharField(max_length=200)
    card = models.CharField(max_length=40, blank=True)
    patron = models.ForeignKey("patrons.Patron", null=True, on_delete=models.SET_NULL, related_name="+")
    item = models.ForeignKey("holdings.Item", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    branch = models.ForeignKey("holdings.Branch", on_delete=models.PROTECT, related_name="+", db_index=False)
    # Null when the browser's time can't be; what it said stands beside it.
    happened_at = models.DateTimeField(null=True)
    happened_text = models.CharField(max_length=40)
    due_date = models.DateField(null=True)
    returned_on = models.DateField(null=True)
    recorded_by = models.CharField(max_length=60, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    sent_at = models.DateTimeField()
    # Why it wasn't carried out, as [code, severity, permission, facts].
    reasons = models.JSONField(default=list)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    settled_at = models.DateTimeField(null=True)
    settled_how = models.CharField(max_length=200, blank=True)

    class Meta:
        """Read by branch while they're open, and by item to see what came later."""

        constraints = [
            models.CheckConstraint(
                condition=Q(state="OPEN") | Q(patron__isnull=True, card=""), name="outage_scan_forgets_her"
            ),
        ]
        indexes = [
            models.Index(fields=["branch", "id"], name="outage_scan_open", condition=Q(state="OPEN")),
            models.Index(fields=["item", "-happened_at"], name="outage_scan_of_item"),
        ]
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.kind} {self.scan_id} {self.state}"
