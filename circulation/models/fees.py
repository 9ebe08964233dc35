"""Fees and the ledger that moves them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from circulation.models.loans import Loan
from circulation.models.tills import Till


class Fee(models.Model):
    """A claim on a patron; what's owed of it is the sum of its ledger entries, kept beside them as `balance`.

    What was paid too much stands on one row of the kind CREDIT for each patron, with a balance below zero.
    """

    class Kind(models.TextChoices):
        """What it's for."""

        OVERDUE = "OVERDUE", _("overdue")
        REPLACEMENT = "REPLACEMENT", _("replacement")
        PROCESSING = "PROCESSING", _("processing")
        HOLD = "HOLD", _("hold")
        CARD = "CARD", _("card")
        SALE = "SALE", _("sale")
        MANUAL = "MANUAL", _("other")
        CREDIT = "CREDIT", _("credit")

    patron = models.ForeignKey("patrons.Patron", on_delete=models.PROTECT, related_name="fees", db_index=False)
    # The guardian who is liable for a child's fee; null when it's the patron herself.
    liable = models.ForeignKey(
        "patrons.Patron", null=True, on_delete=models.PROTECT, related_name="liable_fees", db_index=False
    )
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
    # One overdue fee for several loans: what they have in common, `due:2026-11-09` for instance. Empty: one loan's own.
    group_key = models.CharField(max_length=40, blank=True, db_default="")
    # The day of the visit that closed a group's fee: what comes back on the same day costs nothing more.
    returned_on = models.DateField(null=True)
    # The loans of a group's fee: [{"loan", "title"}, ...]; `loan` is the first of them.
    covers = models.JSONField(default=list, blank=True, db_default=[])

    class Meta:
        """Constraints: nothing is ever paid twice, one overdue fee per loan and due date, one credit per patron."""

        constraints = [
            models.CheckConstraint(condition=Q(balance__gte=0) | Q(kind="CREDIT"), name="fee_balance_not_below_zero"),
            models.CheckConstraint(condition=~Q(kind="CREDIT") | Q(balance__lte=0), name="credit_not_above_zero"),
            models.UniqueConstraint(
                fields=["loan", "due_date"], condition=Q(kind="OVERDUE"), name="one_overdue_fee_per_due_date"
            ),
            models.UniqueConstraint(fields=["patron"], condition=Q(kind="CREDIT"), name="one_credit_per_patron"),
            models.UniqueConstraint(
                fields=["patron", "group_key"],
                condition=Q(kind="OVERDUE", closed_at__isnull=True) & ~Q(group_key=""),
                name="one_open_fee_per_group",
            ),
        ]
        indexes = [
            models.Index(fields=["patron", "-id"], name="fee_of_patron"),
            models.Index(fields=["patron"], name="fee_owed", condition=Q(balance__gt=0), include=["balance"]),
            # A guardian's page, and what the debtors' system is to be told.
            models.Index(fields=["liable"], name="fee_of_liable", condition=Q(liable__isnull=False)),
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
        # Money of the patron's that moves between a fee and her credit: always two entries, whose sum is zero.
        CREDIT = "CREDIT", _("credit")
        REFUND = "REFUND", _("refund")

    fee = models.ForeignKey(Fee, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=10, choices=Kind)
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=200, blank=True)
    method = models.CharField(max_length=10, blank=True)
    # Where money went over the desk.
    till = models.ForeignKey(Till, null=True, on_delete=models.PROTECT, related_name="entries", db_index=False)
    # The rule behind a charge: {"step", "days_late", "ladder", "calendar", "origin", ...}.
    rule = models.JSONField(default=dict, blank=True)
    # A nightly step or a payment form is written once: `overdue:<fee>:<step>`, `payment:<form id>:<fee>`.
    key = models.CharField(max_length=100, null=True, unique=True)  # noqa: DJ001 - NULL is "no key"

    class Meta:
        """Constraints and order."""

        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["CHARGE", "REFUND"], amount__gt=0)
                | Q(kind__in=["CORRECTION", "CREDIT"])
                | Q(kind__in=["PAYMENT", "WAIVER", "WRITE_OFF"], amount__lt=0)
                | Q(kind__in=["WAIVER", "WRITE_OFF"], key__startswith="given-up-undone:"),
                name="entry_sign_of_kind",
            ),
        ]
        indexes = [
            # The cash-up of a till and day.
            models.Index(fields=["till", "at"], name="entry_of_till", condition=Q(till__isnull=False)),
            # The charges of some days, to be taken back.
            models.Index(fields=["at"], name="entry_charge_at", condition=Q(kind="CHARGE")),
        ]
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"
