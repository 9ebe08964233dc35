"""Names of what searches tell apart: materials, languages, audiences; and the drawing that stands for a material."""

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

MATERIALS = {
    "BOOK": _("Book"),
    "E_BOOK": _("E-book"),
    "AUDIOBOOK": _("Audiobook"),
    "E_AUDIOBOOK": _("Audiobook online"),
    "MUSIC": _("Music"),
    "SHEET_MUSIC": _("Sheet music"),
    "FILM": _("Film"),
    "GAME": _("Game"),
    "MAGAZINE": _("Magazine"),
    "MAP": _("Map"),
    "PICTURE": _("Picture"),
    "OTHER": _("Other"),
}
AUDIENCES = {"ADULT": _("Adults"), "YOUNG": _("Young people"), "CHILD": _("Children")}
LANGUAGES = {
    "dan": _("Danish"),
    "swe": _("Swedish"),
    "fin": _("Finnish"),
    "nor": _("Norwegian"),
    "nob": _("Norwegian (bokmål)"),
    "nno": _("Norwegian (nynorsk)"),
    "eng": _("English"),
    "ger": _("German"),
    "fre": _("French"),
    "spa": _("Spanish"),
    "ita": _("Italian"),
    "ice": _("Icelandic"),
    "fao": _("Faroese"),
    "kal": _("Greenlandic"),
    "sme": _("Northern Sami"),
    "est": _("Estonian"),
    "rus": _("Russian"),
    "pol": _("Polish"),
    "ara": _("Arabic"),
    "tur": _("Turkish"),
    "per": _("Persian"),
    "som": _("Somali"),
    "ukr": _("Ukrainian"),
    "lat": _("Latin"),
    "nep": _("Nepali"),
    "mul": pgettext_lazy("language of a title", "Several languages"),
    "und": pgettext_lazy("language of a title", "Not known"),
    "zxx": pgettext_lazy("language of a title", "Without words"),
}
_COVERS = {
    "AUDIOBOOK": "sound",
    "E_AUDIOBOOK": "sound",
    "MUSIC": "sound",
    "E_BOOK": "e",
    "FILM": "film",
    "GAME": "film",
}


def material_name(code: str) -> str:
    """Return what a kind of material is called."""
    return str(MATERIALS.get(code, MATERIALS["OTHER"]))


def language_name(code: str) -> str:
    """Return what a title's language is called; its code when nobody knows a name."""
    return str(LANGUAGES.get(code, code))


def audience_name(code: str) -> str:
    """Return whom a title is for."""
    return str(AUDIENCES.get(code, ""))


def decade_name(value: str) -> str:
    """Return how ten years are written."""
    return gettext("%(first)s–%(last)s") % {"first": value, "last": int(value) + 9}


def cover_kind(material_type: str, audience: str = "") -> str:
    """Return the drawing of a cover: book, sound, e, film or young."""
    if material_type == "BOOK" and audience == "CHILD":
        return "young"
    return _COVERS.get(material_type, "book")
