"""Reasons about items in motion in the words of the desk: claims, damage, parts, bundles, returns, rotations."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from circulation.errors import Code
from web.ui.money import amount_text

Facts = Mapping[str, Any]
Told = tuple[str, str, str]

# What was done to an item, for its history and the audit log.
ITEM_ACTIONS = {
    "circulation.add_to_rotation": _("Put into a rotating collection"),
    "circulation.bulk_change": _("Changed items in bulk"),
    "circulation.cancel_transit": _("Cancelled the transit"),
    "circulation.change_rotation": _("Changed a rotating collection"),
    "circulation.change_subscription": _("Changed a subscription"),
    "circulation.claim_issue": _("Claimed a late issue"),
    "circulation.claim_never_had": _("Patron says: never had"),
    "circulation.claim_returned": _("Patron says: returned"),
    "circulation.count_bundle": _("Counted what's in the bundle"),
    "circulation.end_rotation": _("Ended a rotating collection"),
    "circulation.end_subscription": _("Ended a subscription"),
    "circulation.expect_issue_again": _("Expected an issue again"),
    "circulation.give_up_claim": _("Looked for in vain"),
    "circulation.give_up_issue": _("Marked an issue as missing"),
    "circulation.note_parts": _("Counted the parts"),
    "circulation.put_into_bundle": _("Put into a bundle"),
    "circulation.receive_issue": _("Received an issue"),
    "circulation.report_damaged": _("Marked as damaged"),
    "circulation.report_lost": _("Marked as lost"),
    "circulation.report_missing": _("Marked as missing"),
    "circulation.report_repaired": _("Marked as repaired"),
    "circulation.see_item": _("Seen at an inventory"),
    "circulation.send_rotation": _("Sent on with its collection"),
    "circulation.subscribe": _("Subscribed to a periodical"),
    "circulation.take_back_claim": _("Took a claim back"),
    "circulation.take_out_of_bundle": _("Taken out of its bundle"),
    "circulation.take_out_of_rotation": _("Taken out of its rotating collection"),
    "circulation.undo_bulk_change": _("Undid a bulk change"),
    "circulation.withdraw_item": capfirst(_("withdrawn")),
}


def _in_bundle(facts: Facts) -> Told:
    return (
        gettext("It's part of a bundle."),
        gettext("The bundle's barcode is %(barcode)s.") % {"barcode": facts.get("barcode", "")},
        gettext("Scan the bundle, and put this back into it."),
    )


def _damaged(facts: Facts) -> Told:
    return gettext("It's damaged."), str(facts.get("note", "")), ""


def _count_parts(facts: Facts) -> Told:
    parts, missing = int(facts.get("parts", 0)), int(facts.get("missing", 0))
    text = ngettext("Count: %(count)d part.", "Count: %(count)d parts.", parts - missing) % {"count": parts - missing}
    about = str(facts.get("note", ""))
    if missing:
        known = ngettext("%(count)d is missing already.", "%(count)d are missing already.", missing)
        about = " ".join(filter(None, (about and f"{about}.", known % {"count": missing})))
    return text, about, ""


def _count_bundle(facts: Facts) -> Told:
    contents = int(facts.get("contents", 0))
    text = ngettext("A bundle with %(count)d item in it.", "A bundle with %(count)d items in it.", contents)
    return text % {"count": contents}, "", gettext("Count what's in it.")


def _claims(facts: Facts) -> Told:
    count = int(facts.get("claims", 0))
    text = ngettext(
        "Has said of %(count)d item that it was returned or never had.",
        "Has said of %(count)d items that they were returned or never had.",
        count,
    )
    return text % {"count": count}, "", ""


def _claim_settled(facts: Facts) -> Told:
    return gettext("The patron had said that it was returned; that's settled now."), "", ""


def _lost_claim_ended(facts: Facts) -> Told:
    taken_back, credited = (Decimal(facts[name]) for name in ("taken_back", "credited"))
    about = []
    if taken_back:
        amount = amount_text(taken_back, facts["currency"])
        about.append(gettext("%(amount)s of it isn't owed any more.") % {"amount": amount})
    if credited:
        amount = amount_text(credited, facts["currency"])
        about.append(gettext("%(amount)s was paid, and is the payer's credit now.") % {"amount": amount})
    return gettext("What was claimed from a patron for it is settled."), " ".join(about), ""


def _belongs_here(facts: Facts) -> Told:
    about = gettext("Until now it belonged to %(branch)s.") % {"branch": facts["branch"]} if facts["branch"] else ""
    return gettext("It belongs here now."), about, ""


def _not_here(facts: Facts) -> Told:
    next_step = gettext("Ask for it to be returned at %(branch)s.") % {"branch": facts["branch"]}
    return gettext("This branch doesn't take it back."), "", next_step if facts["branch"] else ""


def _not_on_shelf(facts: Facts) -> Told:
    return gettext("It isn't on the shelf."), "", gettext("Check it in first.")


def _wrong_shelf(facts: Facts) -> Told:
    place = " · ".join(filter(None, (facts.get("mark", ""), facts.get("room", ""))))
    return gettext("It's out of place."), gettext("Its place is %(place)s.") % {"place": place} if place else "", ""


def _check_it_in(facts: Facts) -> Told:
    about = gettext("It belongs to %(branch)s.") % {"branch": facts["branch"]} if facts["branch"] else ""
    return gettext("It's out of place."), about, gettext("Take it to the desk and check it in.")


def _rotates(facts: Facts) -> Told:
    text = gettext("It travels with “%(collection)s” already.") % {"collection": facts.get("collection", "")}
    return text, "", gettext("Take it out of that collection first.")


def _plain(text: Callable[[], str], next_step: Callable[[], str] = lambda: "") -> Callable[[Facts], Told]:
    return lambda facts: (text(), "", next_step())


ITEM_TEXTS: dict[str, Callable[[Facts], Told]] = {
    Code.ITEM_IN_BUNDLE: _in_bundle,
    Code.ITEM_DAMAGED: _damaged,
    Code.COUNT_PARTS: _count_parts,
    Code.COUNT_BUNDLE: _count_bundle,
    Code.HAS_CLAIMS: _claims,
    Code.HAS_SAME_TITLE: lambda facts: (gettext("Has this title on loan already."), "", ""),
    Code.CLAIM_SETTLED: _claim_settled,
    Code.LOST_CLAIM_ENDED: _lost_claim_ended,
    Code.BELONGS_HERE_NOW: _belongs_here,
    Code.RETURN_NOT_HERE: _not_here,
    Code.CLAIMED_ALREADY: _plain(lambda: gettext("The patron has said so already.")),
    Code.NOT_CLAIMED: _plain(lambda: gettext("Nothing is claimed about this loan.")),
    Code.PARTS_TOO_MANY: lambda facts: (
        gettext("It has only %(parts)s parts.") % {"parts": facts.get("parts", 0)},
        "",
        "",
    ),
    Code.ITEM_NOT_ON_SHELF: _not_on_shelf,
    Code.BUNDLE_NESTED: _plain(lambda: gettext("A bundle can't be part of a bundle.")),
    Code.BUNDLE_NOT_EMPTY: lambda facts: (
        gettext("Something is still in this bundle."),
        "",
        gettext("Take it out of the bundle first."),
    ),
    Code.NOT_IN_TRANSIT: _plain(lambda: gettext("It isn't on its way any more.")),
    Code.BUNDLE_EMPTY: _plain(lambda: gettext("Nothing is kept in this item.")),
    Code.CHECK_IT_IN: _check_it_in,
    Code.WRONG_SHELF: _wrong_shelf,
    Code.SAME_BRANCH: _plain(lambda: gettext("Choose two different branches.")),
    Code.NOT_SENT_ALREADY: _plain(lambda: gettext("This is in the list already.")),
    Code.NOTHING_TO_CHANGE: _plain(lambda: gettext("Choose the items, and what's to become of them.")),
    Code.LIST_TOO_LONG: lambda facts: (
        gettext("A list may have %(limit)d barcodes; this one has %(count)d.")
        % {"limit": Decimal(facts["limit"]), "count": facts["count"]},
        "",
        "",
    ),
    Code.LAST_COPY: _plain(lambda: gettext("It's one of the last copies, which are to stay.")),
    Code.NOT_NOW: _plain(lambda: gettext("It has been begun or undone already.")),
    Code.SUBSCRIPTION_GONE: _plain(
        lambda: gettext("This subscription has ended."), lambda: gettext("What has come is changed on its item's page.")
    ),
    Code.SUBSCRIBED_ALREADY: _plain(lambda: gettext("The branch subscribes to it already.")),
    Code.NUMBER_BEYOND_YEAR: _plain(
        lambda: gettext("So many issues don't come in a year."),
        lambda: gettext("Say that the numbers go on over the new year, or how often issues come."),
    ),
    Code.SUBSCRIPTION_TOO_SHORT: _plain(
        lambda: gettext("The subscription ends before its next issue comes."),
        lambda: gettext("Choose a later day, or end the subscription."),
    ),
    Code.ROOM_ELSEWHERE: _plain(lambda: gettext("The room belongs to another branch.")),
    Code.NOTHING_TO_CLAIM: _plain(lambda: gettext("No issue is ticked.")),
    Code.ISSUES_CHANGED: _plain(
        lambda: gettext("One of these issues has come or changed since, so nothing was claimed."),
        lambda: gettext("Look at the list, and claim again."),
    ),
    Code.ISSUE_MALFORMED: _plain(
        lambda: gettext("There's no year in the issue's name."), lambda: gettext("Write it as 2026:5 or 2026:index.")
    ),
    Code.ISSUE_HERE: _plain(lambda: gettext("This issue has arrived already.")),
    Code.ISSUE_UNTOUCHED: _plain(lambda: gettext("This issue is still expected.")),
    Code.ISSUE_USED: lambda facts: (
        gettext("Its item %(barcode)s has been used since.") % {"barcode": facts.get("barcode", "")},
        "",
        gettext("Withdraw the item instead."),
    ),
    Code.ROTATION_UNKNOWN: _plain(lambda: gettext("This collection isn't there any more.")),
    Code.ROTATION_ENDED: _plain(lambda: gettext("This collection's tour is over.")),
    Code.ROTATION_NAME_TAKEN: _plain(lambda: gettext("Another collection has this name.")),
    Code.ROTATION_NO_STOP_LEFT: _plain(
        lambda: gettext("The plan has no further stop."), lambda: gettext("Add a stop, or end the tour.")
    ),
    Code.ROTATION_STOP_PASSED: _plain(lambda: gettext("The collection is at this stop, or has been.")),
    Code.ROTATES_WITH_ANOTHER: _rotates,
}
