"""What messages, their channels and their problems are called, for staff and for patrons."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notices.rules.channels import CHOSEN_BY_PATRONS, NONE, PATRONS_CHOICE, choices_for
from notices.selectors import message_settings

NOTICE_KINDS = {
    "COURTESY": _("Due soon"),
    "RENEWED": _("Renewed by itself"),
    "NOT_RENEWED": _("Couldn't be renewed by itself"),
    "OVERDUE_1": _("First reminder"),
    "OVERDUE_2": _("Second reminder"),
    "OVERDUE_3": _("Last reminder"),
    "RECALL": _("Recall"),
    "RECALL_OVER": _("Recall taken back"),
    "INVOICE": _("Invoice"),
    "INVOICE_REMINDER": _("Reminder of an invoice"),
    "DEBT_COLLECTION": _("Debt collection"),
    "HOLD_READY": _("Hold ready"),
    "HOLD_EXPIRED": _("Hold not collected"),
    "HOLD_INTEREST_ENDS": _("Hold ends soon"),
    "HOLD_CANCELLED": _("Hold cancelled by the library"),
    "MEMBERSHIP_ENDS": _("Membership ends soon"),
    "RECEIPT": _("Receipt"),
    "NEW_TITLES": _("New titles of a saved search"),
    "DIGEST": _("Several messages in one"),
}
CHANNELS = {
    "EMAIL": _("E-mail"),
    "SMS": _("Text message"),
    "DIGITAL_POST": _("Digital post"),
    "LETTER": _("Letter"),
}


def channel_names(codes: Sequence[str]) -> str:
    """Return channels that are tried one after the other, by name; among them the patron's choice."""
    names = {**CHANNELS, PATRONS_CHOICE: gettext("the patron's choice")}
    return " → ".join(str(names.get(code, code)) for code in codes)


def problem_text(code: str) -> str:
    """Return why a message hasn't gone out, and what helps."""
    texts = {
        "NO_ADDRESS": gettext("No address for any channel: ask for one, then try again"),
        "NO_GUARDIAN": gettext("A child without a guardian: add one, then try again"),
        "ADDRESS_REFUSED": gettext("The address doesn't work: correct it, or choose another way"),
        "MAIL_SERVER": gettext("The mail server took nothing for a day: try again"),
        "GATEWAY_CLOSED": gettext("The gateway took nothing for a day: try again"),
        "CONNECTION_LOST": gettext("The line broke: it may have gone out"),
        "INTERRUPTED": gettext("Sending broke off: it may have gone out"),
        "CAME_BACK": gettext("The letter came back: correct the address, or choose another way"),
        "OUTDATED": gettext("Not true any more, so it wasn't sent"),
        "SET_ASIDE": gettext("Set aside by staff"),
    }
    return texts.get(code, code)


def refusal_text(code: str) -> str:
    """Return why staff can't do this with a message."""
    texts = {
        "NOT_A_PROBLEM": gettext("The message isn't among the failed ones any more."),
        "NO_ADDRESS": gettext("There's still no address for it. Add one to the patron first."),
        "NO_GUARDIAN": gettext("A child is never billed. Add a guardian first."),
        "NO_SHORT_TEXT": gettext("A claim for money can't go by text message."),
        "CHANNEL_NOT_IN_USE": gettext("The municipality doesn't use this channel."),
        "NOT_WANTED": gettext("The patron does without such messages."),
        "NOTHING_TO_PRINT": gettext("No letters wait for the printer."),
        "NOT_A_SENT_LETTER": gettext("This letter isn't among the sent ones any more."),
        "CHOICE_NOT_OFFERED": gettext("This choice isn't offered."),
    }
    return texts.get(code, code)


def channel_choices(current: str = "") -> list[tuple[str, Any]]:
    """Return the channels to choose from: those in use here, and the one that somebody has already."""
    return _named([*message_settings().channels, current])


class ChoicesForm(forms.Form):
    """By which channel messages go, and the kinds that go another way."""

    channel = forms.ChoiceField(label=_("Messages by"))

    def __init__(self, *args: Any, patron: Any, in_use: Sequence[str], is_staff: bool = False, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "channel": patron.channel,
            "is_exempt": patron.is_exempt_from_digital_post,
            **{f"kind-{kind}": choice for kind, choice in patron.channels.items()},
        }
        super().__init__(*args, **kwargs)
        self.fields["channel"].choices = _named([*in_use, patron.channel])  # type: ignore[attr-defined]
        for kind in CHOSEN_BY_PATRONS:
            now = patron.channels.get(kind, "")
            offered = [*choices_for(kind, tuple(in_use)), *([now] if now else [])]
            field = forms.ChoiceField(
                label=NOTICE_KINDS[kind], choices=[("", _("as all others")), *_named(offered)], required=False
            )
            # Empty is an answer here: the page needn't say sixteen times that it may be.
            field.is_answered = True  # type: ignore[attr-defined]
            self.fields[f"kind-{kind}"] = field
        if is_staff and "DIGITAL_POST" in in_use:
            self.fields["is_exempt"] = forms.BooleanField(label=_("Exempt from digital post"), required=False)

    def by_kind(self) -> dict[str, str]:
        """Return the kinds that go another way."""
        return {kind: self.cleaned_data[f"kind-{kind}"] for kind in CHOSEN_BY_PATRONS}


def _named(channels: Sequence[str]) -> list[tuple[str, Any]]:
    names = {**CHANNELS, NONE: _("not at all")}
    return [(code, names[code]) for code in dict.fromkeys(channels) if code in names]
