"""Fees and the ledger that moves them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from circulation.models.loans import Loan


class Fee(models.Model):
    """A claim on a patron; what's owed of it is the sum of its ledger entries, kept beside them as `balance`."""

    class Kind(models.TextChoices):
        """What it's for."""

        OVERDUE = "OVERDUE", _("overdue")
        REPLACEMENT = "REPLACEMENT", _("replacement")
        PROCESSING = "PROCESSING", _("processing")
        HOLD = "HOLD", _("hold")
        MANUAL = "MANUAL", _("other")

    patron = models.ForeignKey("patrons.Patron", on_delete=models.PROTECT, related_name="fees", db_index=False)
    kind = models.CharField(max_length=11, choices=Kind)
    loan = models.ForeignKey(Loan, null=True, on_delete=models.PROTECT, related_name="fees")
    branch = models.ForeignKey("holdings.Branch", on_delete=models.PROTECT, related_name="+", db_index=False)
    # What the patron reads: the title, or the text that staff wrote.
    description = models.CharField(max_length=200)
    # The due date that was passed: a renewal of an overdue loan closes its fee, and a later one starts anew.
    due_date = models.DateField(null=True)
    balance = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    created_at = models.DateTimeField()
    # No more steps are added once the item is back or the loan renewed.
    closed_at = models.DateTimeField(null=True)

    class Meta:
        """Constraints: nothing is ever paid twice, and one overdue fee per loan and due date."""

        constraints = [
            models.CheckConstraint(condition=Q(balance__gte=0), name="fee_balance_not_negative"),
            models.UniqueConstraint(
                fields=["loan", "due_date"], condition=Q(kind="OVERDUE"), name="one_overdue_fee_per_due_date"
            ),
        ]
        indexes = [
            models.Index(fields=["patron", "-id"], name="fee_of_patron"),
            models.Index(fields=["patron"], name="fee_owed", condition=Q(balance__gt=0), include=["balance"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.balance}"


class LedgerEntry(models.Model):
    """A movement on a fee: never changed, never deleted. Charges are positive, what settles them negative."""

    class Kind(models.TextChoices):
        """What moved it."""

        CHARGE = "CHARGE", _("charge")
        PAYMENT = "PAYMENT", _("payment")
        WAIVER = "WAIVER", _("waived")
        CORRECTION = "CORRECTION", _("correction")
        WRITE_OFF = "WRITE_OFF", _("written off")

    fee = models.ForeignKey(Fee, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=10, choices=Kind)
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=200, blank=True)
    method = models.CharField(max_length=10, blank=True)
    # The rule behind a charge: {"step", "days_late", "ladder", "origin"}.
    rule = models.JSONField(default=dict, blank=True)
    # A nightly step or a payment form is written once: `overdue:<fee>:<step>`, `payment:<form id>:<fee>`.
    key = models.CharField(max_length=100, null=True, unique=True)  # noqa: DJ001 - NULL is "no key"

    class Meta:
        """Constraints and order."""

        constraints = [
            models.CheckConstraint(
                condition=Q(kind="CHARGE", amount__gt=0)
                | Q(kind="CORRECTION")
                | Q(kind__in=["PAYMENT", "WAIVER", "WRITE_OFF"], amount__lt=0),
                name="entry_sign",
            ),
        ]
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"
