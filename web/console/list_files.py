"""The console's lists as files for spreadsheets."""

from django.utils.translation import gettext_lazy as _

from catalogue.selectors.import_reports import COLUMNS
from common.tables import Kind
from web.ui.list_files import ListFile, file_column, register
from web.words.messages import NOTICE_KINDS, problem_text

register(
    ListFile("import-lines", _("Import"), COLUMNS),
    # Whom a message to a child went to isn't said: her name may have become a protected one since.
    ListFile(
        "outbox",
        _("Outbox"),
        (
            file_column("made", _("Made"), "created_at", Kind.MOMENT),
            file_column("sent", _("Sent"), "sent_at", Kind.MOMENT),
            file_column("state", _("State"), "get_state_display"),
            file_column("why", _("Why"), lambda row: problem_text(row.problem)),
            file_column("kind", _("Kind"), lambda row: NOTICE_KINDS.get(row.kind, row.kind)),
            file_column("channel", _("Channel"), "get_channel_display"),
            file_column("message", _("Message"), "shown_subject"),
            file_column("patron", _("Patron"), "patron.display_name"),
            file_column("address", _("Address"), "shown_address"),
            file_column("branch", _("Branch"), "branch.name"),
        ),
    ),
)
