"""What a library adds to a common record or says otherwise, for itself alone."""

from django.db import models
from django.db.models import Q

from catalogue.models.records import BibliographicRecord, Origin


class Enrichment(Origin):
    """A library's own fields over a common record. The common ones stay; views are merged when they're read."""

    record = models.ForeignKey(BibliographicRecord, on_delete=models.CASCADE, related_name="+", db_index=False)
    # None is what the school libraries share.
    municipality = models.ForeignKey(
        "tenants.Municipality", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)
    # [[tag, text], ...] in the record's own family of MARC, texts as in ISO 2709.
    fields = models.JSONField(default=list)
    # Taken back; what it said stays among its versions.
    deleted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        """Constraints: a library says one thing of a record; the index serves the look-up by record."""

        constraints = [
            models.UniqueConstraint(
                fields=["record", "municipality"],
                condition=Q(deleted_at=None),
                nulls_distinct=False,
                name="enrichment_once",
            ),
        ]
        indexes = [models.Index(fields=["record", "municipality"], name="enrichment_record")]

    def __str__(self) -> str:
        return f"{self.record_id} for {self.municipality_id or 'schools'}"


class EnrichmentVersion(Origin):
    """An enrichment's content before it was changed; the newest is the enrichment's own."""

    enrichment = models.ForeignKey(Enrichment, on_delete=models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    fields = models.JSONField()
    deleted_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        """Constraints; the unique one also serves the look-up by enrichment."""

        constraints = [models.UniqueConstraint(fields=["enrichment", "number"], name="enrichment_version_once")]

    def __str__(self) -> str:
        return f"{self.enrichment_id} version {self.number}"
