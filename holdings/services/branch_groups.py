"""Makes, renames and removes the groups that branches share rules in; which branch is in which, the branch says."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from common.audit import record
from common.errors import Reason
from holdings.errors import GROUP_NOT_EMPTY, NAME_MISSING, NAME_TAKEN, BranchRefused
from holdings.models import Branch, BranchGroup
from tenants.locks import wait_in_line


@transaction.atomic
def add_group(*, name: str, actor: Any) -> BranchGroup:
    """Make a group that no branch is in yet.

    :param name: at most 60 characters
    :raises BranchRefused: NAME_MISSING or NAME_TAKEN
    """
    group = BranchGroup.objects.create(name=_free_name(name))
    record(action="holdings.add_group", actor=actor, subject=group, facts={"name": group.name})
    return group


@transaction.atomic
def rename_group(*, group: BranchGroup, name: str, actor: Any) -> BranchGroup:
    """Give a group another name; its branches and its rules stay. The same name again changes nothing.

    :param name: at most 60 characters
    :raises BranchRefused: NAME_MISSING or NAME_TAKEN
    """
    name = _free_name(name, but=group.pk)
    group = BranchGroup.objects.select_for_update(no_key=True).get(pk=group.pk)
    if group.name == name:
        return group
    facts = {"before": group.name, "after": name}
    group.name = name
    group.save(update_fields=["name"])
    record(action="holdings.rename_group", actor=actor, subject=group, facts=facts)
    return group


@transaction.atomic
def remove_group(*, group: BranchGroup, actor: Any, reasons: Sequence[Reason] = ()) -> None:
    """Remove a group that no branch is in.

    :param reasons: what else stands against it: rules would go with it, and only `circulation` knows them
    :raises BranchRefused: GROUP_NOT_EMPTY with the count, and the other reasons
    """
    group = BranchGroup.objects.select_for_update().get(pk=group.pk)
    found = list(reasons)
    if branches := Branch.objects.filter(group=group).count():
        found.insert(0, Reason(GROUP_NOT_EMPTY, facts={"count": branches}))
    if found:
        raise BranchRefused(found)
    record(action="holdings.remove_group", actor=actor, subject=group, facts={"name": group.name})
    group.delete()


def _free_name(name: str, *, but: int = 0) -> str:
    """Return the name as it's kept, once nobody else can take it until the transaction ends."""
    name = name.strip()
    if not name:
        raise BranchRefused([Reason(NAME_MISSING)])
    wait_in_line(["branch groups"])
    if BranchGroup.objects.filter(name__iexact=name).exclude(pk=but).exists():
        raise BranchRefused([Reason(NAME_TAKEN)])
    return name
