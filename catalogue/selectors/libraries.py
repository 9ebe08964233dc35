"""The members as cataloguing agencies: the numbers they're known by, and which records they may change."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from catalogue.models import CataloguingLibrary
from catalogue.rules.rights import SCHOOL_COMMON_AGENCY
from tenants.models import Municipality
from tenants.selectors import all_municipalities

# Whose records are owned by agencies that are no members: with such a number a library would own them all.
NATIONAL_AGENCIES = frozenset({"870970", "870971", "SBCI", SCHOOL_COMMON_AGENCY})


@dataclass(frozen=True, slots=True)
class MemberLibrary:
    """A member, and what holds for it; what nobody has said is as for every new member."""

    municipality: Municipality
    library: CataloguingLibrary


def member_library(municipality: Municipality) -> CataloguingLibrary:
    """Return a member's numbers and rights; not saved, where nobody has said anything yet."""
    found = CataloguingLibrary.objects.filter(municipality=municipality).first()
    return found or CataloguingLibrary(municipality=municipality)


def member_libraries() -> Sequence[MemberLibrary]:
    """Return all members by name with their numbers and rights."""
    rows = {row.municipality_id: row for row in CataloguingLibrary.objects.all()}
    return [MemberLibrary(each, rows.get(each.pk) or CataloguingLibrary()) for each in all_municipalities()]


def is_anothers_number(number: str, municipality: Municipality) -> bool:
    """Say whether a number means somebody else already: another member, or an agency whose records are the nation's."""
    if number in NATIONAL_AGENCIES:
        return True
    others = CataloguingLibrary.objects.exclude(municipality=municipality)
    is_named = others.filter(Q(number=number) | Q(school_number=number)).exists()
    return is_named or Municipality.objects.filter(schema_name=number).exclude(pk=municipality.pk).exists()
