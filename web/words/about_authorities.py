"""What kinds of authorities are called."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

KIND_NAMES = {
    "PERSON": _("Person"),
    "CORPORATE": _("Corporate body"),
    "SUBJECT": _("Subject"),
    "CLASS": pgettext_lazy("of a classification", "Class"),
}
