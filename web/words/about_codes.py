"""Names of a record's coded places, and of the codes that are used most; the others are shown as they are."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

_Words = str | Promise

_CORRECTED, _NEW, _DELETED = (
    pgettext_lazy("coded in MARC", "corrected"),
    pgettext_lazy("coded in MARC", "new"),
    pgettext_lazy("coded in MARC", "deleted"),
)
_TEXT, _SCORE, _MAP = (
    pgettext_lazy("coded in MARC", "text"),
    pgettext_lazy("coded in MARC", "notated music"),
    pgettext_lazy("coded in MARC", "map"),
)
_SPEECH, _MUSIC, _PICTURE, _FILM, _OBJECT = (
    pgettext_lazy("coded in MARC", "sound other than music"),
    pgettext_lazy("coded in MARC", "music"),
    pgettext_lazy("coded in MARC", "picture"),
    pgettext_lazy("coded in MARC", "film"),
    pgettext_lazy("coded in MARC", "object"),
)
_FILE, _MIXED = pgettext_lazy("coded in MARC", "program or data"), pgettext_lazy("coded in MARC", "mixed material")
_SINGLE, _PERIODICAL, _ARTICLE = (
    pgettext_lazy("coded in MARC", "single title"),
    pgettext_lazy("coded in MARC", "periodical"),
    pgettext_lazy("coded in MARC", "article or part"),
)
_ONLINE, _BRAILLE, _LARGE = (
    pgettext_lazy("coded in MARC", "online"),
    pgettext_lazy("coded in MARC", "braille"),
    pgettext_lazy("coded in MARC", "large print"),
)
_NO, _YES = pgettext_lazy("coded in MARC", "no"), pgettext_lazy("coded in MARC", "yes")

_PLACES: Mapping[str, _Words] = {
    "status": pgettext_lazy("place in MARC", "Status of the record"),
    "record_type": pgettext_lazy("place in MARC", "Type of material"),
    "level": pgettext_lazy("place in MARC", "Bibliographic level"),
    "control": pgettext_lazy("place in MARC", "Archival control"),
    "encoding_level": pgettext_lazy("place in MARC", "Fullness"),
    "cataloguing_form": pgettext_lazy("place in MARC", "Rules and punctuation"),
    "multipart": pgettext_lazy("place in MARC", "Part of several"),
    "date_entered": pgettext_lazy("place in MARC", "Entered"),
    "date_type": pgettext_lazy("place in MARC", "Kind of date"),
    "first_year": pgettext_lazy("place in MARC", "First year"),
    "second_year": pgettext_lazy("place in MARC", "Last year"),
    "country": _("Country"),
    "language": _("Language"),
    "modified": pgettext_lazy("place in MARC", "Modified"),
    "source": pgettext_lazy("place in MARC", "Catalogued by"),
    "audience": pgettext_lazy("place in MARC", "Audience"),
    "form": pgettext_lazy("place in MARC", "Form of item"),
    "original_form": pgettext_lazy("place in MARC", "Form of the original"),
    "government": pgettext_lazy("place in MARC", "Government publication"),
    "conference": pgettext_lazy("place in MARC", "Conference publication"),
    "index": pgettext_lazy("place in MARC", "Index"),
    "illustrations": pgettext_lazy("place in MARC", "Illustrations"),
    "contents": pgettext_lazy("place in MARC", "Nature of contents"),
    "festschrift": pgettext_lazy("place in MARC", "Festschrift"),
    "literary_form": pgettext_lazy("place in MARC", "Literary form"),
    "biography": pgettext_lazy("place in MARC", "Biography"),
    "frequency": pgettext_lazy("place in MARC", "Frequency"),
    "regularity": pgettext_lazy("place in MARC", "Regularity"),
    "serial_type": pgettext_lazy("place in MARC", "Kind of periodical"),
    "alphabet": pgettext_lazy("place in MARC", "Alphabet of the title"),
    "entry": pgettext_lazy("place in MARC", "Entry convention"),
    "relief": pgettext_lazy("place in MARC", "Relief"),
    "projection": pgettext_lazy("place in MARC", "Projection"),
    "map_type": pgettext_lazy("place in MARC", "Kind of map"),
    "special_format": pgettext_lazy("place in MARC", "Special format"),
    "composition": pgettext_lazy("place in MARC", "Form of composition"),
    "music_format": pgettext_lazy("place in MARC", "Format of the music"),
    "music_parts": pgettext_lazy("place in MARC", "Parts"),
    "accompanying": pgettext_lazy("place in MARC", "Accompanying matter"),
    "spoken_text": pgettext_lazy("place in MARC", "Literary text of a recording"),
    "transposition": pgettext_lazy("place in MARC", "Transposition"),
    "file_type": pgettext_lazy("place in MARC", "Kind of file"),
    "running_time": pgettext_lazy("place in MARC", "Running time in minutes"),
    "visual_type": pgettext_lazy("place in MARC", "Kind of picture or thing"),
    "technique": pgettext_lazy("place in MARC", "Technique"),
    "danish_status": pgettext_lazy("place in MARC", "Status of the record"),
    "danish_record": pgettext_lazy("place in MARC", "Level in a work of several volumes"),
    "danish_type": pgettext_lazy("place in MARC", "Kind of publication"),
    "danish_issue": pgettext_lazy("place in MARC", "Status of the publication"),
    "danish_audience": pgettext_lazy("place in MARC", "Audience"),
    "danish_level": pgettext_lazy("place in MARC", "Fullness"),
    "danish_material": pgettext_lazy("place in MARC", "Type of material"),
    "danish_carrier": pgettext_lazy("place in MARC", "Carrier"),
}
_VALUES: Mapping[str, Mapping[str, _Words]] = {
    "status": {"n": _NEW, "c": _CORRECTED, "d": _DELETED},
    "record_type": {
        "a": _TEXT,
        "c": _SCORE,
        "e": _MAP,
        "g": _FILM,
        "i": _SPEECH,
        "j": _MUSIC,
        "k": _PICTURE,
        "m": _FILE,
        "o": _MIXED,
        "p": _MIXED,
        "r": _OBJECT,
    },
    "level": {"m": _SINGLE, "s": _PERIODICAL, "a": _ARTICLE, "b": _ARTICLE},
    "audience": {
        "e": _("Adults"),
        "d": _("Young people"),
        **dict.fromkeys("abcj", _("Children")),
    },
    "form": {"o": _ONLINE, "f": _BRAILLE, "d": _LARGE},
    "original_form": {"o": _ONLINE, "f": _BRAILLE, "d": _LARGE},
    "conference": {"0": _NO, "1": _YES},
    "index": {"0": _NO, "1": _YES},
    "festschrift": {"0": _NO, "1": _YES},
    "literary_form": {
        "0": pgettext_lazy("coded in MARC", "non-fiction"),
        "1": pgettext_lazy("coded in MARC", "fiction"),
        "f": pgettext_lazy("coded in MARC", "novel"),
        "j": pgettext_lazy("coded in MARC", "short stories"),
        "p": pgettext_lazy("coded in MARC", "poetry"),
        "d": pgettext_lazy("coded in MARC", "drama"),
    },
    "frequency": {
        "a": pgettext_lazy("coded in MARC", "yearly"),
        "q": pgettext_lazy("coded in MARC", "four times a year"),
        "m": pgettext_lazy("coded in MARC", "monthly"),
        "w": pgettext_lazy("coded in MARC", "weekly"),
        "d": pgettext_lazy("coded in MARC", "daily"),
    },
    "serial_type": {
        "p": _PERIODICAL,
        "n": pgettext_lazy("coded in MARC", "newspaper"),
        "m": pgettext_lazy("coded in MARC", "monographic series"),
    },
    "file_type": {"g": pgettext_lazy("coded in MARC", "game"), "d": _TEXT},
    "visual_type": {
        "v": _FILM,
        "m": _FILM,
        "g": pgettext_lazy("coded in MARC", "game"),
        "i": _PICTURE,
        "r": _OBJECT,
        "w": pgettext_lazy("coded in MARC", "toy"),
    },
    "danish_status": {"n": _NEW, "c": _CORRECTED, "d": _DELETED},
    "danish_record": {
        "e": _SINGLE,
        "h": pgettext_lazy("coded in MARC", "head"),
        "s": pgettext_lazy("coded in MARC", "section"),
        "b": pgettext_lazy("coded in MARC", "volume"),
    },
    "danish_type": {"m": _SINGLE, "p": _PERIODICAL, "a": _ARTICLE},
    "danish_audience": {"b": _("Children"), "s": pgettext_lazy("coded in MARC", "school use")},
    "danish_material": {
        "a": _TEXT,
        "c": _SCORE,
        "e": _MAP,
        "g": _PICTURE,
        "m": _FILM,
        "p": _BRAILLE,
        "r": _SPEECH,
        "s": _MUSIC,
        "t": _OBJECT,
        "u": _FILE,
        "v": _MIXED,
    },
    "danish_carrier": {"xx": pgettext_lazy("coded in MARC", "printed"), "xe": _ONLINE},
}


def place_name(name: str) -> _Words:
    """Return what a coded place is called."""
    return _PLACES[name]


def value_name(name: str, code: str) -> _Words:
    """Return what a code means at a place, or nothing."""
    return _VALUES.get(name, {}).get(code, "")
