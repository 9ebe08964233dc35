"""Adds and changes branches, their weekly hours and the days that differ."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.db import transaction

from common.audit import record
from common.errors import Reason
from holdings.errors import (
    CLOSES_BEFORE_OPENS,
    CODE_MALFORMED,
    CODE_TAKEN,
    GROUP_GONE,
    LAST_BRANCH,
    NAME_MISSING,
    NEVER_OPEN,
    BranchRefused,
)
from holdings.models import Branch, BranchGroup, CalendarDay, OpeningHours

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,19}")


@dataclass(frozen=True, kw_only=True)
class BranchDetails:
    """What an administrator fills in about a branch.

    :ivar group: whose rules hold there besides its own; None for no group
    """

    name: str
    kind: str = Branch.Kind.PUBLIC
    group: BranchGroup | None = None
    address: str = ""
    phone: str = ""
    email: str = ""
    is_pickup_place: bool = True
    lends_outside: bool = True
    is_open_for_business: bool = True


@transaction.atomic
def add_branch(*, code: str, details: BranchDetails, time_zone: str, actor: Any) -> Branch:
    """Add a branch, last in the municipality's order; it's open on no day until it gets hours.

    :param code: small letters, digits and hyphens; stays for good, since others refer to it
    :raises BranchRefused: with every reason found
    """
    reasons = _problems(details)
    if not _CODE.fullmatch(code):
        reasons.append(Reason(CODE_MALFORMED, facts={"code": code[:40]}))
    elif Branch.objects.filter(code=code).exists():
        reasons.append(Reason(CODE_TAKEN, facts={"code": code}))
    if reasons:
        raise BranchRefused(reasons)
    branch = Branch(code=code, time_zone=time_zone, position=Branch.objects.count())
    _fill(branch, details)
    branch.save()
    facts = {"group": details.group.name} if details.group else {}
    record(action="holdings.add_branch", actor=actor, subject=branch, facts=facts)
    return branch


@transaction.atomic
def change_branch(*, branch: Branch, details: BranchDetails, actor: Any) -> Branch:
    """Change a branch; the last one that's open for business stays so.

    Another group brings other rules: `circulation.services.branch_groups` refuses those that can't be.

    :raises BranchRefused: with every reason found
    """
    branches = {each.pk: each for each in Branch.objects.select_for_update().order_by("pk")}
    branch = branches[branch.pk]
    reasons = _problems(details)
    others_open = any(each.is_open_for_business for each in branches.values() if each.pk != branch.pk)
    if not details.is_open_for_business and not others_open:
        reasons.append(Reason(LAST_BRANCH))
    if reasons:
        raise BranchRefused(reasons)
    was_in = branch.group
    _fill(branch, details)
    branch.save()
    facts: dict[str, Any] = {}
    if branch.group != was_in:
        facts["group"] = {"before": was_in and was_in.name, "after": branch.group and branch.group.name}
    record(action="holdings.change_branch", actor=actor, subject=branch, facts=facts)
    return branch


@transaction.atomic
def move_branch(*, branch: Branch, up: bool, actor: Any) -> None:
    """Let a branch change places with the one before or after it in the municipality's order; at the end it stays.

    :param up: whether it goes before the one before it
    """
    # Locked together before they're read in order, so that two moves at once don't mix two orders.
    list(Branch.objects.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    branches = list(Branch.objects.order_by("position", "name", "pk"))
    was_at = next(place for place, each in enumerate(branches) if each.pk == branch.pk)
    goes_to = was_at - 1 if up else was_at + 1
    if not 0 <= goes_to < len(branches):
        return
    branches.insert(goes_to, branches.pop(was_at))
    # All of them are counted anew: two may have had the same place, and then there's nothing to change places with.
    changed = [each for place, each in enumerate(branches) if each.position != place]
    for place, each in enumerate(branches):
        each.position = place
    Branch.objects.bulk_update(changed, ["position"])
    facts = {"place": {"before": was_at + 1, "after": goes_to + 1}}
    record(action="holdings.move_branch", actor=actor, subject=branch, facts=facts)


@transaction.atomic
def set_opening_hours(*, branch: Branch, week: Mapping[int, tuple[time, time]], actor: Any) -> None:
    """Replace a branch's weekly hours.

    :param week: opening and closing time by weekday, Monday 0; a weekday that isn't there is closed
    :raises BranchRefused: NEVER_OPEN, or CLOSES_BEFORE_OPENS with the weekday, each that's wrong
    """
    reasons = [
        Reason(CLOSES_BEFORE_OPENS, facts={"weekday": weekday})
        for weekday, (opens, closes) in sorted(week.items())
        if closes <= opens
    ]
    if not week:
        reasons.append(Reason(NEVER_OPEN))
    if reasons:
        raise BranchRefused(reasons)
    Branch.objects.select_for_update().get(pk=branch.pk)
    OpeningHours.objects.filter(branch=branch).delete()
    OpeningHours.objects.bulk_create(
        [
            OpeningHours(branch=branch, weekday=weekday, opens=opens, closes=closes)
            for weekday, (opens, closes) in sorted(week.items())
        ]
    )
    record(action="holdings.set_opening_hours", actor=actor, subject=branch, facts={"open_days": sorted(week)})


@transaction.atomic
def set_calendar_day(*, branch: Branch, day: date, is_open: bool, reason: str, actor: Any) -> CalendarDay:
    """Close a day that's otherwise open, or open one that's otherwise closed."""
    row, _made = CalendarDay.objects.update_or_create(
        branch=branch, date=day, defaults={"is_open": is_open, "reason": reason[:80]}
    )
    record(
        action="holdings.set_calendar_day",
        actor=actor,
        subject=branch,
        facts={"day": day.isoformat(), "is_open": is_open},
    )
    return row


@transaction.atomic
def clear_calendar_day(*, branch: Branch, day: date, actor: Any) -> None:
    """Let a day be as its weekday is; a day that doesn't differ changes nothing."""
    deleted, _kinds = CalendarDay.objects.filter(branch=branch, date=day).delete()
    if deleted:
        record(action="holdings.clear_calendar_day", actor=actor, subject=branch, facts={"day": day.isoformat()})


def _problems(details: BranchDetails) -> list[Reason]:
    reasons = [] if details.name.strip() else [Reason(NAME_MISSING)]
    # Nobody takes the group away before the branch is in it.
    if details.group and not BranchGroup.objects.select_for_update(no_key=True).filter(pk=details.group.pk).exists():
        reasons.append(Reason(GROUP_GONE))
    return reasons


def _fill(branch: Branch, details: BranchDetails) -> None:
    for name in (
        "name",
        "kind",
        "group",
        "address",
        "phone",
        "email",
        "is_pickup_place",
        "lends_outside",
        "is_open_for_business",
    ):
        setattr(branch, name, getattr(details, name))
