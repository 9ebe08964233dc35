"""What a school register's exports, proposals and slips are called, and what to do about each."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from common.errors import Reason

STATES = {
    "PROPOSED": ("wait", _("waits for you")),
    "APPLIED": ("ok", _("taken over")),
    "DECLINED": ("none", _("declined")),
    "OVERTAKEN": ("none", _("a newer one came")),
    "UNDONE": ("none", _("taken back")),
}
SOURCES = {"UPLOAD": _("uploaded"), "FETCH": _("fetched")}
COUNTS = {
    "came": _("New people"),
    "left": pgettext_lazy("people of a school", "Left"),
    "moved": _("Changed class"),
    "changed": _("Other details"),
    "new_groups": _("New classes and groups"),
    "gone_groups": _("Classes and groups that are gone"),
    "renamed": _("Renamed"),
    "recognised": _("Known here already"),
}
DOUBTS = {
    "ANOTHER_SCHOOL": _("The export is another school's."),
    "OLDER_YEAR": _("The export is of an older school year than what's known here."),
    "NOBODY": _("The export has no pupils at all. Usually something went wrong where it was made."),
    "ALL_OTHERS": _("None of the pupils known here is in the export. Usually its keys are another system's."),
    "MANY_LEFT": _("More than a fifth of the pupils are missing from the export. Usually it's incomplete."),
}
SLIPS = {
    "NO_KEY": _("has no key, and is left out"),
    "LONG_KEY": _("has a key of more than 80 signs, and is left out"),
    "NO_NAME": _("has no name, and is left out"),
    "NO_ROLE": _("has no role at the school, and is left out"),
    "GROUP_TWICE": _("is a group that stands there twice; the first one counts"),
    "PERSON_TWICE": _("stands there twice in the same role; both count as one"),
    "SAME_KEY_OTHER_NAME": _("is the key of two people with different names; the first one counts"),
    "NO_SUCH_GROUP": _("is said to be in a group that isn't there"),
    "NO_SUCH_SCHOOL": _("names a school that isn't there, and is left out"),
    "NO_SUCH_PERSON": _("names a person who isn't there, and is left out"),
    "CLASS_WITHOUT_LEVEL": _("is a class without a grade; it can't move up by itself"),
    "DATE_UNREADABLE": _("has a date that can't be read; it's left empty"),
    "LEVEL_UNREADABLE": _("has a grade that can't be read; it's left empty"),
}
WAYS = {
    "BY_NAME": _("same line, a grade up"),
    "BY_PUPILS": _("most of its pupils are there"),
    "LEAVES": _("leaves school"),
    "ASK": _("yours to say"),
}
OUTCOMES = {
    "PROPOSED": ("wait", _("waits for you")),
    "NOTHING_NEW": ("ok", _("nothing new")),
    "NOT_OURS": ("stop", _("none of your schools has this number")),
    "UPDATE_WAITING": ("stop", _("changes only, and what they add to isn't decided yet")),
}
TABLE_COLUMNS = {
    "key": _("Key: stays the same for one person"),
    "given_name": _("Given name"),
    "family_name": _("Family name"),
    "name": _("Whole name"),
    "school_class": _("Class"),
    "role": _("Role: pupil, teacher or staff"),
    "birth_date": _("Birth date"),
    "protected": _("Protected: yes or no"),
    "alias": _("Alias: shown instead of the name"),
    "email": _("E-mail"),
    "phone": _("Phone"),
    "address": _("Address"),
    "postal_code": _("Postal code"),
    "city": _("City"),
}
_UNREADABLE = {
    "UNKNOWN_FORMAT": _(
        "This is none of the formats that can be read: STIL's XML, OneRoster or SS12000 in a ZIP, or a table (CSV)."
    ),
    "NOT_XML": _("The file is cut off, or isn't XML."),
    "NOT_A_REGISTER": _("The file is XML, but no export of STIL's."),
    "NO_SCHOOL": _("There's no school in the file."),
    "NO_SCHOOL_YEAR": _("The file doesn't say which school year it's of."),
    "TOO_LARGE": _("The archive unpacks to too much."),
    "NOT_TEXT": _("A file in the archive isn't text that can be read."),
    "FILE_MISSING": _("A file is missing from the archive."),
    "COLUMN_MISSING": _("A column is missing."),
    "NOT_JSON": _("A file in the archive isn't the JSON that's expected."),
    "DAMAGED_ARCHIVE": _("The archive is damaged or encrypted."),
    "FILE_GONE": _("Nobody read the file in time. Upload it again."),
}


def why_unreadable(file: Any) -> str:
    """Return why nothing of an uploaded file could be used, and where."""
    text = str(_UNREADABLE.get(file.problem, file.problem))
    return f"{text} ({file.detail})" if file.detail else text


def counted(counts: Mapping[str, int]) -> list[tuple[Any, int]]:
    """Return an update's counts with their words, in the usual order."""
    return [(word, counts[name]) for name, word in COUNTS.items() if counts.get(name)]


def slips_told(slips: Iterable[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Return what was wrong with entries of an export, in words."""
    return [{**slip, "text": SLIPS.get(slip["slip"], slip["slip"])} for slip in slips]


def roster_refusal(reason: Reason) -> str:
    """Return why a school or its update couldn't be changed, in words, with what to do."""
    texts = {
        "NUMBER_MISSING": gettext("It needs the number that the school has in the register."),
        "NUMBER_TAKEN": gettext("Another of your schools has this number."),
        "BRANCH_IS_SCHOOL": gettext("This branch is a school already."),
        "UPDATE_DECIDED": gettext("Somebody else has decided meanwhile. What's shown is what she chose."),
        "UPDATE_OVERTAKEN": gettext("A newer export of the school has come meanwhile. Decide on that one."),
        "UPDATE_WAITING": gettext("An earlier export of the school waits for a decision. Decide on that one first."),
        "CLASS_UNANSWERED": gettext("Say what %(class)s becomes, or that it ends."),
        "NOT_THE_LATEST": gettext("Only the latest change of a school can be taken back, and only once."),
    }
    return texts.get(reason.code, reason.code) % dict(reason.facts)
