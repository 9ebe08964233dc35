"""Which way each kind of message goes to a patron: her own choice, made in the portal or for her at the desk."""

from collections.abc import Mapping

from django.db import transaction

from accounts.models import StaffAccount
from accounts.rules import Permission, permissions_of
from common.audit import record
from common.errors import Reason
from notices.errors import CHOICE_NOT_OFFERED, NOT_PERMITTED, NoticeRefused
from notices.rules.channels import CHOSEN_BY_PATRONS, choices_for
from notices.selectors import message_settings
from patrons.models import Patron


@transaction.atomic
def choose_channels(
    *,
    patron: Patron,
    channel: str,
    by_kind: Mapping[str, str],
    is_exempt_from_digital_post: bool | None = None,
    staff: StaffAccount | None,
) -> Patron:
    """Set by which channel a patron's messages go, and which kinds go another way or not at all.

    :param by_kind: a channel for each kind that goes another way, NONE for one that she does without; kinds that
        aren't named or are empty follow `channel`
    :param is_exempt_from_digital_post: None leaves it as it is; only staff set it
    :param staff: None when the patron does it herself
    :raises NoticeRefused: CHOICE_NOT_OFFERED with the kind in `facts["kind"]`, or NOT_PERMITTED
    """
    if staff is not None and Permission.EDIT_PATRONS not in permissions_of(staff.role):
        raise NoticeRefused([Reason(NOT_PERMITTED, permission=Permission.EDIT_PATRONS)])
    in_use = message_settings().channels
    locked = Patron.objects.select_for_update(of=("self",)).get(pk=patron.pk)
    own = {kind: choice for kind, choice in by_kind.items() if choice}
    # What she has already may stay, also when the municipality doesn't offer it any more.
    problems = [
        Reason(CHOICE_NOT_OFFERED, facts={"kind": kind, "channel": choice})
        for kind, choice in own.items()
        if kind not in CHOSEN_BY_PATRONS
        or (choice not in choices_for(kind, in_use) and locked.channels.get(kind) != choice)
    ]
    if channel not in in_use and channel != locked.channel:
        problems.append(Reason(CHOICE_NOT_OFFERED, facts={"kind": "", "channel": channel}))
    if problems:
        raise NoticeRefused(problems)
    before = {"channel": locked.channel, "channels": locked.channels}
    locked.channel, locked.channels = channel, own
    if staff is not None and is_exempt_from_digital_post is not None:
        locked.is_exempt_from_digital_post = is_exempt_from_digital_post
    locked.save(update_fields=["channel", "channels", "is_exempt_from_digital_post"])
    after = {"channel": channel, "channels": own, "exempt": locked.is_exempt_from_digital_post}
    record(
        action="notices.choose_channels",
        actor=staff,
        subject=locked,
        facts={"before": before, "after": after, "by_patron": staff is None},
    )
    return locked
