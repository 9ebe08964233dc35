"""Says who is guardian for whom, and who may be asked at an institution."""

from datetime import datetime

from django.db import transaction

from accounts.models import StaffAccount
from common.audit import record
from common.errors import Reason
from patrons import guardians
from patrons.errors import GUARDIAN_IS_CHILD, GUARDIAN_IS_HERSELF, NAME_MISSING, PatronRefused
from patrons.models import ContactPerson, Guardianship, Patron, PatronCategory


@transaction.atomic
def add_guardian(
    *,
    child: Patron,
    guardian: Patron,
    has_consented: bool,
    shows_loans: bool,
    staff: StaffAccount | None,
    now: datetime,
) -> Guardianship:
    """Make somebody guardian of a child, or change what's known of it when she is already.

    :param has_consented: whether the guardian has consented to the child's membership
    :param shows_loans: whether the guardian sees in the portal what the child has on loan
    :raises PatronRefused: GUARDIAN_IS_CHILD or GUARDIAN_IS_HERSELF
    """
    if child.pk == guardian.pk:
        raise PatronRefused([Reason(GUARDIAN_IS_HERSELF)])
    if guardian.category.kind == PatronCategory.Kind.CHILD:
        raise PatronRefused([Reason(GUARDIAN_IS_CHILD)])
    Patron.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=child.pk)
    link, is_new = Guardianship.objects.get_or_create(child=child, guardian=guardian)
    link.shows_loans = shows_loans
    link.consented_at = (link.consented_at or now) if has_consented else None
    link.save(update_fields=["shows_loans", "consented_at"])
    facts = {"guardian_id": guardian.pk, "is_new": is_new, "consented": has_consented, "shows_loans": shows_loans}
    record(action="patrons.add_guardian", actor=staff, subject=child, facts=facts)
    for follow in guardians.follows.values():
        follow(child)
    return link


@transaction.atomic
def remove_guardian(*, child: Patron, guardian_id: int, staff: StaffAccount) -> bool:
    """Let somebody be guardian no more.

    :returns: whether she was
    """
    removed, _ = Guardianship.objects.filter(child=child, guardian=guardian_id).delete()
    if removed:
        record(action="patrons.remove_guardian", actor=staff, subject=child, facts={"guardian_id": guardian_id})
    return bool(removed)


@transaction.atomic
def add_contact(*, patron: Patron, name: str, role: str, email: str, phone: str, staff: StaffAccount) -> ContactPerson:
    """Add somebody to talk to at an institution; the same again is one.

    :raises PatronRefused: NAME_MISSING
    """
    if not name.strip():
        raise PatronRefused([Reason(NAME_MISSING)])
    Patron.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=patron.pk)
    contact, is_new = ContactPerson.objects.get_or_create(
        patron=patron, name=name.strip(), role=role.strip(), email=email, phone=phone
    )
    if is_new:
        record(action="patrons.add_contact", actor=staff, subject=patron, facts={"contact_id": contact.pk})
    return contact


@transaction.atomic
def remove_contact(*, contact: ContactPerson, staff: StaffAccount) -> None:
    """Remove a contact person; what's gone already stays gone."""
    removed, _ = ContactPerson.objects.filter(pk=contact.pk).delete()
    if removed:
        record(action="patrons.remove_contact", actor=staff, subject=contact.patron, facts={"contact_id": contact.pk})
