"""What moves when two entries are merged, in words."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

_KINDS = {
    "circulation.loan": _("Loans"),
    "circulation.hold": _("Holds"),
    "circulation.fee": _("Fees"),
    "patrons.card": _("Cards"),
    "patrons.patronnote": _("Notes"),
    "patrons.block": _("Blocks"),
    "patrons.guardianship": _("Family"),
    "patrons.contactperson": _("Contact persons"),
    "notices.notice": _("Messages"),
    "schools.classmembership": _("Classes"),
    "schools.schoolclass": _("Classes"),
}


def moving_words(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return how many of each kind of thing would move, by their names; what has none is told together."""
    told: dict[str, int] = {}
    for kind, count in counts.items():
        name = str(_KINDS.get(kind, _("Other")))
        told[name] = told.get(name, 0) + count
    return sorted(told.items())
