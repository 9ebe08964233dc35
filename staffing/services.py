"""Changes where an account works and how she likes her desk, with her macros and kept searches."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, transaction

from accounts.errors import NOT_PERMITTED, PIN_NOT_VALID, AccountRefused
from accounts.models import StaffAccount
from catalogue.marc.records import Flavour
from catalogue.rules.macro_lines import steps_in
from common.audit import record
from common.errors import Reason
from holdings.models import Branch
from staffing.errors import Code, MacroRefused, SearchRefused
from staffing.models import DeskHabits, Kiosk, Macro, StaffSearch, WorkPlace
from staffing.selectors import branches_of, token_hash

LOCK_MINUTES = (2, 5, 10, 20, 30)
_PIN_LENGTHS = range(4, 9)
MOST_MACROS = 100
MOST_SEARCHES = 50


@dataclass(frozen=True)
class MacroContent:
    """What a macro says.

    :ivar number: the digit of its key; None for none
    """

    name: str
    flavour: Flavour
    steps: str
    number: int | None
    is_shared: bool


@transaction.atomic
def choose_branch(*, account: StaffAccount, branch_id: int) -> Branch:
    """Work at this branch from now on, also after the next log-in.

    :raises AccountRefused: NOT_PERMITTED if the branch is unknown, closed for business or not one of hers
    """
    branch = next((branch for branch in branches_of(account) if branch.pk == branch_id), None)
    if branch is None:
        raise AccountRefused([Reason(NOT_PERMITTED)])
    DeskHabits.objects.update_or_create(account=account, defaults={"branch": branch})
    record(action="staffing.choose_branch", actor=account, subject=branch)
    return branch


@transaction.atomic
def change_keys(*, account: StaffAccount, keys: Mapping[str, str]) -> None:
    """Keep the keys that differ from the default table; the screen has checked that browsers let a page take them."""
    DeskHabits.objects.update_or_create(account=account, defaults={"keys": dict(keys)})
    record(action="staffing.change_keys", actor=account, subject=account)


@transaction.atomic
def set_work_places(*, account: StaffAccount, branch_ids: Sequence[int], actor: StaffAccount) -> None:
    """Let the account work at these branches only; none means at all."""
    WorkPlace.objects.filter(account=account).exclude(branch_id__in=branch_ids).delete()
    WorkPlace.objects.bulk_create(
        [WorkPlace(account=account, branch_id=branch_id) for branch_id in branch_ids], ignore_conflicts=True
    )
    if branch_ids:
        # Where she has worked so far may be none of them; her next page asks for the branch.
        DeskHabits.objects.filter(account=account).exclude(branch__in=branch_ids).update(branch=None)
    record(action="staffing.set_work_places", actor=actor, subject=account, facts={"branches": sorted(branch_ids)})


def looks_like_pin(pin: str) -> bool:
    """Return whether this could be a PIN: four to eight digits."""
    return pin.isascii() and pin.isdecimal() and len(pin) in _PIN_LENGTHS


@transaction.atomic
def set_lock_pin(*, account: StaffAccount, pin: str, minutes: int) -> None:
    """Lock her screen after so many minutes without a touch, to be unlocked by this PIN.

    :raises AccountRefused: PIN_NOT_VALID unless it's four to eight digits, not all the same
    """
    if not looks_like_pin(pin) or len(set(pin)) == 1 or minutes not in LOCK_MINUTES:
        raise AccountRefused([Reason(PIN_NOT_VALID)])
    DeskHabits.objects.update_or_create(
        account=account, defaults={"lock_pin": make_password(pin), "lock_minutes": minutes}
    )
    record(action="staffing.set_lock_pin", actor=account, subject=account, facts={"minutes": minutes})


@transaction.atomic
def remove_lock_pin(*, account: StaffAccount) -> None:
    """Never lock her screen."""
    DeskHabits.objects.filter(account=account).update(lock_pin="")
    record(action="staffing.remove_lock_pin", actor=account, subject=account)


@transaction.atomic
def unlock(*, account: StaffAccount, pin: str) -> bool:
    """Return whether the PIN is hers; the log keeps both."""
    habits = DeskHabits.objects.filter(account=account).first()
    right = habits is not None and bool(habits.lock_pin) and check_password(pin, habits.lock_pin)
    record(action="staffing.unlock", actor=account, subject=account, facts={"right": right})
    return right


@transaction.atomic
def add_kiosk(*, name: str, branch: Branch, asks_pin: bool, actor: StaffAccount, now: datetime) -> tuple[Kiosk, str]:
    """Make a self-check machine and return it with the token that opens it, which is kept as a hash only."""
    token = secrets.token_urlsafe(32)
    kiosk = Kiosk.objects.create(
        name=name, branch=branch, asks_pin=asks_pin, token_sha256=token_hash(token), made_at=now
    )
    record(action="staffing.add_kiosk", actor=actor, subject=kiosk, facts={"branch_id": branch.pk, "pin": asks_pin})
    return kiosk, token


@transaction.atomic
def renew_kiosk_link(*, kiosk: Kiosk, actor: StaffAccount) -> str:
    """Return a new token; the machine that has the old one stops at its next request."""
    kiosk = Kiosk.objects.select_for_update().get(pk=kiosk.pk)
    token = secrets.token_urlsafe(32)
    kiosk.token_sha256 = token_hash(token)
    kiosk.save(update_fields=["token_sha256"])
    record(action="staffing.renew_kiosk_link", actor=actor, subject=kiosk)
    return token


@transaction.atomic
def change_kiosk(*, kiosk: Kiosk, asks_pin: bool, ended: bool, actor: StaffAccount, now: datetime) -> Kiosk:
    """Say whether it asks for the PIN, and whether it's in use."""
    kiosk = Kiosk.objects.select_for_update().get(pk=kiosk.pk)
    kiosk.asks_pin = asks_pin
    kiosk.ended_at = (kiosk.ended_at or now) if ended else None
    kiosk.save(update_fields=["asks_pin", "ended_at"])
    record(action="staffing.change_kiosk", actor=actor, subject=kiosk, facts={"pin": asks_pin, "ended": ended})
    return kiosk


