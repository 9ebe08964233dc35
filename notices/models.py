"""Texts of messages, the outbox, and runs of letters to print. In each municipality's schema."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patrons.models import Patron


class NoticeKind(models.TextChoices):
    """What a message is about."""

    COURTESY = "COURTESY", _("due soon")
    RENEWED = "RENEWED", _("renewed by itself")
    NOT_RENEWED = "NOT_RENEWED", _("couldn't be renewed by itself")
    OVERDUE_1 = "OVERDUE_1", _("first reminder")
    OVERDUE_2 = "OVERDUE_2", _("second reminder")
    OVERDUE_3 = "OVERDUE_3", _("last reminder")
    RECALL = "RECALL", _("recall")
    RECALL_OVER = "RECALL_OVER", _("recall taken back")
    INVOICE = "INVOICE", _("invoice")
    INVOICE_REMINDER = "INVOICE_REMINDER", _("reminder of an invoice")
    DEBT_COLLECTION = "DEBT_COLLECTION", _("before debt collection")
    HOLD_READY = "HOLD_READY", _("hold ready")
    HOLD_EXPIRED = "HOLD_EXPIRED", _("hold not collected")
    HOLD_INTEREST_ENDS = "HOLD_INTEREST_ENDS", _("hold ends soon")
    HOLD_CANCELLED = "HOLD_CANCELLED", _("hold cancelled by the library")
    MEMBERSHIP_ENDS = "MEMBERSHIP_ENDS", _("membership ends soon")
    RECEIPT = "RECEIPT", _("receipt")
    NEW_TITLES = "NEW_TITLES", _("new titles of a saved search")
    DIGEST = "DIGEST", _("several messages in one")


# Between the patron and her own things: staff see that there was a message, and not what it says.
PRIVATE = frozenset({NoticeKind.NEW_TITLES.value})


class NoticeTemplate(models.Model):
    """A text of the municipality's own for a kind of message; the built-in text stands where there's none.

    The nearest wins: a branch's before the municipality's, and among those one for the channel before one for any.
    """

    kind = models.CharField(max_length=20, choices=NoticeKind)
    language = models.CharField(max_length=2)
    # Empty: for every channel but SMS, whose texts are short ones of their own.
    channel = models.CharField(max_length=12, choices=Patron.Channel, blank=True, default="", db_default="")
    # None: for every branch.
    branch = models.ForeignKey(
        "holdings.Branch", null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    subject = models.CharField(max_length=150)
    body = models.TextField()

    class Meta:
        """Constraints."""

        constraints = [
            models.UniqueConstraint(
                fields=["kind", "language", "channel", "branch"], name="notice_text_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.kind, self.language, self.channel)))


class BranchMessages(models.Model):
    """How a branch's messages differ from the municipality's own settings; a value that isn't there follows them."""

    branch = models.OneToOneField("holdings.Branch", on_delete=models.CASCADE, related_name="+", primary_key=True)
    # As `notices.rules.settings` reads them.
    values = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.branch_id}: {', '.join(sorted(self.values))}"


class PrintRun(models.Model):
    """Letters that were made into one file; the file is drawn anew from them whenever it's wanted."""

    # None: of all branches.
    branch = models.ForeignKey("holdings.Branch", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=100)
    letters = models.PositiveIntegerField()

    class Meta:
        """The newest first."""

        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.pk}: {self.letters}"


class Notice(models.Model):
    """A message to a patron, made once and sent once."""

    class State(models.TextChoices):
        """How far it is."""

        QUEUED = "QUEUED", _("queued")
        SENDING = "SENDING", _("being sent")
        SENT = "SENT", _("sent")
        FAILED = "FAILED", _("failed")
        UNCERTAIN = "UNCERTAIN", _("uncertain")
        CANCELLED = "CANCELLED", _("cancelled")

    Channel = Patron.Channel

    patron = models.ForeignKey("patrons.Patron", on_delete=models.CASCADE, related_name="+", db_index=False)
    branch = models.ForeignKey("holdings.Branch", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, choices=NoticeKind)
    # What the message is about, once: for instance `OVERDUE_1:loan:42:2026-11-20`.
    key = models.CharField(max_length=100, unique=True)
    # Ids of the loans or the hold that it's about, to check again before it's sent; `channels` that the rules name.
    about = models.JSONField(default=dict)
    # What its text was filled with, as `notices.rules.contexts` keeps it, to write it anew for another channel.
    context = models.JSONField(default=dict, db_default={})
    channel = models.CharField(max_length=12, choices=Channel)
    # An e-mail address (several in what an older release wrote), a phone number, the lines of a postal address, or for
    # the digital post box the number of the patron whose box it is.
    address = models.CharField(max_length=500, blank=True)
    # Whom it's written to: the patron, or a child's guardian.
    addressee = models.CharField(max_length=200)
    language = models.CharField(max_length=2)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    # The part of the body that several messages in one take over: without greeting and closing.
    core_from = models.PositiveIntegerField(null=True)
    core_until = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    created_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    # How often it was handed to the mail server in vain, and when it's tried again.
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    # The number of the message that this one went out with, when several were sent as one.
    sent_with = models.BigIntegerField(null=True)
    print_run = models.ForeignKey(
        PrintRun, null=True, on_delete=models.SET_NULL, related_name="notices", db_index=False
    )
    # A code of `notices.errors.PROBLEMS`.
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        """The sender reads what's unsent, staff what went wrong; the patron page reads the patron's newest."""

        indexes = [
            models.Index(fields=["patron", "-id"], name="notice_of_patron"),
            models.Index(fields=["id"], name="notice_problem", condition=Q(state__in=["FAILED", "UNCERTAIN"])),
            models.Index(fields=["id"], name="notice_unsent", condition=Q(state__in=["QUEUED", "SENDING"])),
            models.Index(fields=["print_run"], name="notice_printed", condition=Q(print_run__isnull=False)),
        ]
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    # Whether it goes to somebody whose address is protected; `notices.selectors` says so.
    hides_address = False

    @property
    def shown_address(self) -> str:
        """The address as people read it; a digital post box has none, and a protected one isn't shown."""
        return "" if self.hides_address or self.channel == self.Channel.DIGITAL_POST else self.address

    @property
    def shown_subject(self) -> str:
        """The subject as staff read it; of a private message, what kind it is."""
        return str(NoticeKind(self.kind).label).capitalize() if self.kind in PRIVATE else self.subject

    @property
    def shown_body(self) -> str:
        """The text as staff read it; a private message has none for them."""
        return "" if self.kind in PRIVATE else self.body
