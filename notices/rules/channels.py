"""Which way a kind of message may take, and what comes next where a way leads nowhere. Pure."""

from collections.abc import Mapping, Sequence

from notices.models import PRIVATE, Notice, NoticeKind
from notices.texts import WITHOUT_SMS

NONE = "NONE"
# Among the channels that somebody names for a message: whatever the patron has chosen.
PATRONS_CHOICE = "PATRON"
_EMAIL, _SMS, _POST, _LETTER = (
    Notice.Channel.EMAIL.value,
    Notice.Channel.SMS.value,
    Notice.Channel.DIGITAL_POST.value,
    Notice.Channel.LETTER.value,
)
# Tried in this order when a channel has no address. Who is exempt from digital post gets a letter, as the law has it.
_NEXT: Mapping[str, tuple[str, ...]] = {
    _EMAIL: (_POST, _LETTER, _SMS),
    _SMS: (_EMAIL, _POST, _LETTER),
    _POST: (_LETTER, _EMAIL, _SMS),
    _LETTER: (_POST, _EMAIL, _SMS),
}
# What a patron may do without: nothing is claimed from her and nothing waits for her.
OPTIONAL = frozenset({NoticeKind.COURTESY.value, NoticeKind.RENEWED.value, NoticeKind.NEW_TITLES.value})
# A claim for money stays a message of its own, and so does what she asked for while she stood there.
ALONE = WITHOUT_SMS
# What a patron may choose a channel for; several messages in one go where the first of them does, and a receipt where
# she has asked for it.
CHOSEN_BY_PATRONS = tuple(kind for kind in NoticeKind.values if kind not in (NoticeKind.DIGEST, NoticeKind.RECEIPT))


def ways(kind: str, preferred: str, *, in_use: tuple[str, ...], falls_back: bool) -> list[str]:
    """Return the channels that a message may take, the best first.

    :param preferred: what the patron wants
    :param in_use: the municipality's channels
    """
    if kind == NoticeKind.RECEIPT:
        return [_EMAIL] if _EMAIL in in_use else []
    wanted = [preferred, *(_NEXT.get(preferred, ()) if falls_back else ())]
    possible = [channel for channel in wanted if channel in in_use and may_take(kind, channel)]
    if not possible:
        # The patron wants what the municipality hasn't: better another way than none.
        possible = [channel for channel in _NEXT[_LETTER] + (_LETTER,) if channel in in_use and may_take(kind, channel)]
    return possible


def named_ways(
    kind: str, named: Sequence[str], preferred: str, *, in_use: tuple[str, ...], falls_back: bool
) -> list[str]:
    """Return the channels of a message whose channels the library has named, the best first.

    After the last named one comes what would come next anyway, where the municipality falls back. Names that aren't in
    use are passed over; if none of them is, it goes as the patron wants.

    :param named: channels and PATRONS_CHOICE, in their order; none for the patron's choice
    """
    in_order: list[str] = []
    for name in named:
        if name == PATRONS_CHOICE:
            in_order += ways(kind, preferred, in_use=in_use, falls_back=falls_back)
        elif name in in_use and may_take(kind, name):
            in_order.append(name)
    if not in_order:
        return ways(kind, preferred, in_use=in_use, falls_back=falls_back)
    if falls_back:
        in_order += ways(kind, in_order[-1], in_use=in_use, falls_back=True)
    return list(dict.fromkeys(in_order))


def may_take(kind: str, channel: str) -> bool:
    """Return whether a kind of message can go by a channel: a claim for money and a receipt have no short form.

    What's between a patron and her own searches isn't printed: whoever folds letters would read it.
    """
    if channel == _LETTER:
        return kind not in PRIVATE
    return channel != _SMS or kind not in WITHOUT_SMS


def choices_for(kind: str, in_use: tuple[str, ...]) -> list[str]:
    """Return what a patron may choose for a kind of message."""
    own = [channel for channel in in_use if may_take(kind, channel)]
    return [*own, NONE] if kind in OPTIONAL else own
