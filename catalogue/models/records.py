"""Bibliographic records as received and as parsed, the change feed, and who owns what. All in the shared schema."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class MaterialType(models.TextChoices):
    """The kinds of material that searches tell apart."""

    BOOK = "BOOK", _("Book")
    E_BOOK = "E_BOOK", _("E-book")
    AUDIOBOOK = "AUDIOBOOK", _("Audiobook")
    E_AUDIOBOOK = "E_AUDIOBOOK", _("Audiobook online")
    MUSIC = "MUSIC", _("Music")
    SHEET_MUSIC = "SHEET_MUSIC", _("Sheet music")
    FILM = "FILM", _("Film")
    GAME = "GAME", _("Game")
    MAGAZINE = "MAGAZINE", _("Magazine")
    MAP = "MAP", _("Map")
    PICTURE = "PICTURE", _("Picture")
    OTHER = "OTHER", _("Other")


class Audience(models.TextChoices):
    """Whom a title is for."""

    ADULT = "ADULT", _("Adults")
    YOUNG = "YOUNG", _("Young people")
    CHILD = "CHILD", _("Children")


class RawFormat(models.TextChoices):
    """The format that a record arrived in."""

    MARC21 = "MARC21", "MARC 21, ISO 2709"
    MARCXML = "MARCXML", "MARC 21, MARCXML"
    DANMARC2 = "DANMARC2", "danMARC2, ISO 2709"
    MARCXCHANGE = "MARCXCHANGE", "danMARC2, MarcXchange"
    ALEPH = "ALEPH", "Aleph sequential"


class ChangeKind(models.TextChoices):
    """How a version of a record came to be; its words belong to the screens."""

    IMPORT = "IMPORT", "import"
    EDIT = "EDIT", "edit"
    RESTORE = "RESTORE", "restored"
    MERGE = "MERGE", "merge"
    UNMERGE = "UNMERGE", "merge undone"
    DELETE = "DELETE", "deletion"
    # Of a local record: from now on everybody sees it.
    SHARE = "SHARE", "shown to all"
    # And that taken back.
    UNSHARE = "UNSHARE", "shown to its library alone"
    # Of an enrichment alone: it keeps what the common record said before, for the items on the shelf.
    KEEP = "KEEP", "old shelf data kept"


class Origin(models.Model):
    """Who made a version of a record, when none of the record's own words say so; shared by both tables below.

    A name is kept as text, for accounts live in their municipality's schema and may be gone when somebody asks.
    """

    change_kind = models.CharField(
        max_length=8, choices=ChangeKind, default=ChangeKind.IMPORT, db_default=ChangeKind.IMPORT
    )
    changed_by = models.CharField(max_length=150, blank=True, default="", db_default="")
    # Neither is checked by the database: an import would pay for that with every record.
    changed_in = models.ForeignKey(
        "tenants.Municipality",
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    import_run = models.ForeignKey(
        "catalogue.ImportRun",
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )

    class Meta:
        """Columns only, no table."""

        abstract = True


class BibliographicRecord(Origin):
    """A title as described by a cataloguer: the MARC record untouched, and columns read from it."""

    source = models.CharField(max_length=40)
    agency = models.CharField(max_length=20, blank=True)
    control_number = models.CharField(max_length=64)
    owner = models.CharField(max_length=40, blank=True)
    version = models.PositiveIntegerField(default=1)
    raw = models.BinaryField()
    raw_format = models.CharField(max_length=12, choices=RawFormat)
    raw_encoding = models.CharField(max_length=12)
    raw_sha256 = models.BinaryField(max_length=32)

    title = models.TextField()
    remainder = models.TextField(blank=True)
    author = models.TextField(blank=True)
    contributors = ArrayField(models.TextField(), default=list, blank=True)
    edition = models.TextField(blank=True)
    publisher = models.TextField(blank=True)
    year = models.SmallIntegerField(null=True, blank=True)
    language = models.CharField(max_length=3, blank=True)
    isbns = ArrayField(models.CharField(max_length=13), default=list, blank=True)
    issns = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    subjects = ArrayField(models.TextField(), default=list, blank=True)
    classification = models.CharField(max_length=60, blank=True)
    audience = models.CharField(max_length=5, choices=Audience, blank=True)
    material_type = models.CharField(max_length=12, choices=MaterialType, default=MaterialType.OTHER)
    # The first one of them, for lists and sorting.
    series = models.TextField(blank=True)
    # Each with its number, as `catalogue.marc.series` writes it; None until it's filled. Whoever wants them asks
    # `every_series` there.
    all_series = ArrayField(models.TextField(), null=True, blank=True)
    # What stands on the title instead of the name that a series shares among its titles: searched, never shown.
    stated_series = ArrayField(models.TextField(), null=True, blank=True)
    extent = models.TextField(blank=True)
    summary = models.TextField(blank=True)
    # The number of the record that it's a volume, a section or an article of.
    part_of = models.CharField(max_length=64, blank=True, default="", db_default="")
    # `catalogue.rules.record_levels.Level`: a head, a section, a volume, an article, or nothing of the kind.
    level = models.CharField(max_length=1, blank=True, default="", db_default="")
    # The first letters of the title as matching compares titles; None until the next import with a profile fills it.
    title_key = models.CharField(max_length=20, null=True, blank=True)  # noqa: DJ001 - NULL is "not known yet"
    # What all editions of its work have in common, read from its content; None until it's filled. Whoever wants the
    # work asks `catalogue.selectors.works`, which knows what was corrected by hand.
    work_key = models.CharField(max_length=320, null=True, blank=True)  # noqa: DJ001 - NULL is "not known yet"

    # A library's own: a kettle to lend, a brochure. It stays its owner's when it's shown to all.
    is_local = models.BooleanField(default=False, db_default=False)
    # Who alone sees it, of local records; None is everybody. Not checked by the database, see above.
    visible_to = models.ForeignKey(
        "tenants.Municipality",
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )

    deleted_at = models.DateTimeField(null=True, blank=True)
    # The record that it turned out to be the same title as; its number and ISBNs lead there.
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        """Constraints, and indexes for the identifiers that go straight to a hit."""

        constraints = [
            models.UniqueConstraint(fields=["source", "control_number"], name="record_once_per_source"),
            models.CheckConstraint(condition=~Q(control_number=""), name="record_has_a_number"),
        ]
        indexes = [
            models.Index(fields=["control_number"], name="record_control_number"),
            # What's written lately isn't kept apart: each look-up would read through all of it.
            GinIndex(fields=["isbns"], name="record_isbns", fastupdate=False),
            GinIndex(fields=["issns"], name="record_issns", fastupdate=False),
            # Whether a record has parts, before it's deleted.
            models.Index(fields=["part_of"], name="record_part_of", condition=~Q(part_of="")),
            # What an incoming record may be when no identifier agrees.
            models.Index(fields=["title_key"], name="record_title_key", condition=~Q(title_key="")),
            models.Index(fields=["id"], name="record_without_title_key", condition=Q(title_key=None)),
            models.Index(fields=["work_key"], name="record_work_key", condition=~Q(work_key="")),
            models.Index(fields=["id"], name="record_without_work_key", condition=Q(work_key=None)),
            models.Index(fields=["id"], name="record_without_series", condition=Q(all_series=None)),
        ]

    def __str__(self) -> str:
        return f"{self.title} / {self.author}" if self.author else self.title


class RecordVersion(Origin):
    """A record's content before it was changed. The newest content is the record's own; a first import adds nothing."""

    record = models.ForeignKey(BibliographicRecord, on_delete=models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    raw = models.BinaryField()
    raw_format = models.CharField(max_length=12, choices=RawFormat)
    raw_encoding = models.CharField(max_length=12)
    owner = models.CharField(max_length=40, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        """Constraints; the unique one also serves the look-up by record."""

        constraints = [models.UniqueConstraint(fields=["record", "number"], name="record_version_once")]

    def __str__(self) -> str:
        return f"{self.record_id} version {self.number}"


class RecordMerge(models.Model):
    """Two records that became one, with everything that undoing it needs."""

    winner = models.ForeignKey(BibliographicRecord, on_delete=models.CASCADE, related_name="merges")
    loser = models.ForeignKey(BibliographicRecord, on_delete=models.CASCADE, related_name="+")
    # The winner's version before the merge.
    winner_version = models.PositiveIntegerField()
    # By schema: {"rows": {model: ids that moved}, "prepared": {room: what it needs to put things back}}; in the shared
    # one {"followed": enrichments that moved, "kept": those that came}.
    moved = models.JSONField(default=dict)
    merged_at = models.DateTimeField()
    merged_by = models.CharField(max_length=150, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=150, blank=True)

    class Meta:
        """Constraints: a record is part of one other at a time."""

        constraints = [
            models.UniqueConstraint(fields=["loser"], condition=Q(undone_at=None), name="record_merged_once"),
            models.CheckConstraint(condition=~Q(winner=models.F("loser")), name="record_not_merged_with_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.loser_id} into {self.winner_id}"


class CataloguingLibrary(models.Model):
    """A member as a cataloguing agency: the numbers it's known by, and which records it may change.

    A municipality without a row has no number, takes part in the common records, and not in the national ones.
    """

    municipality = models.OneToOneField("tenants.Municipality", on_delete=models.CASCADE, related_name="+")
    number = models.CharField(max_length=20, blank=True)
    # Of its school libraries, which share the school-common records.
    school_number = models.CharField(max_length=20, blank=True)
    edits_common = models.BooleanField(default=True)
    edits_national = models.BooleanField(default=False)
    # When a common record's title or classification changes, it keeps the old ones for what stands on its shelves.
    keeps_shelf_data = models.BooleanField(default=False, db_default=False)

    class Meta:
        """Constraints: a number belongs to one library."""

        constraints = [
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="library_number_once"),
            models.UniqueConstraint(
                fields=["school_number"], condition=~Q(school_number=""), name="library_school_number_once"
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.school_number or f"municipality {self.municipality_id}"


class Change(models.Model):
    """One entry of the change feed: a record or its holdings changed. Followers read on from the number they know."""

    class Kind(models.TextChoices):
        """What changed."""

        RECORD = "RECORD", "record"
        HOLDINGS = "HOLDINGS", "holdings"
        DELETED = "DELETED", "deleted"
        # What one library, or the schools, lay over a record: nobody else's lists know of it.
        ENRICHED = "ENRICHED", "enriched"
        # Which work it's an edition of, or what it's part of: searches show it, harvesters' lists don't.
        GROUPED = "GROUPED", "grouped"

    number = models.BigAutoField(primary_key=True)
    record = models.ForeignKey(BibliographicRecord, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.number}: {self.kind} {self.record_id}"


class HoldingsSummary(models.Model):
    """How many items a branch has of a title, and how many of them are ever lent: never who has them."""

    record = models.ForeignKey(BibliographicRecord, on_delete=models.CASCADE, related_name="holdings", db_index=False)
    municipality = models.ForeignKey("tenants.Municipality", on_delete=models.CASCADE, related_name="+")
    branch_code = models.CharField(max_length=20)
    items = models.PositiveIntegerField(default=0)
    loanable = models.PositiveIntegerField(default=0)
    # Of them, what's there to be read: not what's on order, missing or lost. None until it's counted; every night at
    # the latest.
    copies = models.PositiveIntegerField(null=True)

    class Meta:
        """Constraints; the unique one also serves the look-up by record."""

        constraints = [
            models.UniqueConstraint(fields=["record", "municipality", "branch_code"], name="summary_once_per_branch"),
            models.CheckConstraint(condition=Q(loanable__lte=models.F("items")), name="summary_loanable_among_items"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.branch_code}: {self.loanable}/{self.items}"


class HarvestEntry(models.Model):
    """When a title last changed in what one harvest lists: the nation's records, a municipality's, or a branch's.

    Kept for ever, also when the title is withdrawn or its last item is gone: harvesters are to hear of that.
    """

    record = models.ForeignKey(BibliographicRecord, on_delete=models.CASCADE, related_name="+", db_index=False)
    # None is the nation's list; an empty branch is the municipality's own.
    municipality = models.ForeignKey(
        "tenants.Municipality", null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    branch_code = models.CharField(max_length=20, blank=True)
    material_type = models.CharField(max_length=12, choices=MaterialType)
    # What it was catalogued as before: it has left those sets.
    former_types = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    changed_at = models.DateTimeField()
    is_gone = models.BooleanField(default=False)

    class Meta:
        """Constraints; the unique one also serves the look-up by record, the index gives a list page by page."""

        constraints = [
            models.UniqueConstraint(
                fields=["record", "municipality", "branch_code"], name="harvest_entry_once", nulls_distinct=False
            ),
        ]
        indexes = [
            models.Index(fields=["municipality", "branch_code", "changed_at", "record"], name="harvest_entry_pages"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.branch_code} {self.changed_at:%Y-%m-%d %H:%M:%S}"
