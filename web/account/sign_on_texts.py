"""What refusals of logging in at an identity provider say, and what one can do then."""

from django.utils.translation import gettext

from accounts import errors
from common.errors import Reason, Refused
from common.open_id.errors import Fault

_FAULTS = {Fault.NO_ANSWER, Fault.NOT_A_PROVIDER, Fault.OTHER_ISSUER}


def is_fault_of_provider(refused: Refused) -> bool:
    """Return whether it's the provider that's at fault, and neither this login nor what she may do."""
    return any(code in _FAULTS for code in refused.codes)


def sign_on_texts(refused: Refused) -> list[str]:
    """Return what each reason says."""
    return [_text(reason) for reason in refused.reasons]


def lost_text(*, was_broken_off: bool) -> str:
    """Return what's said of an answer that belongs to no trip, or of one that was broken off."""
    if was_broken_off:
        return gettext("You broke the login off, or the login service did.")
    return gettext("This login was begun in another window, is too old, or has been used already. Begin it again.")


def _text(reason: Reason) -> str:
    facts = {"provider": "", "claim": "", **reason.facts}
    sentences = {
        Fault.NO_ANSWER: gettext("The login service doesn't answer. Try again in a little while."),
        Fault.NOT_A_PROVIDER: gettext(
            "The login service answers in a way that we can't read. Tell your administrator."
        ),
        Fault.OTHER_ISSUER: gettext("Another login service answered than the one asked. Tell your administrator."),
        Fault.CODE_REFUSED: gettext("The login service didn't confirm who you are. Try again."),
        Fault.BAD_TOKEN: gettext(
            "The login service's answer wasn't meant for this login, so it doesn't count. Try again."
        ),
        Fault.TOKEN_EXPIRED: gettext("The login service's answer was too old. Try again."),
        errors.ONE_FACTOR: gettext(
            "%(provider)s says that you logged in with one factor only. Staff need two: log in there with a code, an"
            " app or a key as well."
        ),
        errors.NO_SUBJECT: gettext(
            "The login service doesn't say who you are: “%(claim)s” is missing. Tell your administrator."
        ),
        errors.NOT_LINKED: gettext(
            "No account here is connected to yours at %(provider)s. Log in with your password and connect it on the"
            " page “My account”, or ask an administrator for an invitation."
        ),
        errors.LINKED_ACCOUNT_OFF: gettext("Your account here is switched off. An administrator can switch it on."),
        errors.LINKED_TO_ANOTHER: gettext(
            "Whoever you're logged in as at the login service has another account here. Log out there, and log in as"
            " yourself."
        ),
        errors.NOT_SCHOOL_STAFF: gettext(
            "Only a school's staff can log in here. Pupils log in on the library's pages."
        ),
        errors.OTHER_INSTITUTION: gettext(
            "None of your institutions takes part here. Your school's administrator can say which ones do."
        ),
        errors.LINK_ENDED: gettext("This link has been used or is too old. Ask an administrator for a new one."),
    }
    return sentences.get(reason.code, reason.code) % facts if reason.code in sentences else reason.code
