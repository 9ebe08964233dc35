"""Loans."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Loan(models.Model):
    """An item lent to a patron, open until it's returned."""

    class Claim(models.TextChoices):
        """What the patron says about an item that the library can't find."""

        RETURNED = "RETURNED", _("says that it was returned")
        NEVER_HAD = "NEVER_HAD", _("says that she never had it")

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
    # When a loan by the hour ends, on its due date; empty for a loan by the day.
    due_at = models.DateTimeField(null=True)
    # For use in the library only: never renewed.
    is_on_site = models.BooleanField(default=False, db_default=False)
    # By whose rules and calendar it was made, and goes on; empty means the lending branch's.
    rules_branch = models.ForeignKey(
        "holdings.Branch", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    renewals = models.PositiveSmallIntegerField(default=0)
    renewed_at = models.DateTimeField(null=True)
    # When it was called back before its time; from then on it can't be renewed, until that's taken back.
    recalled_at = models.DateTimeField(null=True)
    # The hold that needs it back, and when it was due before; without the hold, staff called it back.
    recalled_for = models.ForeignKey(
        "circulation.Hold", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    due_before_recall = models.DateField(null=True)
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
    # While it stands, no fee grows and no reminder is sent.
    claim = models.CharField(max_length=9, choices=Claim, blank=True, default="", db_default="")
    claimed_at = models.DateTimeField(null=True)

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
            models.CheckConstraint(
                condition=Q(claim="", claimed_at__isnull=True) | (~Q(claim="") & Q(claimed_at__isnull=False)),
                name="loan_claim_has_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(claim="NEVER_HAD") | Q(returned_at__isnull=False), name="loan_never_had_is_over"
            ),
        ]
        indexes = [
            models.Index(
                fields=["patron", "due_date"], name="loan_open_of_patron", condition=Q(returned_at__isnull=True)
            ),
            models.Index(fields=["due_date"], name="loan_open_by_due_date", condition=Q(returned_at__isnull=True)),
            models.Index(fields=["patron", "-returned_at"], name="loan_past", condition=Q(returned_at__isnull=False)),
            # Few loans have one; the desk counts a patron's at each check-out.
            models.Index(fields=["patron"], name="loan_claimed", condition=~Q(claim="")),
            # Asked whenever a hold ends; few loans are called back.
            models.Index(fields=["recalled_for"], name="loan_recalled_for", condition=Q(recalled_for__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"loan {self.pk} of item {self.item_id}"
