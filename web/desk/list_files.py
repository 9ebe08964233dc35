"""The desk's lists as files for spreadsheets: the columns of each. What a page keeps from readers, its file does."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalogue.marc.series import every_series
from common.tables import FileColumn, Kind
from web.titles.names import audience_name, language_name, material_name
from web.ui.list_files import ListFile, file_column, register
from web.words.messages import problem_text


def _of_item(start: str = "") -> tuple[FileColumn, ...]:
    """Return by what an item is found, from a row that has it at a path."""
    return (
        file_column("barcode", _("Barcode"), f"{start}barcode"),
        file_column("shelf-mark", _("Shelf mark"), f"{start}call_number"),
        file_column("title", _("Title"), f"{start}record.title"),
        file_column("author", _("Author"), f"{start}record.author"),
    )


def _phone(row: Any) -> str:
    return "" if row.patron.is_protected else row.patron.phone


def _active_cards(row: Any) -> list[str]:
    return [card.number for card in row.cards.all() if card.is_active]


def _came_in(row: Any) -> Decimal:
    # The ledger counts what's owed, the till what it holds.
    return -row["entry"].amount


_TITLE = (file_column("title", _("Title"), "record.title"), file_column("author", _("Author"), "record.author"))
_TRANSIT = (
    file_column("sent", _("Sent"), "sent_at", Kind.MOMENT),
    *_of_item("item."),
    file_column("from", _("From"), "from_branch.name"),
    file_column("to", _("To"), "to_branch.name"),
)

register(
    ListFile(
        "items",
        _("Items"),
        (
            *_of_item(),
            file_column("year", _("Year"), "record.year", Kind.NUMBER),
            file_column("volume", _("Volume or issue"), "volume"),
            file_column("type", _("Item type"), "item_type.named"),
            file_column("belongs-to", _("Belongs to"), "home_branch.name"),
            file_column("room", _("Room"), "location.name"),
            file_column("state", _("State"), "get_status_display"),
            file_column("is-at", _("Is at"), "current_branch.name"),
            file_column("acquired", _("Acquired"), "acquired_on", Kind.DAY),
            file_column("last-seen", _("Last seen"), "last_seen_at", Kind.MOMENT),
            file_column("price", _("Price"), "price", Kind.MONEY),
            file_column("note", _("Note"), "note"),
            file_column("damaged", _("Damaged"), "damage_note"),
            file_column("parts-missing", _("Parts missing"), "parts_missing", Kind.NUMBER),
        ),
    ),
    ListFile(
        "orders",
        _("Orders"),
        (
            file_column("title", _("Title")),
            file_column("supplier", _("Supplier")),
            file_column("number", _("Order number")),
            file_column("ordered", _("Ordered"), "ordered_on", Kind.DAY),
            file_column("expected", _("Expected"), "expected_on", Kind.DAY),
            file_column("awaited", _("On order"), "awaited", Kind.NUMBER),
            file_column("copies", _("Copies"), "in_all", Kind.NUMBER),
            file_column("cancelled", _("Cancelled copies"), "cancelled", Kind.NUMBER),
            file_column("cost", _("Price in all"), "cost", Kind.MONEY),
            file_column("claims", _("How often claimed"), "claims", Kind.NUMBER),
            file_column("claimed", _("Claimed"), "claimed_on", Kind.DAY),
            file_column("note", _("Note")),
        ),
    ),
    ListFile(
        "weeding",
        _("Weeding"),
        (
            *_of_item(),
            file_column("room", _("Room"), "location.name"),
            file_column("year", _("Year"), "record.year", Kind.NUMBER),
            file_column("copies", _("Copies"), kind=Kind.NUMBER),
            file_column("loans", _("Loans"), "times_lent", Kind.NUMBER),
            file_column("last-year", _("In the last year"), "last_year", Kind.NUMBER),
            file_column("last-lent", _("Last lent"), "last_lent", Kind.DAY),
            file_column("acquired", _("Acquired"), "acquired_on", Kind.DAY),
            file_column("price", _("Price"), "price", Kind.MONEY),
        ),
    ),
    ListFile(
        "bulk-lines",
        _("Change in bulk"),
        (
            file_column("barcode", _("Barcode"), "line.barcode"),
            file_column("title", _("Title"), "line.item.record.title"),
            file_column("shelf-mark", _("Shelf mark"), "line.item.call_number"),
            file_column("state", _("State"), "outcome"),
            file_column("why", _("Why"), "why"),
        ),
    ),
    ListFile(
        "overdue",
        _("Overdue loans"),
        (
            *_of_item("item."),
            file_column("due", _("Due"), "due_date", Kind.DAY),
            file_column("patron", _("Patron"), "patron.display_name"),
            file_column("phone", _("Phone"), _phone),
        ),
    ),
    ListFile(
        "claims",
        _("Said to be returned"),
        (
            *_of_item("item."),
            file_column("patron", _("Patron"), "patron.display_name"),
            file_column("said-on", _("Said on"), "claimed_at", Kind.MOMENT),
        ),
    ),
    ListFile(
        "issue-claims",
        _("Claims to suppliers"),
        (
            file_column("supplier", _("Supplier"), "issue.subscription.supplier"),
            file_column("order-number", _("Order number"), "issue.subscription.order_number"),
            file_column("title", _("Title"), "issue.subscription.record.title"),
            file_column("issn", "ISSN", "issue.subscription.record.issns"),
            file_column("issue", _("Issue"), "text"),
            file_column("expected", _("Expected"), "issue.day", Kind.DAY),
            file_column("state", _("State")),
            file_column("claims", pgettext_lazy("to a supplier", "Claims"), "issue.claims", Kind.NUMBER),
            file_column("claimed", _("Claimed"), "issue.claimed_on", Kind.DAY),
        ),
    ),
    ListFile(
        "picks",
        _("Holds to fetch"),
        (
            *_of_item("item."),
            file_column("volume", _("Volume or issue"), "item.volume"),
            file_column("room", _("Room"), "item.location.name"),
            file_column("goes-to", _("Goes to"), "hold.pickup_branch.name"),
            file_column("patron", _("Patron"), "hold.patron.short_name"),
            file_column("asked-for", _("Asked for"), "hold.requested_at", Kind.MOMENT),
        ),
    ),
    ListFile(
        "shelf-to-clear",
        _("Hold shelf to clear"),
        (
            file_column("no", _("No."), "line.shelf_number", Kind.NUMBER),
            *_of_item("line.item."),
            file_column("why", _("Why"), "why"),
            file_column("was-for", _("Was for"), "line.hold.patron.short_name"),
        ),
    ),
    ListFile(
        "shelf-ready",
        _("Ready for pick-up"),
        (
            file_column("no", _("No."), "shelf_number", Kind.NUMBER),
            *_TITLE,
            file_column("patron", _("Patron"), "patron.short_name"),
            file_column("until", _("Until"), "shelf_until", Kind.DAY),
        ),
    ),
    ListFile(
        "hopeless",
        _("Hopeless holds"),
        (
            file_column("title", _("Title"), "hold.record.title"),
            file_column("author", _("Author"), "hold.record.author"),
            file_column("volume", _("Volume or issue"), "hold.volume"),
            file_column("patron", _("Patron"), "hold.patron.short_name"),
            file_column("items-for-others", _("Items for others"), "items", Kind.NUMBER),
            file_column("asked-for", _("Asked for"), "hold.requested_at", Kind.MOMENT),
            file_column("since", _("Since"), "hold.hopeless_since", Kind.DAY),
        ),
    ),
    ListFile(
        "problem-messages",
        _("Messages that didn't go out"),
        (
            file_column("made", _("Made"), "created_at", Kind.MOMENT),
            file_column("message", _("Message"), "shown_subject"),
            file_column("channel", _("Channel"), "get_channel_display"),
            file_column("patron", _("Patron"), "patron.display_name"),
            file_column("address", _("Address"), "shown_address"),
            file_column("branch", _("Branch"), "branch.name"),
            file_column("state", _("State"), "get_state_display"),
            file_column("why", _("Why"), lambda row: problem_text(row.problem)),
        ),
    ),
    # Whom a child's letter went to isn't said: her name may have become a protected one since.
    ListFile(
        "letters",
        _("Letters"),
        (
            file_column("no", _("No."), "number", Kind.NUMBER),
            file_column("patron", _("Patron"), lambda row: row.notices[0].patron.display_name),
            file_column("about", _("About"), "sheet.subject"),
            file_column("pages", _("Pages"), "pages", Kind.NUMBER),
            file_column("state", _("State"), lambda row: row.notices[0].get_state_display()),
        ),
    ),
    ListFile(
        "patrons",
        _("Patrons"),
        (
            file_column("name", _("Name"), "display_name"),
            file_column("card", _("Card"), _active_cards),
            file_column("born", _("Born"), "birth_date", Kind.DAY),
            file_column("category", _("Category"), "category.named"),
            file_column("branch", _("Branch"), "home_branch.name"),
        ),
    ),
    ListFile(
        "memberships",
        _("Memberships that end"),
        (
            file_column("name", _("Name"), "display_name"),
            file_column("ends", _("Ends"), "expires_on", Kind.DAY),
            file_column("category", _("Category"), "category.named"),
            file_column("branch", _("Branch"), "home_branch.name"),
        ),
    ),
    ListFile(
        "deceased",
        _("Deceased"),
        (
            file_column("name", _("Name"), "patron.display_name"),
            file_column("since", _("Since"), "patron.left_at", Kind.MOMENT),
            file_column("loans", _("Loans"), "loans", Kind.NUMBER),
            file_column("owes", _("Owes"), "owed", Kind.MONEY),
            file_column("branch", _("Branch"), "patron.home_branch.name"),
        ),
    ),
    ListFile(
        "not-seen",
        _("Inventory"),
        (
            *_of_item(),
            file_column("room", _("Room"), "location.name"),
            file_column("last-seen", _("Last seen"), "last_seen_at", Kind.MOMENT),
        ),
    ),
    ListFile(
        "out-of-place",
        _("Inventory"),
        (
            *_of_item(),
            file_column("belongs-to", _("Belongs to"), "home_branch.name"),
            file_column("room", _("Room"), "location.name"),
            file_column("state", _("State"), "get_status_display"),
            file_column("last-seen", _("Last seen"), "last_seen_at", Kind.MOMENT),
        ),
    ),
    ListFile("transits", _("On their way here"), _TRANSIT),
    ListFile("late-transits", _("Late on their way, from and to here"), _TRANSIT),
    ListFile(
        "debts-ripe",
        _("Debt collection"),
        (
            file_column("patron", _("Patron"), "fee.patron.display_name"),
            file_column("what", _("What"), "fee.description"),
            file_column("since", _("Since"), "since", Kind.DAY),
            file_column("left", _("Left"), "fee.balance", Kind.MONEY),
        ),
    ),
    ListFile(
        "till-entries",
        _("Cash-up"),
        (
            file_column("at", _("At"), "entry.at", Kind.MOMENT),
            file_column("what", _("What"), "text"),
            file_column("kind", _("Kind"), "entry.fee.get_kind_display"),
            file_column("patron", _("Patron"), "entry.fee.patron.display_name"),
            file_column("paid-by", _("Paid by"), "method"),
            file_column("staff", _("Staff"), "entry.actor.name"),
            file_column("amount", _("Amount"), _came_in, Kind.MONEY),
        ),
    ),
    ListFile(
        "titles",
        _("Titles"),
        (
            file_column("number", _("Record number"), "control_number"),
            file_column("title", _("Title"), "title"),
            file_column("remainder", _("Remainder of title"), "remainder"),
            file_column("author", _("Author"), "author"),
            file_column("others", _("Contributors"), "contributors"),
            file_column("edition", _("Edition"), "edition"),
            file_column("publisher", _("Publisher"), "publisher"),
            file_column("year", _("Year"), "year", Kind.NUMBER),
            file_column("language", _("Language"), lambda row: language_name(row.language) if row.language else ""),
            file_column("kind", _("Kind"), lambda row: material_name(row.material_type)),
            file_column("for", _("For"), lambda row: audience_name(row.audience)),
            file_column("isbn", "ISBN", "isbns"),
            file_column("issn", "ISSN", "issns"),
            file_column("classification", _("Classification"), "classification"),
            file_column("subjects", _("Subjects"), "subjects"),
            file_column("series", _("Series"), every_series),
            file_column("extent", _("Extent"), "extent"),
            file_column("changed", _("Changed"), "changed_at", Kind.MOMENT),
        ),
    ),
)
