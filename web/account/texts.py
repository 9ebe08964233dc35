"""What refusals of staff accounts say."""

from django.utils.translation import gettext

from accounts import errors
from common.errors import Reason, Refused


def refusal_texts(refused: Refused) -> list[str]:
    """Return a sentence for each reason; the password rules bring their own."""
    return [text for reason in refused.reasons for text in _texts(reason)]


def _texts(reason: Reason) -> list[str]:
    if reason.code == errors.WEAK_PASSWORD:
        return [str(rule) for rule in reason.facts["rules"]]
    sentences = {
        errors.WRONG_LOGIN: gettext("User name and password don't belong together."),
        errors.CODE_NEEDED: gettext("This account asks for a code as well."),
        errors.WRONG_CODE: gettext("That code is wrong or has been used. Wait for the next one."),
        errors.LINK_ENDED: gettext("This link has been used or is too old. Ask an administrator for a new one."),
        errors.USERNAME_TAKEN: gettext("Another account has this user name."),
        errors.ROLE_NOT_POSSIBLE: gettext("This role isn't possible here."),
        errors.LAST_ADMIN: gettext("This is the last administrator. Make another one first."),
        errors.NOT_PERMITTED: gettext("You can't choose this branch. Ask an administrator to add it to your account."),
        errors.PIN_NOT_VALID: gettext("A PIN has four to eight digits, not all the same."),
    }
    return [sentences.get(reason.code, reason.code)]
