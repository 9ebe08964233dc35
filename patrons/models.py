"""Patrons and what the library knows about them. In each municipality's schema."""

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Right
from django.utils.translation import gettext_lazy as _

# Whatever stands before them, a country's code or an area's 0, the last digits of one phone number are the same.
PHONE_DIGITS = 8
PHONE_ENDING = Right(Func(F("phone"), Value(r"\D"), Value(""), Value("g"), function="regexp_replace"), PHONE_DIGITS)


class PatronCategory(models.Model):
    """A kind of patron, as far as rules care."""

    class Kind(models.TextChoices):
        """Who stands behind the card."""

        ADULT = "ADULT", _("adult")
        CHILD = "CHILD", _("child")
        INSTITUTION = "INSTITUTION", _("institution")
        CLASS = "CLASS", _("class")
        STAFF = "STAFF", _("staff")

    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=60)
    names = models.JSONField(default=dict, blank=True)
    kind = models.CharField(max_length=11, choices=Kind, default=Kind.ADULT)
    position = models.PositiveSmallIntegerField(default=0)
    # How long a membership lasts and is renewed for; NULL is without end.
    membership_months = models.PositiveSmallIntegerField(null=True, blank=True)
    # For guests: so many days, never renewed, and the person is forgotten when it's over and settled.
    temporary_days = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        """Order as listed."""

        ordering = ("position", "name")

    def __str__(self) -> str:
        return self.name


