"""How deliveries of records are brought in, each import, and what became of each of its records."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalogue.models.records import BibliographicRecord


class ImportAction(models.TextChoices):
    """What a profile does with a record; its words belong to the screens."""

    NEW = "NEW", "new record"
    OVERLAY = "OVERLAY", "lay over"
    ENRICH = "ENRICH", "local fields"
    ITEMS = "ITEMS", "items only"
    ASK = "ASK", "ask"
    SKIP = "SKIP", "leave out"


class ImportOutcome(models.TextChoices):
    """What became of an incoming record; its words belong to the screens."""

    CREATED = "CREATED", "created"
    CHANGED = "CHANGED", "changed"
    ENRICHED = "ENRICHED", "enriched"
    ITEMS = "ITEMS", "items added"
    UNCHANGED = "UNCHANGED", "unchanged"
    ASKED = "ASKED", "asked"
    SKIPPED = "SKIPPED", "left out"
    FAILED = "FAILED", "failed"


def _tags() -> ArrayField:
    return ArrayField(models.CharField(max_length=3), default=list, db_default=[], blank=True)


class ImportProfile(models.Model):
    """How a library, or with none the consortium for all, wants a kind of delivery brought in."""

    municipality = models.ForeignKey("tenants.Municipality", null=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    # The optimistic lock of its form.
    version = models.PositiveIntegerField(default=1)
    matches_from = models.PositiveSmallIntegerField(default=90)
    takes_best = models.BooleanField(default=True)
    on_match = models.CharField(max_length=8, choices=ImportAction, default=ImportAction.OVERLAY)
    on_no_match = models.CharField(max_length=8, choices=ImportAction, default=ImportAction.NEW)
    on_unsure = models.CharField(max_length=8, choices=ImportAction, default=ImportAction.ASK)
    # In hundredths of the existing record's; 0 is any.
    min_quality = models.PositiveSmallIntegerField(default=0)
    never_worse = models.BooleanField(default=False)
    on_poor = models.CharField(max_length=8, choices=ImportAction, default=ImportAction.SKIP)
    language = models.CharField(max_length=3, blank=True)
    preserve = _tags()
    replace = _tags()
    add = _tags()
    strip = _tags()
    enriches = _tags()
    # `catalogue.rules.import_items`: where the items of a record stand, and what their codes are called here.
    items = models.TextField(blank=True, default="", db_default="")
    # New records are the library's own: nobody else sees them until they're shown to all.
    makes_local = models.BooleanField(default=False)

    class Meta:
        """Constraints, and by name as lists show them."""

        ordering = ("name", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "name"], nulls_distinct=False, name="import_profile_name_once"
            ),
            # Below that, pairs aren't even shown to a person.
            models.CheckConstraint(condition=Q(matches_from__range=(60, 300)), name="import_profile_matches_from"),
        ]

    def __str__(self) -> str:
        return self.name


class SourceKind(models.TextChoices):
    """Where a source's records come from; its words belong to the screens."""

    OAI_PMH = "OAI_PMH", "OAI-PMH"
    FOLDER = "FOLDER", "folder"


