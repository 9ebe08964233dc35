"""Takes back the latest roster that a school took over: classes, memberships and leavers are as they were."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import StaffAccount
from common.audit import record
from common.errors import Reason
from patrons.models import Patron
from patrons.services.many import let_patrons_back
from patrons.services.register import local_day
from schools.errors import NOT_THE_LATEST, RosterRefused
from schools.models import ClassMembership, ClassTeacher, RosterUpdate, School, SchoolClass, SchoolPerson
from schools.services.roster_people import leave_with
from schools.services.undoing import remove_unused_classes, reopen_memberships


@transaction.atomic
def undo_roster(*, update: RosterUpdate, staff: StaffAccount | None, now: datetime) -> RosterUpdate:
    """Put a school back to before its latest update: who was in which class, who was there, and which year it was.

    Corrected names and addresses stay corrected, and holds that ended with a leaver stay ended. A class that somebody
    has used meanwhile stays, empty.

    :raises RosterRefused: NOT_THE_LATEST, also if it's taken back already
    """
    school = School.objects.select_for_update(of=("self",)).select_related("branch").get(pk=update.school_id)
    latest = RosterUpdate.objects.filter(school=school, state=RosterUpdate.State.APPLIED).order_by("-decided_at", "-pk")
    if (found := latest.select_for_update(of=("self",)).first()) is None or found.pk != update.pk:
        raise RosterRefused([Reason(NOT_THE_LATEST)])
    update, done, today = found, found.done, local_day(now, school.branch)
    ClassMembership.objects.filter(pk__in=done["begun"]).delete()
    ClassTeacher.objects.filter(pk__in=done["teaching_begun"]).delete()
    reopen_memberships(ClassMembership, "pupil", done["ended"])
    reopen_memberships(ClassTeacher, "teacher", done["teaching_ended"])
    SchoolClass.objects.filter(pk__in=done["gone"]).update(gone_on=None)
    _come_back(done["left"])
    came = list(SchoolPerson.objects.filter(pk__in=done["people"], until__isnull=True))
    SchoolPerson.objects.filter(pk__in=[each.pk for each in came]).update(until=today)
    leave_with(came, now)
    remove_unused_classes(done["classes"], today)
    school.school_year = done["year_before"]
    school.save(update_fields=["school_year"])
    update.state, update.decided_at, update.decided_by = RosterUpdate.State.UNDONE, now, staff
    update.save()
    record(action="schools.undo_roster", actor=staff, subject=update, facts={"school_id": school.pk, **update.counts})
    return update


def _come_back(keys: list[int]) -> None:
    again = SchoolPerson.objects.filter(school=OuterRef("school"), key=OuterRef("key"), until__isnull=True)
    left = SchoolPerson.objects.filter(~Exists(again), pk__in=keys)
    back = list(left.values_list("pk", "patron_id"))
    let_patrons_back([patron_id for _, patron_id in back], reason=Patron.LeftReason.SCHOOL)
    SchoolPerson.objects.filter(pk__in=[pk for pk, _ in back]).update(until=None)
