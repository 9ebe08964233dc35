"""Where a list goes on: all of it in the token, signed, so that nothing is kept here and nothing can be forged."""

from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta

from django.core.signing import BadSignature, Signer

from interop.oai.errors import Code, refuse

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Place:
    """The end of a page that has been given out.

    :ivar date: of the last title, in microseconds since 1970
    :ivar given: how many titles were given out before the next page
    """

    verb: str
    prefix: str
    set_name: str
    since: str
    until: str
    date: int
    record_id: int
    given: int

    @property
    def after(self) -> tuple[datetime, int]:
        """The last title's date and number."""
        return _EPOCH + self.date * _MICROSECOND, self.record_id


def microseconds(moment: datetime) -> int:
    """Return a moment as a token has it."""
    return (moment - _EPOCH) // _MICROSECOND


def token_of(place: Place, *, view: str) -> str:
    """Return the token; the same place has the same one.

    :param view: whose list it is: in another's the token is worth nothing
    """
    return _signer(view).sign_object(list(astuple(place)))


def read_token(text: str, *, verb: str, view: str) -> Place:
    """Return the place that a token names.

    :raises Refused: badResumptionToken if it's not one of ours, of this list and this verb
    """
    try:
        place = Place(*_signer(view).unsign_object(text))
    except (BadSignature, ValueError, TypeError) as problem:
        raise refuse(Code.BAD_RESUMPTION_TOKEN, "The token isn't one of this repository's.") from problem
    if place.verb != verb:
        raise refuse(Code.BAD_RESUMPTION_TOKEN, f"The token belongs to {place.verb}.")
    return place


def _signer(view: str) -> Signer:
    return Signer(salt=f"interop.oai:{view}")
