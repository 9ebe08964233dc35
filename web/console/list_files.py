"""The console's lists as files for spreadsheets."""

from django.utils.translation import gettext_lazy as _

from catalogue.selectors.import_reports import COLUMNS
from web.ui.list_files import ListFile, register

register(ListFile("import-lines", _("Import"), COLUMNS))
