"""Who is liable for a fee: the patron herself, or a child's guardian. Every fee is written with what this says.

One that names nobody was a child's whose guardian nobody knew then, or it came from another system.
"""

from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, QuerySet, Subquery

from circulation.models import Fee
from circulation.rules.payment_order import is_liable
from patrons.models import Guardianship, Patron, PatronCategory
from tenants.selectors import current_municipality


def liable_guardian(patron: Patron, *, on: date) -> int | None:
    """Return the guardian who is liable for what a child is charged on a day.

    None for everybody else, who is liable herself, and for a child whose guardian nobody knows, who isn't.
    """
    if pays_herself(patron, on=on):
        return None
    return Patron.objects.filter(pk=patron.pk).values_list(Subquery(first_guardian("pk")), flat=True).first()


def pays_herself(patron: Patron, *, on: date) -> bool:
    """Return whether a patron is liable for what she's charged on a day."""
    # The category is asked for, and read, only if the birth date isn't known.
    is_child = patron.birth_date is None and patron.category.kind == PatronCategory.Kind.CHILD
    return is_liable(birth_date=patron.birth_date, is_child_category=is_child, on=on)


def with_guardians(fees: QuerySet[Fee]) -> QuerySet[Fee]:
    """Return the query for fees with what `who_pays` reads of each."""
    return fees.select_related("patron__category").annotate(first_guardian=Subquery(first_guardian("patron")))


def who_pays(fee: Fee) -> int | None:
    """Return who is liable for a fee since it arose: the guardian whom it names, or the patron if she was of age then.

    Who has come of age since still isn't liable for what she was charged as a child: the guardian is who is known now,
    and None stands for nobody.

    :param fee: as `with_guardians` reads it
    """
    if fee.liable_id is not None:
        return fee.liable_id
    arose_on = fee.created_at.astimezone(ZoneInfo(current_municipality().time_zone)).date()
    if pays_herself(fee.patron, on=arose_on):
        return fee.patron_id
    guardian: int | None = vars(fee)["first_guardian"]
    return guardian


def first_guardian(child: str) -> QuerySet[Guardianship, int]:
    """Return the query for the guardian who is liable for a child: the first by name, as letters are addressed.

    :param child: the field of the outer query that names the child
    """
    living = Guardianship.objects.exclude(guardian__left_reason=Patron.LeftReason.DECEASED)
    guardians = living.filter(child=OuterRef(child)).order_by("guardian__sort_key", "pk")
    return guardians.values_list("guardian", flat=True)[:1]
