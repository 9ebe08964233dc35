"""Where a staff account works, her desk's keys and habits, macros, kept searches. In each municipality's schema."""

from django.conf import settings
from django.db import models


class WorkPlace(models.Model):
    """A branch that an account may work at; an account without rows may work at all."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="work_places")
    branch = models.ForeignKey("holdings.Branch", on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        """Constraints."""

        constraints = [models.UniqueConstraint(fields=["account", "branch"], name="work_place_once")]

    def __str__(self) -> str:
        return f"{self.account_id} at {self.branch_id}"


class DeskHabits(models.Model):
    """What an account has chosen for her desk."""

    account = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="desk_habits")
    branch = models.ForeignKey(
        "holdings.Branch", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    # {action: key} where it differs from the default.
    keys = models.JSONField(default=dict, blank=True)
    # Hashed; without one the desk doesn't lock by itself.
    lock_pin = models.CharField(max_length=128, blank=True, default="", db_default="")
    lock_minutes = models.PositiveSmallIntegerField(default=10, db_default=10)

    def __str__(self) -> str:
        return f"desk of {self.account_id}"


class Kiosk(models.Model):
    """A self-check machine at a branch: an account of a device, opened by a secret link that's shown once."""

    name = models.CharField(max_length=60)
    branch = models.ForeignKey("holdings.Branch", on_delete=models.PROTECT, related_name="+", db_index=False)
    asks_pin = models.BooleanField(default=True)
    token_sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Order as listed."""

        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class StaffSearch(models.Model):
    """A search of the catalogue that's kept under a name: one's own, or without an account everybody's."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    name = models.CharField(max_length=60)
    # As in the address of its page, words, filters and order, with the question mark.
    query = models.TextField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """Constraints: names are one's own once, and shared once."""

        ordering = ("name", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "name"], condition=models.Q(account__isnull=False), name="own_search_name_once"
            ),
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(account__isnull=True), name="shared_search_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_shared(self) -> bool:
        """Whether all staff of the library have it."""
        return self.account_id is None


class Macro(models.Model):
    """Steps that change a record in the cataloguer's editor at one press: one's own, or without an account everybody's.

    How steps are written is `catalogue.rules.macro_lines`.
    """

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    name = models.CharField(max_length=60)
    # The family of MARC whose fields it names.
    flavour = models.CharField(max_length=10)
    steps = models.TextField()
    # 1 to 9: the number on its key.
    number = models.PositiveSmallIntegerField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """Constraints: names and numbers are one's own once, and shared once."""

        ordering = ("name", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "flavour", "name"],
                condition=models.Q(account__isnull=False),
                name="own_macro_name_once",
            ),
            models.UniqueConstraint(
                fields=["flavour", "name"], condition=models.Q(account__isnull=True), name="shared_macro_name_once"
            ),
            models.UniqueConstraint(
                fields=["account", "flavour", "number"],
                condition=models.Q(account__isnull=False, number__isnull=False),
                name="own_macro_number_once",
            ),
            models.UniqueConstraint(
                fields=["flavour", "number"],
                condition=models.Q(account__isnull=True, number__isnull=False),
                name="shared_macro_number_once",
            ),
            models.CheckConstraint(
                condition=models.Q(number__isnull=True) | models.Q(number__range=(1, 9)), name="macro_number_is_a_digit"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_shared(self) -> bool:
        """Whether all cataloguers of the library have it."""
        return self.account_id is None
