"""Staff accounts, invitations and the audit log: per municipality, and in the shared schema for the consortium."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class StaffAccountManager(BaseUserManager["StaffAccount"]):
    """Finds accounts by user name whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "StaffAccount":
        """Return the account with this user name."""
        return self.get(username__iexact=username)


class StaffAccount(AbstractBaseUser):
    """A person who works for a municipality or for the consortium."""

    class Role(models.TextChoices):
        """What she may do; the permissions of each stand in `accounts.rules`."""

        LIBRARIAN = "LIBRARIAN", _("librarian")
        SUPERVISOR = "SUPERVISOR", _("supervisor")
        SCHOOL_LIBRARIAN = "SCHOOL_LIBRARIAN", _("school librarian")
        IT_ADMIN = "IT_ADMIN", _("IT administrator")
        OPERATOR = "OPERATOR", _("consortium operator")

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=16, choices=Role)
    language = models.CharField(max_length=2, blank=True)
    is_active = models.BooleanField(default=True)
    # Encrypted; empty when the account has no second factor.
    totp_secret = models.CharField(max_length=200, blank=True)
    totp_last_step = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    # {list: [columns left out]}, for the lists of the desk and the consoles.
    list_columns = models.JSONField(default=dict, blank=True, db_default={})

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name", "role"]

    objects = StaffAccountManager()

    class Meta:
        """Order as listed."""

        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Invitation(models.Model):
    """A link by which somebody chooses her first password; only its hash is kept."""

    account = models.ForeignKey(StaffAccount, on_delete=models.CASCADE, related_name="invitations")
    token_sha256 = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.account_id} until {self.expires_at}"


class StaffIdentity(models.Model):
    """Who an account is at an identity provider: the pair that the provider never gives to anybody else."""

    account = models.ForeignKey(StaffAccount, on_delete=models.CASCADE, related_name="identities")
    issuer = models.CharField(max_length=500)
    subject = models.CharField(max_length=200)
    linked_at = models.DateTimeField()

    class Meta:
        """A person has one account, and an account one person."""

        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="staff_identity_once"),
            models.UniqueConstraint(fields=["account", "issuer"], name="staff_identity_one_per_provider"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} at {self.issuer}"


class AuditEntry(models.Model):
    """Who did what to what, and when. Entries are only added."""

    at = models.DateTimeField()
    actor = models.ForeignKey(StaffAccount, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    action = models.CharField(max_length=50)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField(null=True)
    facts = models.JSONField(default=dict)
    scan_id = models.CharField(max_length=64, null=True)  # noqa: DJ001 - NULL is "no scan", and unique only among scans

    class Meta:
        """A scan's id is taken once; the log is read per thing and from the newest."""

        constraints = [
            models.UniqueConstraint(fields=["scan_id"], condition=Q(scan_id__isnull=False), name="audit_scan_once"),
        ]
        indexes = [models.Index(fields=["subject_type", "subject_id", "-id"], name="audit_subject")]
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.action} {self.subject_type} {self.subject_id}"
