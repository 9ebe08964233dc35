"""The drawings of `static/ui/icons.svg`, read once and set into pages as inline SVG.

Inline, not by `<use>`: a sign's parts take their colour from the row they stand in, in print and in forced colours too.
"""

import re
from pathlib import Path

from django.utils.safestring import SafeString, mark_safe

SPRITE = Path(__file__).parent / "static" / "ui" / "icons.svg"
SYMBOL = re.compile(r'<symbol id="(?P<name>[a-z-]+)"[^>]*>(?P<drawing>.*?)</symbol>', re.DOTALL)
KINDS = ("ok", "notice", "stop", "wait", "none")


def _read_sprite() -> dict[str, str]:
    return {match["name"]: match["drawing"].strip() for match in SYMBOL.finditer(SPRITE.read_text(encoding="utf-8"))}


DRAWINGS = _read_sprite()
ICON_NAMES = tuple(sorted(name for name in DRAWINGS if not name.startswith("sign-")))


def icon(name: str) -> SafeString:
    """Draw the icon, hidden from the ear: the word beside it says it."""
    return mark_safe(  # noqa: S308  our own drawing, no input in it
        f'<svg class="icon" viewBox="0 0 20 20" aria-hidden="true">{DRAWINGS[name]}</svg>'
    )


def sign(kind: str) -> SafeString:
    """Draw the sign of a status kind: circle, triangle, octagon, dashed ring or dash."""
    kind = kind if kind in KINDS else "none"
    return mark_safe(  # noqa: S308  our own drawing, and a kind out of a closed list
        f'<svg class="sign" data-kind="{kind}" viewBox="0 0 20 20" aria-hidden="true">{DRAWINGS["sign-" + kind]}</svg>'
    )
