"""The tables of the school desk's lists."""

from django.utils.translation import gettext_lazy as _

from web.ui.columns import Column, Table, action, register

register(
    Table(
        "classes",
        (
            Column("class", _("Class"), is_needed=True),
            Column("teacher", _("Teacher")),
            Column("pupils", _("Pupils"), "count"),
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
