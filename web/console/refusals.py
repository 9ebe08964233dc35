"""What the municipality's console says when something can't be as wished."""

from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext

from common.errors import Reason, Refused
from web.account.texts import refusal_texts
from web.words.messages import channel_names

_FIELDS = {
    "CODE_TAKEN": "code",
    "CODE_MALFORMED": "code",
    "NAME_MISSING": "name",
    "NAME_TAKEN": "name",
    "GROUP_GONE": "group",
    "TYPE_IN_A_RING": "parent",
    "USERNAME_TAKEN": "username",
    "ROLE_NOT_POSSIBLE": "role",
    "UNKNOWN_PLACEHOLDER": "body",
    "SUBJECT_MISSING": "subject",
    "SUBJECT_TOO_LONG": "subject",
    "BODY_MISSING": "body",
    "BODY_TOO_LONG": "body",
    "NO_CHANNEL": "channels",
    "CHANNEL_IN_RULES": "channels",
    "HOURS_INCOMPLETE": "quiet_until",
    "SENDER_MALFORMED": "sms_sender",
    "ADDRESS_MALFORMED": "reply_to",
    "OUTSIDE_THE_SHEET": "window_left",
}


def add_refusals(form: Any, refused: Refused) -> None:
    """Put each reason beside the field that it's about, or above the form."""
    for reason in refused.reasons:
        field = _FIELDS.get(reason.code)
        form.add_error(field if field in form.fields else None, refusal_text(reason))


def refusal_text(reason: Reason) -> str:
    """Return a reason in words."""
    facts = dict(reason.facts)
    texts = {
        "CODE_TAKEN": gettext("This code is taken."),
        "CODE_MALFORMED": gettext("Use small letters, digits and hyphens."),
        "NAME_MISSING": gettext("It needs a name."),
        "NAME_TAKEN": gettext("This name is taken."),
        "GROUP_NOT_EMPTY": gettext("Branches still in this group: %(count)s. Take them out of it first."),
        "GROUP_IN_RULES": gettext("Circulation rules are set for this group. Reset them first."),
        "GROUP_GONE": gettext("Choose one of the choices."),
        "ROOM_NOT_EMPTY": gettext("Items that belong here: %(count)s. Give them another room first."),
        "NEVER_OPEN": gettext("A branch has to be open on some day, or no due date can be found."),
        "CLOSES_BEFORE_OPENS": gettext("%(day)s: it closes before it opens."),
        "LAST_BRANCH": gettext("This is the last branch that is open for business."),
        "TYPE_IN_A_RING": gettext("A type can't be a kind of itself, nor of one of its own kinds."),
        "NO_SUCH_DAY": gettext("There's no such day in any year."),
        "UNKNOWN_PLACEHOLDER": gettext("There's no placeholder “%(placeholder)s”."),
        "SUBJECT_MISSING": gettext("It needs a subject."),
        "SUBJECT_TOO_LONG": gettext("At most %(longest)s characters."),
        "BODY_MISSING": gettext("It needs a text."),
        "BODY_TOO_LONG": gettext("At most %(longest)s characters."),
        "NO_CHANNEL": gettext("At least one channel has to be in use."),
        "CHANNEL_IN_RULES": gettext("Circulation rules name it: %(channels)s. Change the rules first."),
        "HOURS_INCOMPLETE": gettext("Quiet hours need a beginning and an end."),
        "SENDER_MALFORMED": gettext("Letters A to Z, digits and spaces, eleven at most."),
        "ADDRESS_MALFORMED": gettext("This isn't an e-mail address."),
        "OUTSIDE_THE_SHEET": gettext("From %(least)s to %(most)s millimetres."),
    }
    if reason.code not in texts:
        return " ".join(refusal_texts(Refused([reason])))
    if "channels" in facts:
        facts["channels"] = channel_names(facts["channels"])
    if "weekday" in facts:
        facts["day"] = str(WEEKDAYS[facts["weekday"]]).capitalize()
    return texts[reason.code] % facts
