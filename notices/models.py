"""Texts of messages, and the outbox. In each municipality's schema."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class NoticeKind(models.TextChoices):
    """What a message is about."""

    COURTESY = "COURTESY", _("due soon")
    OVERDUE_1 = "OVERDUE_1", _("first reminder")
    OVERDUE_2 = "OVERDUE_2", _("second reminder")
    INVOICE = "INVOICE", _("invoice")
    HOLD_READY = "HOLD_READY", _("hold ready")
    HOLD_EXPIRED = "HOLD_EXPIRED", _("hold not collected")


class NoticeTemplate(models.Model):
    """The municipality's own text for a kind of message in a language; the built-in text stands where there's none."""

    kind = models.CharField(max_length=12, choices=NoticeKind)
    language = models.CharField(max_length=2)
    subject = models.CharField(max_length=150)
    body = models.TextField()

    class Meta:
        """Constraints."""

        constraints = [models.UniqueConstraint(fields=["kind", "language"], name="notice_template_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.language}"


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

    class Channel(models.TextChoices):
        """How it goes out."""

        EMAIL = "EMAIL", _("e-mail")
        LETTER = "LETTER", _("letter")

    patron = models.ForeignKey("patrons.Patron", on_delete=models.CASCADE, related_name="+", db_index=False)
    branch = models.ForeignKey("holdings.Branch", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=12, choices=NoticeKind)
    # What the message is about, once: for instance `OVERDUE_1:loan:42:2026-11-20`.
    key = models.CharField(max_length=100, unique=True)
    # Ids of the loans or the hold that it's about, to check again before it's sent.
    about = models.JSONField(default=dict)
    channel = models.CharField(max_length=6, choices=Channel)
    # One or several e-mail addresses, or the lines of a postal address.
    address = models.CharField(max_length=500, blank=True)
    # Whom it's written to: the patron, or a child's guardian.
    addressee = models.CharField(max_length=200)
    language = models.CharField(max_length=2)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    created_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    # How often it was handed to the mail server in vain, and when it's tried again.
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    # NO_ADDRESS, NO_GUARDIAN, ADDRESS_REFUSED, MAIL_SERVER, CONNECTION_LOST, INTERRUPTED, OUTDATED or SET_ASIDE.
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        """The sender reads what's unsent, staff what went wrong; the patron page reads the patron's newest."""

        indexes = [
            models.Index(fields=["patron", "-id"], name="notice_of_patron"),
            models.Index(fields=["id"], name="notice_problem", condition=Q(state__in=["FAILED", "UNCERTAIN"])),
            models.Index(fields=["id"], name="notice_unsent", condition=Q(state__in=["QUEUED", "SENDING"])),
        ]
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"
