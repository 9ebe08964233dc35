"""The tables of the consoles' lists."""

from django.utils.translation import gettext_lazy as _

from web.ui.columns import Column, Table, action, register

register(
    Table(
        "staff",
        (
            Column("name", _("Name"), is_needed=True, sort="name"),
            Column("user-name", _("User name"), sort="username"),
            Column("role", _("Role"), sort="get_role_display"),
            Column("second-factor", _("Second factor"), "only-wide"),
            Column("state", _("State")),
        ),
    ),
    Table(
        "schools",
        (
            Column("school", _("School"), is_needed=True),
            Column("number", _("Number in the register")),
            Column("year", _("School year")),
            Column("classes", _("Classes"), "count"),
            Column("pupils", _("Pupils"), "count"),
            Column("taken-over", _("Up to date since"), "only-wide"),
        ),
    ),
    Table(
        "imports",
        (
            Column("state", _("State")),
            Column("file", _("File"), is_needed=True),
            Column("started", _("Started")),
            Column("new", _("New"), "count"),
            Column("changed", _("Changed"), "count"),
            Column("failed", _("Failed"), "count"),
        ),
    ),
    Table(
        "own-rules",
        (
            Column("rule", _("Rule"), is_needed=True),
            Column("for", _("For")),
            Column("own-value", _("Own value"), is_needed=True),
            Column("template", _("Template")),
            Column("when", _("When"), "only-wide"),
            Column("by", _("By"), "only-wide"),
        ),
    ),
    Table(
        "own-kinds",
        (
            Column("name", _("Name"), is_needed=True),
            Column("what", _("What"), is_needed=True),
            Column("own-value", _("Own value"), is_needed=True),
            Column("template", _("Template")),
            Column("when", _("When"), "only-wide"),
            Column("by", _("By"), "only-wide"),
        ),
    ),
    Table(
        "own-texts",
        (
            Column("message", _("Message"), is_needed=True),
            Column("for", _("For"), is_needed=True),
            Column("own-value", _("Own value"), is_needed=True),
            Column("standard", _("Standard")),
            Column("when", _("When"), "only-wide"),
            Column("by", _("By"), "only-wide"),
        ),
    ),
    Table(
        "own-settings",
        (
            Column("setting", _("Setting"), is_needed=True),
            Column("for", _("For")),
            Column("own-value", _("Own value"), is_needed=True),
            Column("standard", _("Standard")),
            Column("when", _("When"), "only-wide"),
            Column("by", _("By"), "only-wide"),
        ),
    ),
    Table(
        "jobs",
        (
            Column("state", _("State"), is_needed=True, sort="word"),
            Column("job", _("Job"), is_needed=True, sort="name"),
            Column("started", _("Started"), sort="run.started_at"),
            Column("took", _("Took"), "count only-wide", sort="seconds"),
            Column("counts", _("Counts"), "only-wide"),
            action(),
        ),
    ),
    Table(
        "all-jobs",
        (
            Column("state", _("State"), is_needed=True, sort="word"),
            Column("municipality", _("Municipality"), is_needed=True, sort="municipality.name"),
            Column("job", _("Job"), is_needed=True, sort="name"),
            Column("started", _("Started"), sort="run.started_at"),
            Column("took", _("Took"), "count only-wide", sort="seconds"),
            Column("counts", _("Counts"), "only-wide"),
            action(),
        ),
    ),
    Table(
        "municipalities",
        (
            Column("health", _("Health")),
            Column("municipality", _("Municipality"), is_needed=True, sort="name"),
            Column("country", _("Country"), "only-wide", sort="country"),
            Column("inhabitants", _("Inhabitants"), "count only-widest", sort="population"),
            Column("items", _("Items"), "count only-wide"),
            Column("patrons", _("Patrons"), "count only-wide"),
            Column("errors-24-h", _("Errors, 24 h"), "count", sort="errors"),
            Column("last-job", _("Last job"), "only-widest", sort="last"),
            action(),
        ),
    ),
    Table(
        "outbox-problems",
        (
            Column("state", _("State")),
            Column("message", _("Message"), is_needed=True),
            Column("to", _("To")),
            action(),
        ),
    ),
    Table(
        "outbox",
        (
            Column("state", _("State")),
            Column("message", _("Message"), is_needed=True),
            Column("to", _("To")),
            Column("address", _("Address"), "only-wide"),
            Column("made", _("Made")),
        ),
    ),
    Table(
        "kiosks",
        (
            Column("name", _("Name"), is_needed=True),
            Column("branch", _("Branch")),
            Column("pin", _("PIN")),
            Column("state", _("State")),
            action(),
        ),
    ),
    Table(
        "item-types",
        (
            Column("name", _("Name"), is_needed=True),
            Column("code", _("Code")),
            Column("lent-out", _("Lent out")),
        ),
    ),
    Table(
        "patron-categories",
        (
            Column("name", _("Name"), is_needed=True),
            Column("code", _("Code")),
            Column("behind-the-card", _("Behind the card")),
        ),
    ),
    Table(
        "branches",
        (
            Column("name", _("Name"), is_needed=True),
            Column("kind", _("Kind")),
            Column("group", _("Branch group"), "only-wide"),
            Column("address", _("Address"), "only-wide"),
            Column("opening-days", _("Opening days")),
            Column("state", _("State")),
            action(),
        ),
    ),
    Table(
        "transfer-limits",
        (
            Column("lies-at", _("Lies at"), is_needed=True, sort="from_branch.name"),
            Column("isn-t-sent-to", _("Isn't sent to"), is_needed=True, sort="to_branch.name"),
            Column("item-type", _("Item type"), sort="item_type.named"),
            action(),
        ),
    ),
    Table(
        "look-ups",
        (
            Column("when", _("When")),
            Column("who", _("Who")),
            Column("whom", _("Whom"), is_needed=True),
            Column("what-came-of-it", _("What came of it")),
        ),
    ),
    Table(
        "templates",
        (
            Column("name", _("Name"), is_needed=True, sort="template.name"),
            Column("country", _("Country"), sort="template.get_country_display"),
            Column("followed-by", _("Followed by"), "count", sort="followers"),
        ),
    ),
    Table(
        "cataloguing",
        (
            Column("name", _("Municipality"), is_needed=True, sort="municipality.name"),
            Column("number", _("The public library's number"), sort="library.number"),
            Column("schools", _("The school libraries' number"), sort="library.school_number"),
            Column("common", _("Takes part in the common records"), sort="library.edits_common"),
            Column("national", _("Changes national records"), sort="library.edits_national"),
            Column("shelves", _("Keeps old shelf data"), "only-wide", sort="library.keeps_shelf_data"),
        ),
    ),
    Table(
        "template-changes",
        (
            Column("when", _("When")),
            Column("rule", _("Rule"), is_needed=True),
            Column("for", _("For")),
            Column("before", _("Before")),
            Column("after", _("After")),
            Column("by", _("By")),
            action(),
        ),
    ),
    Table(
        "rule-changes",
        (
            Column("when", _("When")),
            Column("rule", _("Rule"), is_needed=True),
            Column("for", _("For")),
            Column("before", _("Before")),
            Column("after", _("After")),
            Column("by", _("By")),
            action(),
        ),
    ),
    Table(
        "audit",
        (
            Column("when", _("When")),
            Column("who", _("Who")),
            Column("what", _("What"), is_needed=True),
            Column("to-what", _("To what")),
        ),
    ),
)
