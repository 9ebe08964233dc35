"""Reads schools with what an administrator wants to know of each."""

from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from schools.models import RosterFile, RosterUpdate, School, SchoolClass

_NEWEST_FILES = 10


def schools() -> QuerySet[School]:
    """Return the schools with their branches, `pupils` and `classes` counted, and `taken_at`, the latest update."""
    classes = (
        SchoolClass.objects.filter(
            branch=OuterRef("branch"), school_year=OuterRef("school_year"), kind="CLASS", gone_on__isnull=True
        )
        .order_by()
        .values("branch")
        .annotate(number=Count("pk"))
    )
    applied = RosterUpdate.objects.filter(school=OuterRef("pk"), state=RosterUpdate.State.APPLIED)
    pupils = Count("people", filter=Q(people__until__isnull=True, people__roles__contains=["PUPIL"]))
    return (
        School.objects.select_related("branch", "pupil_category", "staff_category")
        .annotate(
            pupils=pupils,
            classes=Subquery(classes.values("number")),
            taken_at=Subquery(applied.order_by("-decided_at").values("decided_at")[:1]),
        )
        .order_by("branch__position", "branch__name")
    )


def get_school(pk: int) -> School | None:
    """Return a school with its branch, or None."""
    return School.objects.select_related("branch").filter(pk=pk).first()


def waiting_updates() -> QuerySet[RosterUpdate]:
    """Return what waits for a person's decision."""
    waiting = RosterUpdate.objects.filter(state=RosterUpdate.State.PROPOSED).defer("roster")
    return waiting.select_related("school__branch").order_by("school__branch__position", "school__branch__name")


def updates_of(school: School) -> QuerySet[RosterUpdate]:
    """Return a school's updates, newest first."""
    return RosterUpdate.objects.filter(school=school).defer("roster", "done").select_related("decided_by")


def get_update(pk: int) -> RosterUpdate | None:
    """Return an update with its school, or None."""
    found = RosterUpdate.objects.select_related("school__branch", "decided_by").filter(pk=pk)
    return found.first()


def latest_applied(school: School) -> int | None:
    """Return the key of the update that can be taken back, if there's one."""
    applied = RosterUpdate.objects.filter(school=school, state=RosterUpdate.State.APPLIED)
    return applied.order_by("-decided_at", "-pk").values_list("pk", flat=True).first()


def get_asking_file(pk: int) -> RosterFile | None:
    """Return a table whose columns nobody has named yet, or None."""
    return RosterFile.objects.filter(pk=pk, state=RosterFile.State.ASKING).first()


def latest_plan() -> dict[str, Any]:
    """Return how a table was read last; empty if none was."""
    planned = RosterFile.objects.exclude(plan={}).values_list("plan", flat=True).first()
    return planned or {}


def newest_files() -> list[RosterFile]:
    """Return the files that were uploaded last."""
    return list(RosterFile.objects.all()[:_NEWEST_FILES])
