"""Periodicals that branches subscribe to, and what became of each issue that was expected."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Subscription(models.Model):
    """A branch's subscription to a periodical: when issues come, and what item each becomes."""

    class Every(models.TextChoices):
        """How often an issue comes."""

        WORKDAY = "WORKDAY", _("every day but Sunday")
        WEEK = "WEEK", _("every week")
        TIMES = "TIMES", _("so often a year")
        NO_PLAN = "NO_PLAN", pgettext_lazy("how often issues come", "irregularly")

    record = models.ForeignKey("catalogue.BibliographicRecord", on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey("holdings.Branch", on_delete=models.PROTECT, related_name="+")
    every = models.CharField(max_length=7, choices=Every)
    times_a_year = models.PositiveSmallIntegerField(default=12)
    # The first issue that's expected: others are counted from it. A daily one's issues are called by their days.
    first_on = models.DateField()
    first_number = models.PositiveIntegerField(default=1)
    # Whether numbers go on over the end of a year, instead of beginning at 1.
    runs_on = models.BooleanField(default=False)
    item_type = models.ForeignKey("holdings.ItemType", on_delete=models.PROTECT, related_name="+", db_index=False)
    location = models.ForeignKey(
        "holdings.ShelvingLocation", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    # The newest issue is for use in the library until the next one comes.
    newest_stays = models.BooleanField(default=False)
    # After so many years issues may be withdrawn; None keeps them.
    keeps_years = models.PositiveSmallIntegerField(null=True)
    # Who sends the issues, and under which number of an order: claims go there.
    supplier = models.CharField(max_length=100, blank=True, default="", db_default="")
    order_number = models.CharField(max_length=60, blank=True, default="", db_default="")
    # Of one issue: its item's.
    price = models.DecimalField(max_digits=10, decimal_places=2, default=0, db_default=0)
    note = models.CharField(max_length=300, blank=True, default="", db_default="")
    # What's paid for: no issue is expected after it, and the subscription still runs.
    ends_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)

    class Meta:
        """Constraints."""

        constraints = [
            models.UniqueConstraint(
                fields=["record", "branch"], condition=Q(ended_on=None), name="one_subscription_per_branch"
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="subscription_price_not_negative"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("first_on")), name="subscription_ends_after_first_issue"
            ),
            models.CheckConstraint(
                condition=Q(times_a_year__gte=1, times_a_year__lte=366), name="subscription_times_a_year"
            ),
        ]
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.record_id} at {self.branch_id} {self.every}"


class SubscribedIssue(models.Model):
    """What became of an issue; one that's expected and hasn't been touched yet has no row."""

    class State(models.TextChoices):
        """How far it is."""

        # Of a plan that has changed since; what today's plan foresees has no row.
        AWAITED = "AWAITED", _("awaited")
        CLAIMED = "CLAIMED", _("claimed")
        ARRIVED = "ARRIVED", _("arrived")
        MISSING = "MISSING", _("missing")

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="issues", db_index=False)
    # As the item's: "2026:3".
    volume = models.CharField(max_length=60)
    expected_on = models.DateField()
    state = models.CharField(max_length=7, choices=State)
    claims = models.PositiveSmallIntegerField(default=0)
    claimed_on = models.DateField(null=True)
    item = models.OneToOneField("holdings.Item", null=True, on_delete=models.SET_NULL, related_name="subscribed_issue")
    # A plan that has changed since foresaw it, so that nothing else knows of it once it's expected again.
    from_earlier_plan = models.BooleanField(default=False, db_default=False)
    changed_at = models.DateTimeField()

    class Meta:
        """An issue comes once."""

        constraints = [models.UniqueConstraint(fields=["subscription", "volume"], name="subscribed_issue_once")]
        ordering = ("-changed_at", "-pk")

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.volume} {self.state}"
