"""What was read about a school, and what became of it."""

from django.db import models
from django.db.models import Q


class RosterFile(models.Model):
    """An uploaded export: how far its reading is, and what came of it for each school in it."""

    class State(models.TextChoices):
        """How far it is."""

        ASKING = "ASKING"
        WAITING = "WAITING"
        READ = "READ"
        UNREADABLE = "UNREADABLE"

    file_name = models.CharField(max_length=200)
    # In the municipality's own folder; empty once it's read, for the file is removed then.
    stored_as = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    uploaded_at = models.DateTimeField()
    # Why nothing of it could be used, and where: never anything of a person.
    problem = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=200, blank=True)
    # Of a table: which of its columns is what, of which school and year it is; see `schools.register.tables.TablePlan`.
    plan = models.JSONField(default=dict)
    # Of each school in it: {"number", "name", "what", "update"}.
    schools = models.JSONField(default=list)

    class Meta:
        """Newest first."""

        ordering = ("-id",)

    def __str__(self) -> str:
        return self.file_name


class RosterUpdate(models.Model):
    """What one export says of a school: proposed, taken over, declined or undone."""

    class Source(models.TextChoices):
        """Where it came from."""

        UPLOAD = "UPLOAD"
        FETCH = "FETCH"

    class State(models.TextChoices):
        """What became of it."""

        PROPOSED = "PROPOSED"
        APPLIED = "APPLIED"
        DECLINED = "DECLINED"
        OVERTAKEN = "OVERTAKEN"
        UNDONE = "UNDONE"

    school = models.ForeignKey("schools.School", on_delete=models.CASCADE, related_name="updates")
    source = models.CharField(max_length=7, choices=Source)
    state = models.CharField(max_length=9, choices=State, default=State.PROPOSED)
    school_year = models.CharField(max_length=9)
    file_name = models.CharField(max_length=200, blank=True)
    read_at = models.DateTimeField()
    # The whole of what was read, encrypted; kept only while somebody must still decide.
    roster = models.BinaryField(null=True)
    # How many came, left, moved and so on, and what a person should look at first: counts and codes, no names.
    counts = models.JSONField(default=dict)
    doubts = models.JSONField(default=list)
    slips = models.JSONField(default=list)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        "accounts.StaffAccount", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    # The keys of the rows that were made and ended: what undoing it puts back.
    done = models.JSONField(default=dict)

    class Meta:
        """One proposal for a school at a time; what's decided keeps nothing of what was read."""

        constraints = [
            models.UniqueConstraint(fields=["school"], condition=Q(state="PROPOSED"), name="one_proposal_at_a_time"),
            models.CheckConstraint(
                condition=Q(state="PROPOSED") | Q(roster__isnull=True), name="decided_update_keeps_no_roster"
            ),
        ]
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.school_id} {self.read_at:%F}"
