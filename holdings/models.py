"""Branches, their hours and closed days, item types and items. In each municipality's schema."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class BranchGroup(models.Model):
    """Branches that share rules."""

    name = models.CharField(max_length=60, unique=True)

    def __str__(self) -> str:
        return self.name


class Branch(models.Model):
    """A library, a school library or a depot with a desk."""

    class Kind(models.TextChoices):
        """Whom the branch serves."""

        PUBLIC = "PUBLIC", _("public library")
        SCHOOL = "SCHOOL", _("school library")

    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=6, choices=Kind, default=Kind.PUBLIC)
    group = models.ForeignKey(BranchGroup, null=True, blank=True, on_delete=models.SET_NULL, related_name="branches")
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    email = models.EmailField(blank=True)
    time_zone = models.CharField(max_length=40, default="Europe/Copenhagen")
    is_pickup_place = models.BooleanField(default=True)
    is_open_for_business = models.BooleanField(default=True)
    # Whether its items are sent to other branches to fill holds.
    lends_outside = models.BooleanField(default=True, db_default=True)
    position = models.PositiveSmallIntegerField(default=0)
    # The number that the next hold gets on the hold shelf, 1 to 999 and round again.
    next_shelf_number = models.PositiveSmallIntegerField(default=1)

    class Meta:
        """Order as the municipality wants its branches listed."""

        ordering = ("position", "name")

    def __str__(self) -> str:
        return self.name


class OpeningHours(models.Model):
    """When a branch is open on a weekday; a weekday without a row is closed."""

    branch = models.ForeignKey(Branch, on_delete=models.CASCADE, related_name="opening_hours")
    # Monday is 0.
    weekday = models.PositiveSmallIntegerField()
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        """Constraints."""

        constraints = [
            models.UniqueConstraint(fields=["branch", "weekday"], name="hours_once_per_weekday"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="hours_weekday"),
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="hours_open_before_close"),
        ]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.weekday}: {self.opens}–{self.closes}"


class CalendarDay(models.Model):
    """A date that differs from the week: closed, or open though the weekday or a holiday says closed."""

    branch = models.ForeignKey(Branch, on_delete=models.CASCADE, related_name="calendar_days")
    date = models.DateField()
    is_open = models.BooleanField(default=False)
    reason = models.CharField(max_length=80, blank=True)

    class Meta:
        """Constraints."""

        constraints = [models.UniqueConstraint(fields=["branch", "date"], name="calendar_day_once")]
        ordering = ("date",)

    def __str__(self) -> str:
        return f"{self.date} {'open' if self.is_open else 'closed'} {self.reason}"


class YearlyClosedDay(models.Model):
    """A day on which a branch is closed every year; a calendar day of one year goes before it."""

    branch = models.ForeignKey(Branch, on_delete=models.CASCADE, related_name="yearly_closed_days")
    month = models.PositiveSmallIntegerField()
    day = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=80, blank=True)

    class Meta:
        """Constraints."""

        constraints = [
            models.UniqueConstraint(fields=["branch", "month", "day"], name="yearly_closed_day_once"),
            models.CheckConstraint(
                condition=Q(month__gte=1, month__lte=12, day__gte=1, day__lte=31), name="yearly_day_exists"
            ),
        ]
        ordering = ("month", "day")

    def __str__(self) -> str:
        return f"{self.day}/{self.month} {self.reason}"


class ShelvingLocation(models.Model):
    """A room or part of a branch's shelves, for instance children's fiction."""

    branch = models.ForeignKey(Branch, on_delete=models.CASCADE, related_name="locations")
    name = models.CharField(max_length=60)

    class Meta:
        """Constraints."""

        constraints = [models.UniqueConstraint(fields=["branch", "name"], name="location_once_per_branch")]
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class ItemType(models.Model):
    """What kind of thing an item is, as far as rules care."""

    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=60)
    # {language: text}; the plain name stands for languages without one.
    names = models.JSONField(default=dict, blank=True)
    is_lent = models.BooleanField(default=True)
    # A wider type, whose limits count the loans of all its types.
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="kinds")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        """Order as listed."""

        ordering = ("position", "name")
        constraints = [models.CheckConstraint(condition=~Q(parent=F("id")), name="item_type_not_its_own_parent")]

    def __str__(self) -> str:
        return self.name


class Item(models.Model):
    """One physical thing with a barcode."""

    class Status(models.TextChoices):
        """Where it is in its life."""

        AVAILABLE = "AVAILABLE", _("on the shelf")
        ON_LOAN = "ON_LOAN", _("on loan")
        ON_HOLD_SHELF = "ON_HOLD_SHELF", _("on the hold shelf")
        IN_TRANSIT = "IN_TRANSIT", _("in transit")
        REFERENCE_ONLY = "REFERENCE_ONLY", _("for use in the library")
        # Not here yet: holds may wait for it, and its first scan at check-in puts it into use.
        ON_ORDER = "ON_ORDER", _("on order")
        IN_PROCESS = "IN_PROCESS", _("being made ready")
        MISSING = "MISSING", _("missing")
        LOST = "LOST", _("lost")
        WITHDRAWN = "WITHDRAWN", _("withdrawn")

    # What nobody can read: no copy to keep.
    NO_COPY = (Status.ON_ORDER, Status.MISSING, Status.LOST, Status.WITHDRAWN)

    barcode = models.CharField(max_length=32, unique=True)
    record = models.ForeignKey("catalogue.BibliographicRecord", on_delete=models.PROTECT, related_name="+")
    item_type = models.ForeignKey(ItemType, on_delete=models.PROTECT, related_name="+", db_index=False)
    home_branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    current_branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+", db_index=False)
    location = models.ForeignKey(
        ShelvingLocation, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    call_number = models.CharField(max_length=60, blank=True)
    # The volume of a work in several, or the issue of a periodical, as holds ask for it: "2", "2026:3".
    volume = models.CharField(max_length=60, blank=True, default="", db_default="")
    # Holds to be picked up elsewhere don't get it.
    fills_own_branch_only = models.BooleanField(default=False, db_default=False)
    price = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    status = models.CharField(max_length=14, choices=Status, default=Status.AVAILABLE)
    note = models.CharField(max_length=200, blank=True)
    acquired_on = models.DateField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    # What lies loose in it and is counted at the desk: 2 for two discs; 0 when there's nothing to count.
    parts = models.PositiveSmallIntegerField(default=0, db_default=0)
    # What the parts are: "2 discs".
    parts_note = models.CharField(max_length=100, blank=True, default="", db_default="")
    parts_missing = models.PositiveSmallIntegerField(default=0, db_default=0)
    is_damaged = models.BooleanField(default=False, db_default=False)
    damage_note = models.CharField(max_length=200, blank=True, default="", db_default="")
    # The item in which this one is kept, and with which it's lent: a bag of games, a kit.
    bundle = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="bundled", db_index=False
    )
    # How often in a row it was looked for on its shelf for a hold in vain, and when last; a scan ends the row.
    not_found_count = models.PositiveSmallIntegerField(default=0, db_default=0)
    not_found_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Constraints."""

        constraints = [
            models.CheckConstraint(condition=~Q(barcode=""), name="item_has_a_barcode"),
            models.CheckConstraint(condition=Q(price__gte=0), name="item_price_not_negative"),
            models.CheckConstraint(condition=Q(parts_missing__lte=F("parts")), name="item_parts_missing_at_most_all"),
            models.CheckConstraint(
                condition=Q(bundle__isnull=True) | ~Q(bundle=F("id")), name="item_not_in_a_bundle_with_itself"
            ),
        ]
        indexes = [models.Index(fields=["bundle"], name="item_bundled", condition=Q(bundle__isnull=False))]

    def __str__(self) -> str:
        return self.barcode

    @property
    def is_on_order(self) -> bool:
        """Whether it's awaited: it was ordered, and hasn't been received."""
        return self.status == Item.Status.ON_ORDER