class ImportSource(models.Model):
    """A provider that's asked every night, or a folder where files arrive, for a library or, with none, for all."""

    municipality = models.ForeignKey("tenants.Municipality", null=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    # The optimistic lock of its form.
    version = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=7, choices=SourceKind, default=SourceKind.OAI_PMH, db_default=SourceKind.OAI_PMH)
    # Within the municipality's own one, see `catalogue.import_folders`.
    folder = models.CharField(max_length=200, blank=True, default="", db_default="")
    # Of OAI-PMH.
    address = models.CharField(max_length=500, blank=True)
    set_name = models.CharField(max_length=200, blank=True)
    prefix = models.CharField(max_length=40, default="marcxml")
    profile = models.ForeignKey(ImportProfile, on_delete=models.PROTECT, related_name="+")
    is_active = models.BooleanField(default=True)
    # From when on it's asked, by its own clock and in its own writing; empty is everything.
    since = models.CharField(max_length=20, blank=True)
    # Where a harvest stopped before its end, and what `since` becomes at its end.
    token = models.TextField(blank=True)
    since_then = models.CharField(max_length=20, blank=True)
    # The local day of the last attempt: once a night.
    asked_on = models.DateField(null=True)
    asked_at = models.DateTimeField(null=True)
    # `catalogue.oai_source.SourceProblem`, `common.remote_sources.Trouble` or `catalogue.import_folders.FolderProblem`
    # of the last attempt.
    problem = models.CharField(max_length=20, blank=True)

    class Meta:
        """Constraints, and by name as lists show them."""

        ordering = ("name", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "name"], nulls_distinct=False, name="import_source_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ImportRun(models.Model):
    """One import of a file: what went in, and what didn't with the reason."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "WAITING", _("waiting")
        RUNNING = "RUNNING", _("running")
        PAUSED = "PAUSED", _("paused")
        DONE = "DONE", _("done")
        FAILED = "FAILED", _("failed")
        UNDOING = "UNDOING", _("being undone")
        UNDONE = "UNDONE", _("undone")

    file_name = models.CharField(max_length=200)
    source = models.CharField(max_length=40)
    municipality = models.ForeignKey("tenants.Municipality", null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    bytes_total = models.BigIntegerField(default=0)
    bytes_read = models.BigIntegerField(default=0)
    # created, changed, unchanged, failed
    counts = models.JSONField(default=dict)
    # Up to the first thousand failures: position, id, code.
    failures = models.JSONField(default=list)
    problem = models.CharField(max_length=300, blank=True)

    # Only of an import by a profile, from here on. The settings are those of its start, whatever the profile says now.
    profile_name = models.CharField(max_length=80, blank=True, default="", db_default="")
    settings = models.JSONField(null=True, blank=True)
    # Where the file waits in the municipality's own storage; empty for one that the command line reads.
    stored_as = models.CharField(max_length=200, blank=True, default="", db_default="")
    # Number of the last record whose entry is written; a resumed import goes on behind it.
    position = models.PositiveIntegerField(default=0, db_default=0)
    harvested_from = models.ForeignKey(ImportSource, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        """Newest first, as the page lists them."""

        ordering = ("-started_at",)

    def __str__(self) -> str:
        return f"{self.file_name} {self.state}"


class FolderFile(models.Model):
    """A file that was taken from a source's folder: the same content isn't taken again, under whatever name."""

    source = models.ForeignKey(ImportSource, on_delete=models.CASCADE, related_name="files", db_index=False)
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=255)
    # By which one that couldn't be moved away is known without being read.
    size = models.BigIntegerField()
    changed_ns = models.BigIntegerField()
    taken_at = models.DateTimeField()
    run = models.ForeignKey(ImportRun, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        """Constraints; the unique one also serves the look-up by source."""

        constraints = [models.UniqueConstraint(fields=["source", "sha256"], name="folder_file_once")]

    def __str__(self) -> str:
        return self.name


class ImportEntry(models.Model):
    """What became of one record of an import by a profile, with what undoing it needs."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="entries", db_index=False)
    # In the file, from 1.
    position = models.PositiveIntegerField()
    control_number = models.CharField(max_length=64, blank=True)
    title = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=9, choices=ImportOutcome)
    # `catalogue.rules.import_decisions.Why`; empty for a record that couldn't be read.
    why = models.CharField(max_length=15, blank=True)
    # Codes of what stood against it: a problem in the file, what it lacks, a refusal.
    reasons = models.JSONField(default=list)
    # Not checked by the database: an import would pay for that with every record.
    record = models.ForeignKey(
        BibliographicRecord,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    score = models.SmallIntegerField(null=True)
    # The record's, or with ENRICHED its enrichment's, after the import; 1 is one that it made.
    version = models.PositiveIntegerField(null=True)
    # The record as it came, while a person is asked what it is.
    raw = models.BinaryField(null=True)
    undone_at = models.DateTimeField(null=True)
    # Why it couldn't be undone, codes.
    kept_because = models.JSONField(default=list)

    class Meta:
        """Constraints; the unique one also keeps a resumed import from doing anything twice."""

        constraints = [models.UniqueConstraint(fields=["run", "position"], name="import_entry_once")]
        indexes = [
            models.Index(fields=["run", "outcome", "position"], name="import_entry_by_outcome"),
            # Whether the run has written a record already.
            models.Index(fields=["record", "run"], name="import_entry_by_record"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.position} {self.outcome}"