@transaction.atomic
def save_macro(
    *, content: MacroContent, actor: StaffAccount, macro_id: int | None = None, expected_version: int = 0
) -> Macro:
    """Make a macro, the actor's own or a shared one, or change one of those that she has.

    :param expected_version: of one that's changed, the version that she read
    :raises MacroRefused: with every reason found
    """
    macro, before = Macro(), {}
    if macro_id is not None:
        macro = _locked_macro(macro_id, actor, expected_version)
        before = {"before": _facts_of(macro)}
        macro.version += 1
    comes_new = macro_id is None or macro.is_shared != content.is_shared
    # Others work with it.
    kept = [Reason(Code.STAYS_SHARED)] if before and macro.is_shared and not content.is_shared else []
    macro.account = None if content.is_shared else actor
    macro.name, macro.flavour, macro.number = content.name.strip(), content.flavour, content.number
    macro.steps = content.steps.replace("\r\n", "\n").strip("\n")
    if reasons := [*kept, *_reasons_against(macro), *_reasons_taken(macro, comes_new=comes_new)]:
        raise MacroRefused(reasons)
    try:
        with transaction.atomic():
            macro.save()
    except IntegrityError as error:
        # Somebody else took the name or the number between the look and the save.
        raise MacroRefused(_reasons_taken(macro, comes_new=comes_new) or [Reason(Code.STALE)]) from error
    facts = {**_facts_of(macro), "version": macro.version, **before}
    record(action="staffing.save_macro", actor=actor, subject=macro, facts=facts)
    return macro


@transaction.atomic
def delete_macro(*, macro_id: int, expected_version: int, actor: StaffAccount) -> None:
    """Delete one of the macros that the actor has.

    :raises MacroRefused: NO_SUCH_MACRO, or STALE if somebody has changed it since she read it
    """
    macro = _locked_macro(macro_id, actor, expected_version)
    record(action="staffing.delete_macro", actor=actor, subject=macro, facts=_facts_of(macro))
    macro.delete()


def _locked_macro(pk: int, actor: StaffAccount, expected_version: int) -> Macro:
    found = Macro.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None or found.account_id not in (None, actor.pk):
        raise MacroRefused([Reason(Code.NO_SUCH_MACRO)])
    if found.version != expected_version:
        raise MacroRefused([Reason(Code.STALE)])
    return found


def _facts_of(macro: Macro) -> dict[str, Any]:
    told = {"name": macro.name, "family": macro.flavour, "number": macro.number}
    return {**told, "steps": macro.steps, "shared": macro.is_shared}


