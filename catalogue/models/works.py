"""What somebody said by hand of which work a record is an edition of."""

from django.db import models
from django.db.models import Q

from catalogue.models.records import BibliographicRecord


class WorkCorrection(models.Model):
    """One say by hand. The newest of a record that isn't undone holds; older ones come back when it's undone.

    It's beside the record, so that neither a delivery nor a rebuild of the index touches it.
    """

    record = models.ForeignKey(BibliographicRecord, on_delete=models.CASCADE, related_name="+", db_index=False)
    # The record that it's an edition of the same work as; None is a work of its own.
    same_as = models.ForeignKey(
        BibliographicRecord, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    # The key of that one's work then: if it's taken out later, this one stays with the others.
    work = models.CharField(max_length=320, blank=True)
    # When all that have this key come along, those that come later too; empty for the record alone.
    key = models.CharField(max_length=320, blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=150, blank=True)
    made_in = models.ForeignKey(
        "tenants.Municipality",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=150, blank=True)

    class Meta:
        """Constraints, and indexes for what holds for a record, for a key, and who follows a record."""

        constraints = [
            models.CheckConstraint(
                condition=Q(same_as=None) | ~Q(same_as=models.F("record")), name="work_not_same_as_itself"
            ),
            models.CheckConstraint(condition=Q(key="") | Q(same_as__isnull=False), name="work_key_goes_somewhere"),
        ]
        indexes = [
            models.Index(fields=["record"], name="work_correction_record"),
            models.Index(fields=["key"], name="work_correction_key", condition=~Q(key="")),
            models.Index(fields=["work"], name="work_correction_work", condition=~Q(work="")),
            models.Index(fields=["same_as"], name="work_correction_same_as", condition=Q(undone_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} as {self.same_as_id or 'its own'}"