class Patron(models.Model):
    """A person or institution that borrows."""

    class Channel(models.TextChoices):
        """How messages reach her."""

        EMAIL = "EMAIL", _("e-mail")
        SMS = "SMS", _("text message")
        DIGITAL_POST = "DIGITAL_POST", _("digital post")
        LETTER = "LETTER", _("letter")

    class LeftReason(models.TextChoices):
        """Why she's no patron any more."""

        MOVED = "MOVED", _("moved away")
        DECEASED = "DECEASED", _("deceased")
        OWN_WISH = "OWN_WISH", _("own wish")
        MERGED = "MERGED", _("merged with another entry")
        OVER = "OVER", _("temporary membership is over")
        SCHOOL = "SCHOOL", _("left the school")

    category = models.ForeignKey(PatronCategory, on_delete=models.PROTECT, related_name="+", db_index=False)
    home_branch = models.ForeignKey("holdings.Branch", on_delete=models.PROTECT, related_name="+", db_index=False)
    given_name = models.CharField(max_length=80)
    family_name = models.CharField(max_length=80, blank=True)
    # Shown instead of the name of a person with name and address protection.
    alias = models.CharField(max_length=80, blank=True)
    # Family name first, and given name first: `patrons.rules.name_keys` makes both.
    sort_key = models.CharField(max_length=200, db_collation="C")
    given_name_key = models.CharField(max_length=200, db_collation="C")
    birth_date = models.DateField(null=True, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=10, blank=True)
    city = models.CharField(max_length=60, blank=True)
    # Where she lives, by the country's number of the municipality; empty means here.
    municipality_code = models.CharField(max_length=10, blank=True, default="", db_default="")
    language = models.CharField(max_length=2, default="da")
    channel = models.CharField(max_length=12, choices=Channel, default=Channel.EMAIL)
    # Where a kind of message goes another way: {kind: channel}, or {kind: "NONE"} for one that she doesn't want.
    channels = models.JSONField(default=dict, blank=True, db_default={})
    # From the national digital post box; what would go there is printed.
    is_exempt_from_digital_post = models.BooleanField(default=False, db_default=False)
    pin = models.CharField(max_length=128, blank=True)
    national_id_encrypted = models.BinaryField(null=True, blank=True)
    national_id_hash = models.BinaryField(max_length=32, null=True, blank=True, unique=True)
    expires_on = models.DateField(null=True, blank=True)
    keeps_history = models.BooleanField(default=False)
    # How many of her loans were forgotten of which she said that she had returned or never had the item.
    forgotten_claims = models.PositiveSmallIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    left_reason = models.CharField(max_length=10, choices=LeftReason, blank=True, default="", db_default="")
    # Who she is now, when two entries turned out to be one person.
    merged_into = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)

    class Meta:
        """Indexes for the desk's look-ups: name prefix, birth date, phone, e-mail."""

        constraints = [models.CheckConstraint(condition=~Q(given_name=""), name="patron_has_a_name")]
        indexes = [
            models.Index(fields=["sort_key"], name="patron_sort_key"),
            models.Index(fields=["given_name_key"], name="patron_given_name_key"),
            models.Index(fields=["birth_date"], name="patron_birth_date"),
            models.Index(PHONE_ENDING, name="patron_phone_ending", condition=~Q(phone="")),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def is_protected(self) -> bool:
        """Whether name and address are protected: screens show the alias and no way to reach her."""
        return bool(self.alias)

    @property
    def display_name(self) -> str:
        """The name as screens and letters show it: the alias where the name is protected."""
        return self.alias or f"{self.given_name} {self.family_name}".strip()

    @property
    def short_name(self) -> str:
        """First name and initial, as on a hold slip that strangers see."""
        if self.alias:
            return self.alias
        return f"{self.given_name} {self.family_name[:1]}.".replace(" .", "")


class Card(models.Model):
    """A card, or an app's number that stands for one."""

    patron = models.ForeignKey(Patron, on_delete=models.CASCADE, related_name="cards")
    number = models.CharField(max_length=32, unique=True)
    is_active = models.BooleanField(default=True)
    # Why it doesn't work any more: LOST, REPLACED.
    ended_reason = models.CharField(max_length=20, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    issued_at = models.DateTimeField()

    class Meta:
        """Constraints."""

        constraints = [models.CheckConstraint(condition=~Q(number=""), name="card_has_a_number")]

    def __str__(self) -> str:
        return self.number


class Guardianship(models.Model):
    """A guardian who consents and is liable for a child."""

    child = models.ForeignKey(Patron, on_delete=models.CASCADE, related_name="guardianships")
    guardian = models.ForeignKey(Patron, on_delete=models.CASCADE, related_name="wards")
    # What the child has on loan is shown to the guardian in the portal.
    shows_loans = models.BooleanField(default=True, db_default=True)
    # The guardian's consent to the child's membership.
    consented_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Constraints."""

        constraints = [
            models.UniqueConstraint(fields=["child", "guardian"], name="guardianship_once"),
            models.CheckConstraint(condition=~Q(child=models.F("guardian")), name="guardian_is_another"),
        ]

    def __str__(self) -> str:
        return f"{self.guardian_id} for {self.child_id}"


class Block(models.Model):
    """A reason set by staff why a patron may not borrow."""

    class Kind(models.TextChoices):
        """What it's about."""

        OTHER = "OTHER", _("other")
        UNPAID = "UNPAID", _("unpaid claim")
        ADDRESS = "ADDRESS", _("address unknown")
        CONDUCT = "CONDUCT", _("conduct")
        CARD_MISUSE = "CARD_MISUSE", _("card used by somebody else")
        NO_CONSENT = "NO_CONSENT", _("guardian's consent is missing")

    patron = models.ForeignKey(Patron, on_delete=models.CASCADE, related_name="blocks")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.OTHER, db_default="OTHER")
    reason = models.CharField(max_length=200)
    item_type = models.ForeignKey(
        "holdings.ItemType", null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    until = models.DateField(null=True, blank=True)
    set_by = models.CharField(max_length=100)
    set_at = models.DateTimeField()
    # What set it by itself, and lifts it again: `late:<loan>:<due date>`, `letter:<its key>`. Empty for what staff set.
    cause = models.CharField(max_length=60, blank=True, db_default="")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.CharField(max_length=100, blank=True, default="", db_default="")

    def __str__(self) -> str:
        return self.reason


class PatronNote(models.Model):
    """What staff tell each other about a patron."""

    patron = models.ForeignKey(Patron, on_delete=models.CASCADE, related_name="notes")
    text = models.CharField(max_length=500)
    # Stands out at check-out until somebody has read it: each day, or once and then it's over.
    pops_up = models.BooleanField(default=False)
    only_once = models.BooleanField(default=False)
    # The last day on which it's shown.
    until = models.DateField(null=True, blank=True)
    written_by = models.CharField(max_length=100)
    written_at = models.DateTimeField()
    read_by = models.CharField(max_length=100, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=100, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Order, and a text that isn't empty."""

        constraints = [models.CheckConstraint(condition=~Q(text=""), name="note_has_a_text")]
        ordering = ("-pops_up", "-id")

    def __str__(self) -> str:
        return self.text[:40]


class ContactPerson(models.Model):
    """Somebody to talk to at an institution that borrows."""

    patron = models.ForeignKey(Patron, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=100)
    role = models.CharField(max_length=60, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)

    class Meta:
        """Order, and a name."""

        constraints = [models.CheckConstraint(condition=~Q(name=""), name="contact_has_a_name")]
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name


class Shelf(models.Model):
    """A patron's own list of titles: hers alone, and of those to whom she gives its address."""

    patron = models.ForeignKey(Patron, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    # When a title was last put on it: the next one goes there by itself.
    used_at = models.DateTimeField()
    # The last part of the address by which anybody can read it; empty while it's private.
    share_key = models.CharField(max_length=43, blank=True, default="")

    class Meta:
        """Constraints."""

        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="shelf_has_a_name"),
            models.UniqueConstraint(fields=["share_key"], condition=~Q(share_key=""), name="shelf_shared_once"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class ShelvedTitle(models.Model):
    """A title on a patron's own list."""

    shelf = models.ForeignKey(Shelf, on_delete=models.CASCADE, related_name="titles", db_index=False)
    record = models.ForeignKey("catalogue.BibliographicRecord", on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        """Constraints; the unique one also serves the look-up by list."""

        constraints = [models.UniqueConstraint(fields=["shelf", "record"], name="title_once_on_a_shelf")]

    def __str__(self) -> str:
        return f"{self.shelf_id}: {self.record_id}"


class SavedSearch(models.Model):
    """A search that a patron comes back to, and may be told of when new titles fit it."""

    patron = models.ForeignKey(Patron, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    # As `patrons.rules.searches` reads it: what was typed, the filters, and whether it's the whole country's.
    asked = models.JSONField()
    notifies = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    # The newest item of ours and the newest record of the country that it has looked at: later ones are new.
    seen_item = models.BigIntegerField(default=0, db_default=0)
    seen_record = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        """Constraints, and what the night reads."""

        constraints = [models.CheckConstraint(condition=~Q(name=""), name="saved_search_has_a_name")]
        indexes = [models.Index(fields=["id"], name="saved_search_notifies", condition=Q(notifies=True))]

    def __str__(self) -> str:
        return f"{self.pk}"
