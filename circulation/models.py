"""Circulation rules, loans, holds, transits and the fee ledger. In each municipality's schema.

What must never be is refused by constraints here, whatever the code above does.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class CirculationRule(models.Model):
    """Values that hold for a branch or group × patron category × item type; an empty dimension means any.

    Only the values named in `values` are set by the row; every other falls through to a less specific row.
    """

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
    # {name: value}; null means "unlimited" and is a value like any other. Names and kinds: `circulation.rules`.
    values = models.JSONField(default=dict)
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.CharField(max_length=100, blank=True)

    class Meta:
        """Constraints."""

        constraints = [
            models.UniqueConstraint(
                fields=["branch", "branch_group", "patron_category", "item_type"],
                name="circulation_rule_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(branch__isnull=True) | Q(branch_group__isnull=True), name="rule_branch_or_group"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch_id or self.branch_group_id or '*'} × {self.patron_category_id} × {self.item_type_id}"


class Loan(models.Model):
    """An item lent to a patron, open until it's returned."""

    item = models.ForeignKey("holdings.Item", on_delete=models.PROTECT, related_name="loans")
    # Cut when the loan is over and settled, unless the patron keeps her history.
    patron = models.ForeignKey(
        "patrons.Patron", null=True, on_delete=models.PROTECT, related_name="loans", db_index=False
    )
    lending_branch = models.ForeignKey("holdings.Branch", on_delete=models.PROTECT, related_name="+", db_index=False)
    loaned_at = models.DateTimeField()
    # The lending branch's local day.
    loaned_on = models.DateField()
    # The loan ends with this day, at 23:59 in the lending branch's time zone.
    due_date = models.DateField()
    renewals = models.PositiveSmallIntegerField(default=0)
    renewed_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    returned_to = models.ForeignKey(
        "holdings.Branch", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # What the item is again when it's back: one for use in the library, lent by way of exception, stays that.
    returns_as = models.CharField(max_length=14, default="AVAILABLE")
    # The overdue steps whose notice has been made since the due date was last set.
    notices_made = models.PositiveSmallIntegerField(default=0)
    # Set on a loan that the desk took back as a mistake.
    undone_at = models.DateTimeField(null=True)

    class Meta:
        """One open loan per item; indexes for a patron's open loans and the nightly run."""

        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=Q(returned_at__isnull=True), name="one_open_loan_per_item"
            ),
            models.CheckConstraint(condition=Q(due_date__gte=F("loaned_on")), name="loan_due_after_start"),
            models.CheckConstraint(
                condition=Q(returned_at__isnull=False) | Q(patron__isnull=False), name="open_loan_has_a_patron"
            ),
        ]
        indexes = [
            models.Index(
                fields=["patron", "due_date"], name="loan_open_of_patron", condition=Q(returned_at__isnull=True)
            ),
            models.Index(fields=["due_date"], name="loan_open_by_due_date", condition=Q(returned_at__isnull=True)),
            models.Index(fields=["patron", "-returned_at"], name="loan_past", condition=Q(returned_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"loan {self.pk} of item {self.item_id}"


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


class Transit(models.Model):
    """An item on its way from one branch to another."""

    class Purpose(models.TextChoices):
        """Why it travels."""

        HOLD = "HOLD", _("to a hold")
        HOME = "HOME", _("home")

    item = models.ForeignKey("holdings.Item", on_delete=models.PROTECT, related_name="transits")
    from_branch = models.ForeignKey("holdings.Branch", on_delete=models.PROTECT, related_name="+", db_index=False)
    to_branch = models.ForeignKey("holdings.Branch", on_delete=models.PROTECT, related_name="+", db_index=False)
    purpose = models.CharField(max_length=4, choices=Purpose)
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


class Fee(models.Model):
    """A claim on a patron; what's owed of it is the sum of its ledger entries, kept beside them as `balance`."""

    class Kind(models.TextChoices):
        """What it's for."""

        OVERDUE = "OVERDUE", _("overdue")
        REPLACEMENT = "REPLACEMENT", _("replacement")
        PROCESSING = "PROCESSING", _("processing")
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
