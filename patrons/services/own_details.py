"""What a patron changes about herself: how she's reached, her PIN, and whether her past loans are kept."""

from dataclasses import asdict, dataclass

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from accounts.models import StaffAccount
from common.audit import record
from common.errors import Reason
from patrons.errors import CHANNEL_NEEDS_ADDRESS, PIN_MALFORMED, PIN_WRONG, PatronRefused
from patrons.models import Patron
from patrons.rules import is_pin

_NEEDS = {Patron.Channel.EMAIL: "email", Patron.Channel.SMS: "phone", Patron.Channel.LETTER: "address"}


@dataclass(frozen=True, kw_only=True)
class OwnDetails:
    """What she may change herself; name and address come from the register or the desk."""

    email: str
    phone: str
    language: str
    channel: str


@transaction.atomic
def change_own_details(*, patron: Patron, details: OwnDetails) -> Patron:
    """Change how a patron is reached.

    :raises PatronRefused: CHANNEL_NEEDS_ADDRESS if messages would go where she has no address
    """
    patron = Patron.objects.select_for_update(of=("self",)).get(pk=patron.pk)
    values = asdict(details)
    needed = _NEEDS.get(Patron.Channel(details.channel), "")
    if needed and not (values[needed] if needed in values else getattr(patron, needed)):
        raise PatronRefused([Reason(CHANNEL_NEEDS_ADDRESS, facts={"needs": needed})])
    changed = [name for name, value in values.items() if getattr(patron, name) != value]
    if changed:
        for name in changed:
            setattr(patron, name, values[name])
        patron.save(update_fields=changed)
        record(action="patrons.change_own", actor=None, subject=patron, facts={"changed": changed})
    return patron


@transaction.atomic
def change_own_pin(*, patron: Patron, old: str, new: str) -> Patron:
    """Change a patron's PIN, which she proves with the old one.

    :raises PatronRefused: PIN_WRONG or PIN_MALFORMED, each beside its field
    """
    patron = Patron.objects.select_for_update(of=("self",)).get(pk=patron.pk)
    reasons = [] if check_password(old, patron.pin) else [Reason(PIN_WRONG)]
    if not is_pin(new):
        reasons.append(Reason(PIN_MALFORMED))
    if reasons:
        raise PatronRefused(reasons)
    patron.pin = make_password(new)
    patron.save(update_fields=["pin"])
    record(action="patrons.change_own_pin", actor=None, subject=patron)
    return patron


@transaction.atomic
def keep_history(*, patron: Patron, keeps: bool, staff: StaffAccount | None) -> Patron:
    """Note whether a patron wants her past loans kept; the choice is hers, whoever writes it down.

    :param staff: None when she chooses herself
    """
    patron = Patron.objects.select_for_update(of=("self",)).get(pk=patron.pk)
    if patron.keeps_history != keeps:
        patron.keeps_history = keeps
        patron.save(update_fields=["keeps_history"])
        record(action="patrons.keep_history", actor=staff, subject=patron, facts={"keeps": keeps})
    return patron
