"""Claims that were handed over to the municipality's debtor system."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from circulation.models.fees import Fee


class DebtBatch(models.Model):
    """What was told to the debtor system at one time: new claims, and changes to earlier ones."""

    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    # What the system that took it said: a file's name, a receipt's number. Empty until it took it.
    receipt = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True)
    # [{"what", "claim", "amount", ...}, ...] exactly as it was told, to tell it again when it got lost.
    lines = models.JSONField(default=list)
    # A form counts once, however often it's sent.
    form_id = models.CharField(max_length=40, unique=True)

    class Meta:
        """The newest first."""

        ordering = ("-id",)

    def __str__(self) -> str:
        return f"batch {self.pk}"


class DebtClaim(models.Model):
    """A fee that the debtor system collects."""

    class State(models.TextChoices):
        """How far it is."""

        CREATED = "CREATED", _("handed over")
        ACCEPTED = "ACCEPTED", _("accepted")
        PAID = "PAID", _("paid")
        RECALLED = "RECALLED", _("recalled")

    OPEN = (State.CREATED, State.ACCEPTED)

    batch = models.ForeignKey(DebtBatch, on_delete=models.PROTECT, related_name="claims")
    fee = models.ForeignKey(Fee, on_delete=models.PROTECT, related_name="claims")
    # Who's to pay: the patron, or the guardian of a child.
    liable = models.ForeignKey("patrons.Patron", on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    # What's left of it; follows the fee's balance.
    outstanding = models.DecimalField(max_digits=10, decimal_places=2)
    # What the debtor system thinks is left.
    told = models.DecimalField(max_digits=10, decimal_places=2)
    state = models.CharField(max_length=8, choices=State, default=State.CREATED)
    # The debtor system's own number.
    reference = models.CharField(max_length=60, blank=True)
    # Why staff took it back: while that stands, the next batch leaves its fee out.
    kept_back = models.CharField(max_length=200, blank=True, default="", db_default="")
    changed_at = models.DateTimeField()

    class Meta:
        """Constraints: a fee is in one open claim at most; indexes for what's open and what's to be told."""

        constraints = [
            models.UniqueConstraint(
                fields=["fee"], condition=Q(state__in=["CREATED", "ACCEPTED"]), name="one_open_claim_per_fee"
            ),
            models.CheckConstraint(condition=Q(outstanding__gte=0), name="claim_not_below_zero"),
        ]
        indexes = [
            models.Index(fields=["state", "id"], name="claim_by_state"),
            models.Index(fields=["id"], name="claim_to_tell", condition=~Q(told=models.F("outstanding"))),
        ]

    def __str__(self) -> str:
        return f"claim {self.pk} {self.state}"
