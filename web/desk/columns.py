"""The tables of the desk's lists."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from web.ui.columns import Column, Table, action, register

register(
    Table(
        "debts-ripe",
        (
            Column("patron", _("Patron"), is_needed=True, sort="fee.patron.display_name"),
            Column("what", _("What"), sort="fee.description"),
            Column("since", _("Since"), sort="since"),
            Column("left", _("Left"), "money", sort="fee.balance"),
        ),
    ),
    Table(
        "debt-batches",
        (
            Column("number", _("Number"), is_needed=True),
            Column("made", _("Made")),
            Column("lines", _("Lines"), "money"),
            Column("receipt", _("Receipt")),
            action(),
        ),
    ),
    Table(
        "debt-claims",
        (
            Column("number", _("Number"), is_needed=True),
            Column("who-pays", _("Who pays")),
            Column("state", _("State")),
            Column("left", _("Left"), "money"),
            Column("what-the-debtor-system-says", _("What the debtor system says"), is_needed=True),
        ),
    ),
    Table(
        "till-entries",
        (
            Column("at", _("At")),
            Column("what", _("What"), is_needed=True),
            Column("patron", _("Patron")),
            Column("paid-by", _("Paid by")),
            Column("amount", _("Amount"), "money"),
        ),
    ),
    Table(
        "tour-stops",
        (
            Column("stop", _("Stop"), is_needed=True),
            Column("planned", _("Planned")),
            Column("state", _("State")),
            action(),
        ),
    ),
    Table(
        "tour-items",
        (
            Column("shelf-mark", _("Shelf mark")),
            Column("title", _("Title"), is_needed=True),
            Column("barcode", _("Barcode")),
            Column("state", _("State")),
            Column("is-at", _("Is at"), "only-wide"),
            action(),
        ),
    ),
    Table(
        "patron-loans",
        (
            Column("state", _("State")),
            Column("title", _("Title"), is_needed=True, sort="title"),
            Column("barcode", _("Barcode"), "only-wide", sort="barcode"),
            Column("due", _("Due"), is_needed=True, sort="loan.due_date"),
            Column("renewed", _("Renewed"), "count only-wide", sort="loan.renewals"),
            action(),
        ),
        place="loans",
    ),
    *(
        Table(
            name,
            (
                Column("what", _("What and why"), is_needed=True, sort="fee.description"),
                Column("left", _("Left"), "money", sort=sort),
                action(),
            ),
            place=place,
        )
        # Of what's settled nothing is left.
        for name, place, sort in (("unpaid-fees", "unpaid", "fee.balance"), ("settled-fees", "settled", ""))
    ),
    Table(
        "memberships",
        (
            Column("name", _("Name"), is_needed=True, sort="display_name"),
            Column("ends", _("Ends"), sort="expires_on"),
            Column("category", _("Category"), "only-wide", sort="category.named"),
            Column("branch", _("Branch"), "only-wide", sort="home_branch.name"),
            action(),
        ),
    ),
    Table(
        "patrons",
        (
            Column("name", _("Name"), is_needed=True),
            Column("card", _("Card"), "only-wide"),
            Column("born", _("Born")),
            Column("category", _("Category"), "only-wide"),
            Column("branch", _("Branch"), "only-wide"),
            action(),
        ),
    ),
    Table(
        "titles",
        (
            Column("here", _("Here")),
            Column("title", _("Title"), is_needed=True),
            Column("year", _("Year"), "count only-wide"),
            Column("kind", _("Kind"), "only-wide"),
            Column("waiting", _("Waiting"), "count"),
        ),
    ),
    Table(
        "orders",
        (
            Column("title", _("Title"), is_needed=True, sort="title"),
            Column("supplier", _("Supplier"), sort="supplier"),
            Column("number", _("Order number"), sort="number"),
            Column("ordered", _("Ordered"), sort="ordered_on"),
            Column("expected", _("Expected"), sort="expected_on"),
            Column("awaited", _("On order"), "count", sort="awaited"),
            Column("copies", _("Copies"), "count", sort="in_all"),
            Column("cost", _("Price in all"), "money", sort="cost"),
        ),
    ),
    Table(
        "weeding",
        (
            Column("shelf-mark", _("Shelf mark"), sort="call_number"),
            Column("title", _("Title"), is_needed=True, sort="record.title"),
            Column("barcode", _("Barcode"), sort="barcode"),
            Column("year", _("Year"), "count", sort="record.year"),
            Column("copies", _("Copies"), "count", sort="copies"),
            Column("loans", _("Loans"), "count", sort="times_lent"),
            Column("last-year", _("In the last year"), "count", sort="last_year"),
            Column("last-lent", _("Last lent"), sort="last_lent"),
            Column("acquired", _("Acquired"), sort="acquired_on"),
        ),
    ),
    Table(
        "bulk-changes",
        (
            Column("at", _("At")),
            Column("who", _("Who"), is_needed=True),
            Column("state", _("State")),
            action(),
        ),
    ),
    Table(
        "kept-searches",
        (
            Column("name", _("Name"), is_needed=True),
            Column("whose", pgettext_lazy("a search", "Whose")),
            action(),
        ),
    ),
    Table(
        "macros",
        (
            Column("name", _("Name"), is_needed=True),
            Column("flavour", _("For records in")),
            Column("key", _("Key")),
            Column("whose", pgettext_lazy("a macro", "Whose")),
            Column("steps", _("Steps")),
        ),
    ),
    Table(
        "claims",
        (
            Column("shelf-mark", _("Shelf mark"), sort="item.call_number"),
            Column("title", _("Title"), is_needed=True, sort="item.record.title"),
            Column("barcode", _("Barcode"), sort="item.barcode"),
            Column("patron", _("Patron"), sort="patron.display_name"),
            Column("said-on", _("Said on"), sort="claimed_at"),
        ),
    ),
    Table(
        "problem-messages",
        (
            Column("made", _("Made"), sort="created_at"),
            Column("message", _("Message"), is_needed=True, sort="subject"),
            Column("patron", _("Patron"), sort="patron_name"),
            Column("why", _("Why"), sort="problem"),
            action(),
        ),
    ),
    Table(
        "print-runs",
        (
            Column("no", _("No.")),
            Column("made", _("Made"), is_needed=True),
            Column("branch", _("Branch")),
            Column("by", pgettext_lazy("person", "By")),
            Column("letters", _("Letters"), "end"),
        ),
    ),
    Table(
        "picks",
        (
            Column("shelf", _("Shelf"), sort="item.call_number"),
            Column("title", _("Title"), is_needed=True, sort="item.record.title"),
            Column("barcode", _("Barcode"), "only-wide", sort="item.barcode"),
            Column("goes-to", _("Goes to"), is_needed=True, sort="hold.pickup_branch.name"),
            Column("asked-for", _("Asked for"), "only-wide", sort="hold.requested_at"),
            action("act no-print"),
        ),
    ),
    Table(
        "overdue",
        (
            Column("state", _("State"), sort="due_date"),
            Column("title", _("Title"), is_needed=True, sort="item.record.title"),
            Column("barcode", _("Barcode"), "only-wide", sort="item.barcode"),
            Column("patron", _("Patron"), sort="patron.display_name"),
            Column("phone", _("Phone"), "only-wide"),
            Column("due", _("Due"), "only-wide", sort="due_date"),
        ),
    ),
    Table(
        "shelf-to-clear",
        (
            Column("no", _("No."), is_needed=True, sort="line.shelf_number"),
            Column("title", _("Title"), is_needed=True, sort="line.item.record.title"),
            Column("barcode", _("Barcode"), "only-wide", sort="line.item.barcode"),
            Column("why", _("Why"), sort="why"),
            Column("was-for", _("Was for"), "only-wide", sort="line.hold.patron.short_name"),
            action("act no-print"),
        ),
    ),
    Table(
        "shelf-ready",
        (
            Column("no", _("No."), is_needed=True, sort="shelf_number"),
            Column("title", _("Title"), is_needed=True, sort="record.title"),
            Column("patron", _("Patron"), sort="patron.short_name"),
            Column("until", _("Until"), "end", sort="shelf_until"),
        ),
    ),
    Table(
        "hopeless",
        (
            Column("since", _("Since"), sort="hold.hopeless_since"),
            Column("title", _("Title"), is_needed=True, sort="hold.record.title"),
            Column("patron", _("Patron"), sort="hold.patron.short_name"),
            Column("items-for-others", _("Items for others"), "only-wide", sort="items"),
            Column("asked-for", _("Asked for"), "only-wide", sort="hold.requested_at"),
            action("act no-print"),
        ),
    ),
    Table(
        "transits",
        (
            Column("sent", _("Sent"), sort="sent_at"),
            Column("title", _("Title"), is_needed=True, sort="item.record.title"),
            Column("barcode", _("Barcode"), "only-wide", sort="item.barcode"),
            Column("from", _("From"), sort="from_branch.name"),
            Column("what-for", _("What for")),
        ),
    ),
    Table(
        "late-transits",
        (
            Column("sent", _("Sent"), sort="sent_at"),
            Column("title", _("Title"), is_needed=True, sort="item.record.title"),
            Column("barcode", _("Barcode"), "only-wide", sort="item.barcode"),
            Column("from", _("From"), sort="from_branch.name"),
            Column("to", _("To"), sort="to_branch.name"),
            Column("what-for", _("What for")),
            action(),
        ),
    ),
    Table(
        "item-history",
        (
            Column("when", _("When")),
            Column("what", _("What"), is_needed=True),
            Column("details", _("Details"), "only-wide"),
            Column("who", _("Who")),
        ),
    ),
    Table(
        "deceased",
        (
            Column("name", _("Name"), is_needed=True),
            Column("since", _("Since")),
            Column("loans", _("Loans")),
            Column("owes", _("Owes")),
            Column("branch", _("Branch"), "only-wide"),
        ),
    ),
    Table(
        "queue",
        (
            Column("place", _("Place"), is_needed=True),
            Column("patron", _("Patron"), is_needed=True),
            Column("pick-up-at", _("Pick up at")),
            Column("asked-for", _("Asked for"), "only-wide"),
            Column("goes", _("Goes")),
            action(),
        ),
    ),
    Table(
        "items",
        (
            Column("shelf-mark", _("Shelf mark"), sort="call_number"),
            Column("title", _("Title"), is_needed=True, sort="record.title"),
            Column("barcode", _("Barcode"), sort="barcode"),
            Column("state", _("State"), sort="status"),
            Column("is-at", _("Is at"), "only-wide", sort="current_branch.name"),
            Column("last-seen", _("Last seen"), "only-wide", sort="last_seen_at"),
        ),
    ),
    Table(
        "duplicates",
        (
            Column("name", _("Name"), is_needed=True),
            Column("born", _("Born"), is_needed=True),
            Column("card", _("Card")),
            Column("address", _("Address"), "only-wide"),
            action(),
        ),
    ),
    Table(
        "reversals",
        (
            Column("patron", _("Patron"), is_needed=True),
            Column("what", _("What")),
            Column("taken-back", _("Taken back"), "money", is_needed=True),
            Column("becomes-credit", _("Becomes credit"), "money"),
        ),
    ),
    Table(
        "letters",
        (
            Column("no", _("No."), is_needed=True),
            Column("to", _("To"), is_needed=True),
            Column("about", _("About")),
            Column("pages", _("Pages"), "end"),
            action("act no-print"),
        ),
    ),
    Table(
        "tours",
        (
            Column("collection", _("Collection"), is_needed=True),
            Column("items", _("Items"), "count"),
            Column("is-at", _("Is at")),
            Column("next-stop", _("Next stop")),
        ),
    ),
    Table(
        "not-seen",
        (
            Column("missing", _("Missing"), is_needed=True),
            Column("shelf-mark", _("Shelf mark"), sort="call_number"),
            Column("title", _("Title"), is_needed=True, sort="record.title"),
            Column("barcode", _("Barcode"), sort="barcode"),
            Column("last-seen", _("Last seen"), "only-wide", sort="last_seen_at"),
        ),
    ),
    Table(
        "items-of-title",
        (
            Column("state", _("State")),
            Column("barcode", _("Barcode"), is_needed=True),
            Column("belongs-to", _("Belongs to")),
            Column("shelf", _("Shelf"), "only-wide"),
            Column("type", _("Type"), "only-wide"),
            Column("due", _("Due"), "only-wide"),
            action(),
        ),
    ),
    Table(
        "outage",
        (
            Column("was-to-be", _("Was to be"), is_needed=True),
            Column("title", _("Title"), is_needed=True),
            Column("patron", _("Patron"), "only-wide"),
            Column("scanned", _("Scanned")),
            Column("by", _("By"), "only-wide"),
        ),
    ),
)
