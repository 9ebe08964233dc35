"""How a municipality and its branches want messages to go out: each value from the nearest that has set it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from notices.models import Notice

# Where a municipality's own values stand among its settings.
SECTION = "messages"
# Windows are on the left, except on Swedish envelopes (H2): millimetres from the sheet's left and upper edge to the
# address. Measured so that it shows in C5 windows of DIN 680 and of the Nordic makers, folded once.
_WINDOW_LEFT = {"SE": 115}
_CHANNELS = frozenset(Notice.Channel.values)
SHORTEST_MARGIN, LONGEST_MARGIN = 5, 140


@dataclass(frozen=True)
class MessageSettings:
    """How messages go out.

    :ivar channels: in use here; a message never goes another way
    :ivar falls_back: whether a message whose channel has no address goes by the next one instead
    :ivar digest: whether all that's due to somebody goes out as one message
    :ivar quiet_from: nothing is sent from then on …
    :ivar quiet_until: … until then, in the branch's time zone; None for no quiet hours
    :ivar quiet_channels: that keep to the quiet hours
    :ivar sms_sender: what phones show as sender, eleven letters and digits at most; empty for the gateway's number
    :ivar reply_to: where answers go, if the branch has no e-mail address
    :ivar window_left: millimetres from the left edge of a letter to the address
    :ivar window_top: and from its upper edge
    """

    channels: tuple[str, ...] = (Notice.Channel.EMAIL.value, Notice.Channel.LETTER.value)
    falls_back: bool = True
    digest: bool = True
    quiet_from: time | None = time(21)
    quiet_until: time | None = time(8)
    quiet_channels: tuple[str, ...] = (Notice.Channel.SMS.value,)
    sms_sender: str = ""
    reply_to: str = ""
    window_left: int = 20
    window_top: int = 50

    def is_quiet(self, channel: str, *, now: datetime, time_zone: str) -> bool:
        """Return whether a channel is silent at a moment; hours may reach over midnight."""
        if channel not in self.quiet_channels or self.quiet_from is None or self.quiet_until is None:
            return False
        clock = now.astimezone(ZoneInfo(time_zone)).time()
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= clock < self.quiet_until
        return clock >= self.quiet_from or clock < self.quiet_until


# What a branch may decide for itself.
OF_A_BRANCH = ("digest", "quiet_from", "quiet_until", "quiet_channels", "sms_sender", "reply_to")


def read_settings(*, country: str, own: Mapping[str, Any], branch: Mapping[str, Any] | None = None) -> MessageSettings:
    """Return the settings as they hold: a branch's value before the municipality's, that before the standard.

    :param country: of the municipality: where its envelopes have their windows
    :param own: the municipality's values, as `written` made them
    :param branch: the branch's
    """
    standard: dict[str, Any] = {"window_left": _WINDOW_LEFT[country]} if country in _WINDOW_LEFT else {}
    nearer = {name: value for name, value in (branch or {}).items() if name in OF_A_BRANCH}
    known = {field.name for field in fields(MessageSettings)}
    values = {name: _read(name, value) for name, value in {**own, **nearer}.items() if name in known}
    return MessageSettings(**{**standard, **values})


def written(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as JSON keeps them."""
    return {
        name: value.isoformat("minutes")
        if isinstance(value, time)
        else list(value)
        if isinstance(value, tuple)
        else value
        for name, value in values.items()
    }


def _read(name: str, value: Any) -> Any:
    if name in ("quiet_from", "quiet_until"):
        return time.fromisoformat(value) if value else None
    if name in ("channels", "quiet_channels"):
        return tuple(channel for channel in value if channel in _CHANNELS)
    return value
