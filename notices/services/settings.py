"""Changes how messages go out: for the municipality, and where a branch differs."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from accounts.models import StaffAccount
from accounts.rules import Permission, permissions_of
from common.audit import record
from common.errors import Reason
from holdings.models import Branch
from notices.errors import (
    ADDRESS_MALFORMED,
    CHANNEL_IN_RULES,
    HOURS_INCOMPLETE,
    NO_CHANNEL,
    NOT_PERMITTED,
    OUTSIDE_THE_SHEET,
    SENDER_MALFORMED,
    SettingsRefused,
)
from notices.models import BranchMessages, Notice
from notices.rules.settings import LONGEST_MARGIN, OF_A_BRANCH, SECTION, SHORTEST_MARGIN, written
from notices.selectors import message_settings
from tenants.selectors import current_municipality
from tenants.services.settings import change_settings

# What every phone can show as a sender (3GPP TS 23.040, alphanumeric address).
_SMS_SENDER = re.compile(r"[A-Za-z0-9 ]{0,11}")
# Each returns the channels that something in the rooms above names: what's in use can't be given up under its feet.
_namers: list[Callable[[], set[str]]] = []


def register_channels_named(namer: Callable[[], set[str]]) -> None:
    """Keep the channels that `namer` returns from being taken out of use."""
    if namer not in _namers:
        _namers.append(namer)


def change_message_settings(*, values: Mapping[str, Any], staff: StaffAccount) -> None:
    """Set how the municipality's messages go out.

    :param values: by the names of `MessageSettings`
    :raises SettingsRefused: with every reason found
    """
    _refuse(values, staff)
    _refuse_what_rules_name(values)
    change_settings(municipality=current_municipality(), section=SECTION, values=written(values), actor=staff)


@transaction.atomic
def change_branch_messages(*, branch: Branch, values: Mapping[str, Any], staff: StaffAccount) -> BranchMessages:
    """Set in what a branch's messages differ; what isn't among the values follows the municipality.

    :param values: by the names in `OF_A_BRANCH`
    :raises SettingsRefused: with every reason found
    """
    _refuse(values, staff)
    own = {name: value for name, value in values.items() if name in OF_A_BRANCH}
    # The branch's row is the lock: two people who save at once are one after the other.
    Branch.objects.select_for_update(of=("self",)).get(pk=branch.pk)
    found, _ = BranchMessages.objects.get_or_create(branch=branch)
    before, found.values = found.values, written(own)
    found.save()
    record(
        action="notices.change_branch_messages",
        actor=staff,
        subject=branch,
        facts={"before": before, "values": found.values},
    )
    return found


def _refuse(values: Mapping[str, Any], staff: StaffAccount) -> None:
    problems = []
    if Permission.ADMINISTER not in permissions_of(staff.role):
        problems.append(Reason(NOT_PERMITTED, permission=Permission.ADMINISTER))
    if "channels" in values and not set(values["channels"]) & set(Notice.Channel.values):
        problems.append(Reason(NO_CHANNEL))
    if (values.get("quiet_from") is None) != (values.get("quiet_until") is None):
        problems.append(Reason(HOURS_INCOMPLETE))
    if not _SMS_SENDER.fullmatch(values.get("sms_sender", "")):
        problems.append(Reason(SENDER_MALFORMED))
    if values.get("reply_to") and not _is_address(values["reply_to"]):
        problems.append(Reason(ADDRESS_MALFORMED))
    margins = [values[name] for name in ("window_left", "window_top") if name in values]
    if any(not SHORTEST_MARGIN <= margin <= LONGEST_MARGIN for margin in margins):
        problems.append(Reason(OUTSIDE_THE_SHEET, facts={"least": SHORTEST_MARGIN, "most": LONGEST_MARGIN}))
    if problems:
        raise SettingsRefused(problems)


def _refuse_what_rules_name(values: Mapping[str, Any]) -> None:
    given_up = set(message_settings(stored=True).channels) - set(values.get("channels", Notice.Channel.values))
    named = set().union(*(namer() for namer in _namers)) & given_up if given_up else set()
    if named:
        raise SettingsRefused([Reason(CHANNEL_IN_RULES, facts={"channels": sorted(named)})])


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
