"""The tables of the school desk's lists."""

from django.utils.translation import gettext_lazy as _

from web.ui.columns import Column, Table, action, register

register(
    Table(
        "classes",
        (
            Column("class", _("Class"), is_needed=True, sort="name"),
            Column("teacher", _("Teacher"), sort="teacher.display_name"),
            Column("pupils", _("Pupils"), "count", sort="pupils"),
            action(),
        ),
    ),
    Table(
        "class-loans",
        (
            Column("patron", _("Patron"), is_needed=True),
            Column("title", _("Title"), is_needed=True),
            Column("barcode", _("Barcode")),
            Column("due", _("Due"), "act"),
        ),
    ),
)
