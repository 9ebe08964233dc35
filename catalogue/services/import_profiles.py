"""Import profiles: kept for a library or for all, turned into rules and into the settings that a run starts with."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.db import IntegrityError, transaction

from catalogue.errors import Code, RecordRefused
from catalogue.models import ImportProfile, ImportSource
from catalogue.rules.field_protection import TAG, Protection
from catalogue.rules.import_decisions import ON_MATCH, ON_NO_MATCH, WITHOUT_OVERLAY, Action, Profile
from catalogue.rules.import_items import NotReadable, item_reading
from catalogue.services.records import Author
from common import audit
from common.errors import Reason

_LISTS = ("preserve", "replace", "add", "strip")
_PLAIN = ("matches_from", "takes_best", "min_quality", "never_worse", "language")
_ALLOWED = {
    "on_match": ON_MATCH,
    "on_no_match": ON_NO_MATCH,
    "on_unsure": (*ON_NO_MATCH, Action.OVERLAY),
    "on_poor": WITHOUT_OVERLAY,
}
_LOWEST_MATCH, _HIGHEST_MATCH = 60, 300


@transaction.atomic
def save_profile(
    *, values: Mapping[str, Any], author: Author, profile_id: int | None = None, expected_version: int = 0
) -> ImportProfile:
    """Make a profile, or change one.

    :param values: the table's columns by name; those that are left out stay, or have their defaults
    :param expected_version: of one that's changed, the version that the editor read
    :raises RecordRefused: with every reason found
    """
    municipality_id = author.municipality.pk if author.municipality else None
    profile = ImportProfile(municipality_id=municipality_id)
    if profile_id is not None:
        mine = ImportProfile.objects.select_for_update().filter(municipality=municipality_id, pk=profile_id)
        found = mine.first()
        if found is None:
            raise RecordRefused([Reason(Code.NO_SUCH_PROFILE)])
        if found.version != expected_version:
            raise RecordRefused([Reason(Code.STALE, facts={"version": found.version})])
        profile = found
        profile.version += 1
    for name, value in values.items():
        setattr(profile, name, value)
    if reasons := reasons_against_profile(profile):
        raise RecordRefused(reasons)
    try:
        with transaction.atomic():
            profile.save()
    except IntegrityError as error:
        raise RecordRefused([Reason(Code.NAME_TAKEN, facts={"name": profile.name})]) from error
    audit.record(
        action="catalogue.save_import_profile",
        actor=author.account,
        subject=profile,
        facts={"name": profile.name, "version": profile.version},
    )
    return profile


@transaction.atomic
def delete_profile(*, profile_id: int, author: Author) -> None:
    """Delete a profile; imports that were made with it keep its name and settings.

    :raises RecordRefused: NO_SUCH_PROFILE, or PROFILE_IN_USE by a source
    """
    municipality_id = author.municipality.pk if author.municipality else None
    profile = ImportProfile.objects.select_for_update().filter(municipality=municipality_id, pk=profile_id).first()
    if profile is None:
        raise RecordRefused([Reason(Code.NO_SUCH_PROFILE)])
    if ImportSource.objects.filter(profile=profile).exists():
        raise RecordRefused([Reason(Code.PROFILE_IN_USE)])
    audit.record(
        action="catalogue.delete_import_profile", actor=author.account, subject=profile, facts={"name": profile.name}
    )
    profile.delete()


def reasons_against_profile(profile: ImportProfile) -> list[Reason]:
    """Return everything that's wrong or contradicts itself in a profile."""
    reasons = [
        Reason(Code.ACTION_NOT_POSSIBLE, facts={"setting": name, "action": getattr(profile, name)})
        for name, allowed in _ALLOWED.items()
        if getattr(profile, name) not in allowed
    ]
    bad = sorted({tag for name in (*_LISTS, "enriches") for tag in getattr(profile, name) if not TAG.fullmatch(tag)})
    if bad:
        reasons.append(Reason(Code.NO_TAG, facts={"tags": bad}))
    enriches = Action.ENRICH in (profile.on_match, profile.on_poor)
    if enriches and not profile.enriches:
        reasons.append(Reason(Code.NOTHING_TO_ENRICH))
    if profile.items.strip() or profile.on_match == Action.ITEMS:
        try:
            item_reading(profile.items)
        except NotReadable as problem:
            reasons.append(Reason(Code.ITEMS_NOT_READ, facts={"lines": problem.lines}))
    if (enriches or profile.on_match == Action.ITEMS) and profile.municipality_id is None:
        # Local fields and items are somebody's; what the consortium does is done for all.
        reasons.append(Reason(Code.NO_OWNER))
    if not profile.name.strip():
        reasons.append(Reason(Code.NO_NAME))
    if not _LOWEST_MATCH <= profile.matches_from <= _HIGHEST_MATCH:
        reasons.append(Reason(Code.POINTS_OUT_OF_RANGE, facts={"least": _LOWEST_MATCH, "most": _HIGHEST_MATCH}))
    return reasons


def settings_of(profile: ImportProfile) -> dict[str, Any]:
    """Return a profile as JSON, for a run to keep: what's changed later doesn't change a run that has begun."""
    return {**asdict(rules_of(profile)), "makes_local": profile.makes_local}


def rules_of(profile: ImportProfile) -> Profile:
    """Return a profile as the rules know it."""
    actions: dict[str, Any] = {name: Action(getattr(profile, name)) for name in _ALLOWED}
    return Profile(
        **{name: getattr(profile, name) for name in _PLAIN},
        **actions,
        protection=Protection(**{name: tuple(getattr(profile, name)) for name in _LISTS}),
        enriches=tuple(profile.enriches),
        items=profile.items,
    )


def rules_from(settings: Mapping[str, Any]) -> Profile:
    """Return the profile that a run was started with."""
    actions: dict[str, Any] = {name: Action(settings[name]) for name in _ALLOWED}
    return Profile(
        **{name: settings[name] for name in _PLAIN},
        **actions,
        protection=Protection(**{name: tuple(settings["protection"][name]) for name in _LISTS}),
        enriches=tuple(settings["enriches"]),
        # A run that began before there were items has none.
        items=settings.get("items", ""),
    )
