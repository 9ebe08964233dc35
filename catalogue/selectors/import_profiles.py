"""The import profiles that a library may use: its own, and those that the consortium keeps for all."""

from django.db.models import Q

from catalogue.models import ImportProfile


def profiles_for(municipality_id: int | None) -> list[ImportProfile]:
    """Return the profiles that a library may use, by name; with None, those for all."""
    usable = Q(municipality=None)
    if municipality_id is not None:
        usable |= Q(municipality=municipality_id)
    return list(ImportProfile.objects.filter(usable))


def own_profile(profile_id: int, municipality_id: int | None) -> ImportProfile | None:
    """Return a profile that's the library's to change, or None."""
    return ImportProfile.objects.filter(pk=profile_id, municipality=municipality_id).first()


def usable_profile(name: str, municipality_id: int | None) -> ImportProfile | None:
    """Return the profile of this name that a library may use: its own before the one for all."""
    named = ImportProfile.objects.filter(name=name)
    own = named.filter(municipality=municipality_id).first() if municipality_id is not None else None
    return own or named.filter(municipality=None).first()