class ImportedItem(models.Model):
    """With which record of which import an item came, for taking the import back."""

    # Twice when one delivery told of the order, and another brought the item.
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    # Not checked by the database: runs are kept, and it would be asked for every item.
    run = models.ForeignKey(
        "catalogue.ImportRun", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    # The record's, in the file.
    position = models.PositiveIntegerField()
    # Of an item that was on order: what it was, what it became, and the entry of the scan; see `ordered_items`.
    arrival = models.JSONField(null=True)

    class Meta:
        """By import and record, as an undo asks for them."""

        indexes = [models.Index(fields=["run", "position"], name="imported_item_by_run")]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.position} {self.item_id}"


class Order(models.Model):
    """What a supplier was asked for: one title, in one or more copies; each copy on order is an item."""

    # As the order said it: the record is reached through the copies, and goes its own way.
    title = models.CharField(max_length=300)
    supplier = models.CharField(max_length=80)
    number = models.CharField(max_length=40, blank=True)
    ordered_on = models.DateField()
    expected_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)
    # How many copies were cancelled; their items are gone.
    cancelled = models.PositiveIntegerField(default=0)
    # How often the supplier was asked where it is, and when last.
    claims = models.PositiveSmallIntegerField(default=0)
    claimed_on = models.DateField(null=True, blank=True)

    class Meta:
        """Constraints; the newest first."""

        ordering = ("-ordered_on", "-pk")
        constraints = [
            models.CheckConstraint(condition=~Q(supplier=""), name="order_has_a_supplier"),
            models.CheckConstraint(
                condition=Q(expected_on__isnull=True) | Q(expected_on__gte=F("ordered_on")),
                name="order_not_expected_before_it_was_made",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number or self.pk} {self.supplier}"


class OrderedItem(models.Model):
    """With which order an item comes or came; it's awaited while the item is on order."""

    item = models.OneToOneField(Item, on_delete=models.CASCADE, primary_key=True, related_name="ordered")
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="copies")

    def __str__(self) -> str:
        return f"{self.order_id}: {self.item_id}"