def _reasons_against(macro: Macro) -> list[Reason]:
    _, faults = steps_in(macro.steps, Flavour(macro.flavour))
    reasons = [Reason(Code.NOT_READ, facts={"line": line, "fault": fault}) for line, fault in faults]
    if not macro.name:
        reasons.append(Reason(Code.NO_NAME))
    return reasons


def _reasons_taken(macro: Macro, *, comes_new: bool) -> list[Reason]:
    """Return what the macros among which it is, or comes new, have against it."""
    others = Macro.objects.filter(account=macro.account).exclude(pk=macro.pk)
    reasons = []
    if comes_new and others.count() >= MOST_MACROS:
        reasons.append(Reason(Code.TOO_MANY, facts={"most": MOST_MACROS}))
    others = others.filter(flavour=macro.flavour)
    if others.filter(name=macro.name).exists():
        reasons.append(Reason(Code.NAME_TAKEN, facts={"name": macro.name}))
    if macro.number and (other := others.filter(number=macro.number).first()):
        reasons.append(Reason(Code.NUMBER_TAKEN, facts={"number": macro.number, "name": other.name}))
    return reasons


@transaction.atomic
def keep_search(*, name: str, query: str, is_shared: bool, actor: StaffAccount) -> StaffSearch:
    """Keep a search of the catalogue under a name, as the actor's own or for all staff of the library.

    :param query: as in the address of its page
    :raises SearchRefused: NO_NAME, NOTHING_ASKED, NAME_TAKEN or TOO_MANY
    """
    search = StaffSearch(account=None if is_shared else actor, name=name.strip(), query=query)
    _save_search(search)
    record(action="staffing.keep_search", actor=actor, subject=search, facts=_as_told(search))
    return search


@transaction.atomic
def change_search(
    *, search_id: int, name: str, is_shared: bool, expected_version: int, actor: StaffAccount
) -> StaffSearch:
    """Rename one of the searches that the actor has, or share it.

    :raises SearchRefused: NO_SUCH_SEARCH, STALE if somebody has changed it since she read it, STAYS_SHARED, or as for a
        new one
    """
    search = _locked_search(search_id, actor, expected_version)
    if search.is_shared and not is_shared:
        raise SearchRefused([Reason(Code.STAYS_SHARED)])
    before = _as_told(search)
    search.account, search.name = None if is_shared else actor, name.strip()
    search.version += 1
    _save_search(search)
    facts = {**_as_told(search), "before": before}
    record(action="staffing.change_search", actor=actor, subject=search, facts=facts)
    return search


@transaction.atomic
def delete_search(*, search_id: int, expected_version: int, actor: StaffAccount) -> None:
    """Delete one of the searches that the actor has.

    :raises SearchRefused: NO_SUCH_SEARCH, or STALE if somebody has changed it since she read it
    """
    search = _locked_search(search_id, actor, expected_version)
    record(action="staffing.delete_search", actor=actor, subject=search, facts=_as_told(search))
    search.delete()


def _locked_search(pk: int, actor: StaffAccount, expected_version: int) -> StaffSearch:
    found = StaffSearch.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None or found.account_id not in (None, actor.pk):
        raise SearchRefused([Reason(Code.NO_SUCH_SEARCH)])
    if found.version != expected_version:
        raise SearchRefused([Reason(Code.STALE)])
    return found


def _save_search(search: StaffSearch) -> None:
    reasons = [] if search.name else [Reason(Code.NO_NAME)]
    if search.query in ("", "?"):
        reasons.append(Reason(Code.NOTHING_ASKED))
    if reasons := [*reasons, *_reasons_against_search(search)]:
        raise SearchRefused(reasons)
    try:
        with transaction.atomic():
            search.save()
    except IntegrityError as error:
        # Somebody else took the name between the look and the save.
        raise SearchRefused(_reasons_against_search(search) or [Reason(Code.STALE)]) from error


def _reasons_against_search(search: StaffSearch) -> list[Reason]:
    others = StaffSearch.objects.filter(account=search.account).exclude(pk=search.pk)
    reasons = []
    if others.count() >= MOST_SEARCHES:
        reasons.append(Reason(Code.TOO_MANY, facts={"most": MOST_SEARCHES}))
    if others.filter(name=search.name).exists():
        reasons.append(Reason(Code.NAME_TAKEN, facts={"name": search.name}))
    return reasons


def _as_told(search: StaffSearch) -> dict[str, Any]:
    told = {"name": search.name, "query": search.query, "shared": search.is_shared}
    return {**told, "version": search.version}
