"""Authorities: persons, corporate bodies, subjects and classes, and which records may be about them."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalogue.models.records import ChangeKind


class AuthorityKind(models.TextChoices):
    """What an authority is."""

    PERSON = "PERSON", _("Person")
    CORPORATE = "CORPORATE", _("Corporate body")
    SUBJECT = "SUBJECT", _("Subject")
    CLASS = "CLASS", pgettext_lazy("of a classification", "Class")


class Vocabulary(models.Model):
    """A list of authorities that somebody keeps: names, subject headings, or a classification."""

    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    # What records write before a number of its: in brackets, or as the beginning of a URI.
    agency = models.CharField(max_length=100)
    # How records say that a heading is from it, in $2; names don't.
    scheme = models.CharField(max_length=40, blank=True)
    kinds = ArrayField(models.CharField(max_length=9, choices=AuthorityKind))

    class Meta:
        """Constraints: a language of a vocabulary is one of its own, with the same numbers."""

        ordering = ("name", "pk")
        constraints = [models.UniqueConstraint(fields=["agency", "scheme"], name="vocabulary_once")]

    def __str__(self) -> str:
        return self.name


class Authority(models.Model):
    """One person, body, subject or class, under the heading that records are to have."""

    vocabulary = models.ForeignKey(Vocabulary, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=9, choices=AuthorityKind)
    control_number = models.CharField(max_length=64)
    # The row's own, for whoever edits it.
    version = models.PositiveIntegerField(default=1)
    # [[code, value], …] with MARC 21's codes.
    parts = models.JSONField()
    heading = models.TextField()
    # The heading as it's looked up by its beginning, and as records have it in common.
    sort_text = models.TextField()
    key = models.BigIntegerField()
    # What a class is about.
    caption = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    # When its makers last changed it, as its own record says.
    stamp = models.CharField(max_length=20, blank=True)
    # What its makers' file said last, as `catalogue.rules.authority_contents` has it; None for one made here.
    imported = models.JSONField(null=True, blank=True)
    # Who made the newest version, and how; empty where that wasn't noted yet.
    change_kind = models.CharField(max_length=8, choices=ChangeKind, blank=True, default="", db_default="")
    changed_by = models.CharField(max_length=150, blank=True, default="", db_default="")
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        """Constraints: a heading means one thing in a vocabulary; and the index for what somebody begins to type."""

        constraints = [
            models.UniqueConstraint(fields=["vocabulary", "control_number"], name="authority_number_once"),
            models.UniqueConstraint(
                fields=["vocabulary", "key"], condition=Q(merged_into=None), name="authority_heading_once"
            ),
            models.CheckConstraint(condition=~Q(heading=""), name="authority_has_a_heading"),
        ]
        indexes = [
            models.Index(fields=["key"], name="authority_key"),
            models.Index(fields=["sort_text"], name="authority_beginning", opclasses=["text_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.heading


class AuthorityReference(models.Model):
    """Another heading that leads to an authority, or one that's worth looking at too."""

    class Relation(models.TextChoices):
        """How it leads there."""

        VARIANT = "VARIANT", "variant"
        # What it was called here before: records that still arrive with it are put right.
        FORMER = "FORMER", "former heading"
        SEE_ALSO = "SEE_ALSO", "see also"

    authority = models.ForeignKey(Authority, on_delete=models.CASCADE, related_name="references")
    relation = models.CharField(max_length=8, choices=Relation)
    parts = models.JSONField()
    heading = models.TextField()
    sort_text = models.TextField()
    key = models.BigIntegerField()

    class Meta:
        """Indexes for what somebody begins to type, and for what a record has."""

        ordering = ("heading", "pk")
        indexes = [
            models.Index(fields=["key"], name="reference_key"),
            models.Index(fields=["sort_text"], name="reference_beginning", opclasses=["text_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.heading


class AuthorityVersion(models.Model):
    """What an authority was before it was changed; the newest content is its own."""

    authority = models.ForeignKey(Authority, on_delete=models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    # As `catalogue.rules.authority_contents` has it.
    content = models.JSONField()
    change_kind = models.CharField(max_length=8, choices=ChangeKind, blank=True)
    changed_by = models.CharField(max_length=150, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        """Constraints; the unique one also serves the look-up by authority."""

        constraints = [models.UniqueConstraint(fields=["authority", "number"], name="authority_version_once")]

    def __str__(self) -> str:
        return f"{self.authority_id} version {self.number}"


class HeadingChange(models.Model):
    """A heading, or number, that the records are to leave for an authority's own; carried through in the background."""

    authority = models.ForeignKey(Authority, on_delete=models.CASCADE, related_name="changes")
    old_parts = models.JSONField()
    # Of an authority that was merged into this one; its own otherwise.
    old_number = models.CharField(max_length=200)
    # The last record that was looked at.
    position = models.BigIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    # Records that couldn't be written anew.
    failed = models.PositiveIntegerField(default=0)
    asked_by = models.CharField(max_length=150, blank=True)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    # Of a merge: the records that followed get back what they had before.
    undoes = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )

    class Meta:
        """Those that aren't finished are looked for every few seconds."""

        indexes = [models.Index(fields=["id"], name="heading_change_open", condition=Q(finished_at=None))]

    def __str__(self) -> str:
        return f"{self.old_parts} to {self.authority_id}"


class FollowedRecord(models.Model):
    """A record that followed a merge of authorities, and the version that it got by it."""

    change = models.ForeignKey(HeadingChange, on_delete=models.CASCADE, related_name="+", db_index=False)
    record = models.ForeignKey(
        "catalogue.BibliographicRecord",
        on_delete=models.CASCADE,
        db_constraint=False,
        related_name="+",
    )
    version = models.PositiveIntegerField()
    # The version that it gets back when the merge is undone.
    before = models.PositiveIntegerField()

    class Meta:
        """Constraints; a record that came with the old heading again has followed anew."""

        constraints = [models.UniqueConstraint(fields=["change", "record"], name="followed_once")]

    def __str__(self) -> str:
        return f"{self.record_id} version {self.version}"


class FollowedEnrichment(models.Model):
    """A library's own fields that followed a merge of authorities, and the version that they got by it."""

    change = models.ForeignKey(HeadingChange, on_delete=models.CASCADE, related_name="+", db_index=False)
    enrichment = models.ForeignKey(
        "catalogue.Enrichment", on_delete=models.CASCADE, db_constraint=False, related_name="+"
    )
    version = models.PositiveIntegerField()
    # The version that it gets back when the merge is undone.
    before = models.PositiveIntegerField()

    class Meta:
        """Constraints; an enrichment that came with the old heading again has followed anew."""

        constraints = [models.UniqueConstraint(fields=["change", "enrichment"], name="followed_enrichment_once")]

    def __str__(self) -> str:
        return f"enrichment {self.enrichment_id} version {self.version}"


class AuthorityMerge(models.Model):
    """Two authorities that became one, with everything that undoing it needs."""

    winner = models.ForeignKey(Authority, on_delete=models.CASCADE, related_name="merges")
    loser = models.ForeignKey(Authority, on_delete=models.CASCADE, related_name="+")
    change = models.ForeignKey(HeadingChange, on_delete=models.CASCADE, related_name="+", db_index=False)
    # {"winner": its references before, "loser": the other's, "changes": and "merged": what else moved, by id}
    moved = models.JSONField()
    merged_at = models.DateTimeField()
    merged_by = models.CharField(max_length=150, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=150, blank=True)

    class Meta:
        """Constraints: an authority is part of one other at a time."""

        constraints = [
            models.UniqueConstraint(fields=["loser"], condition=Q(undone_at=None), name="authority_merged_once"),
        ]

    def __str__(self) -> str:
        return f"{self.loser_id} into {self.winner_id}"


class RecordHeadings(models.Model):
    """What a record can be found by when an authority asks: keys of its headings, from `catalogue.marc.headings`."""

    # Not checked by the database: it's made again from the record whenever that changes.
    record = models.OneToOneField(
        "catalogue.BibliographicRecord",
        primary_key=True,
        on_delete=models.CASCADE,
        db_constraint=False,
        related_name="+",
    )
    keys = ArrayField(models.BigIntegerField())
    # Of what libraries lay over the record; None when no heading stands there.
    local_keys = ArrayField(models.BigIntegerField(), null=True, blank=True)

    class Meta:
        """The indexes by which an authority's records are found."""

        indexes = [
            GinIndex(fields=["keys"], name="record_headings_keys"),
            GinIndex(fields=["local_keys"], name="record_headings_local"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id}: {len(self.keys)}"


class HeadingProgress(models.Model):
    """How far the records' headings have been read: one row."""

    # Of the change feed.
    change_number = models.BigIntegerField(default=0)
    # Of the records that were there before; None when all are read.
    filled_to = models.BigIntegerField(null=True, default=0)

    def __str__(self) -> str:
        return f"change {self.change_number}"
