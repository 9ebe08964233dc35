"""What holds and subscriptions need when two records turn out to be one title.

A patron who waits for both keeps both holds: nothing that she asked for is dropped, and the merge can be undone. Holds
for any edition name the record that stays instead of the one that goes.
"""

from collections import defaultdict
from typing import Any

from django.db.models import Q
from django.utils import timezone

from catalogue import merging
from circulation.models import Hold, Subscription
from common import audit


def register() -> None:
    """Have holds put in order before they move to another record."""
    merging.register("circulation", prepare=_prepare, put_back=_put_back)


def _prepare(goes: int, stays: int) -> dict[str, Any] | None:
    prepared = {
        "numbers": _number_anew(goes, stays),
        "editions": _rename_editions(goes, stays),
        "subscriptions": _end_doubled(goes, stays),
    }
    return prepared if any(prepared.values()) else None


def _number_anew(goes: int, stays: int) -> dict[str, int]:
    """Give the holds that move the next free number among the patron's own; return the numbers that they had."""
    active = Hold.objects.filter(state__in=Hold.ACTIVE, item=None, record__in=(goes, stays))
    taken: dict[tuple[int, str], set[int]] = defaultdict(set)
    moving = []
    for hold in active.select_for_update(of=("self",), no_key=True).order_by("pk"):
        if hold.record_id == stays:
            taken[hold.patron_id, hold.volume].add(hold.number)
        else:
            moving.append(hold)
    before = {}
    # From the highest on, so that none takes the number of one that hasn't moved yet.
    for hold in sorted(moving, key=lambda each: -each.number):
        numbers = taken[hold.patron_id, hold.volume]
        if hold.number in numbers:
            before[str(hold.pk)] = hold.number
            of_goes = {each.number for each in moving if (each.patron_id, each.volume) == (hold.patron_id, hold.volume)}
            hold.number = max(numbers | of_goes) + 1
            hold.save(update_fields=["number"])
        numbers.add(hold.number)
    return before


def _rename_editions(goes: int, stays: int) -> dict[str, list[int]]:
    waiting = Hold.objects.filter(state=Hold.State.QUEUED, any_edition=True)
    naming = waiting.filter(Q(edition_ids__contains=[goes]) | Q(record=goes, edition_ids__contains=[stays]))
    before = {}
    for hold in naming.select_for_update(of=("self",), no_key=True).order_by("pk"):
        before[str(hold.pk)] = hold.edition_ids
        own = stays if hold.record_id == goes else hold.record_id
        named = (stays if each == goes else each for each in hold.edition_ids)
        hold.edition_ids = [each for each in dict.fromkeys(named) if each != own]
        hold.save(update_fields=["edition_ids"])
    return before


def _end_doubled(goes: int, stays: int) -> list[int]:
    """End the subscriptions of branches that have one to the other record too; return which."""
    running = Subscription.objects.filter(ended_on=None)
    kept = running.filter(record=stays).values("branch")
    doubled = running.filter(record=goes, branch__in=kept).select_for_update(of=("self",), no_key=True).order_by("pk")
    ids = []
    for subscription in doubled:
        subscription.ended_on = timezone.localdate()
        subscription.save(update_fields=["ended_on"])
        facts = {"record_id": goes, "merged_into": stays}
        audit.record(action="circulation.end_subscription", actor=None, subject=subscription, facts=facts)
        ids.append(subscription.pk)
    return ids


def _put_back(prepared: dict[str, Any]) -> None:
    for pk, number in prepared["numbers"].items():
        Hold.objects.filter(pk=pk).update(number=number)
    for pk, editions in prepared["editions"].items():
        Hold.objects.filter(pk=pk, any_edition=True).update(edition_ids=editions)
    # Merges from before there were subscriptions have none.
    for subscription in Subscription.objects.filter(pk__in=prepared.get("subscriptions", ())):
        subscription.ended_on = None
        subscription.save(update_fields=["ended_on"])
        facts = {"record_id": subscription.record_id}
        audit.record(action="circulation.subscribe", actor=None, subject=subscription, facts=facts)
