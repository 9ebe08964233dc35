"""Template tags of the desk: what staff may do, keys of macros, and the Code 128 barcode of slips as an SVG path."""

from decimal import Decimal

from barcode import Code128
from barcode.errors import BarcodeError
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from staffing.selectors import StaffMember

register = template.Library()

_HEIGHT = 30
# The white on both sides that scanners need, in modules.
_QUIET = 10


@register.simple_tag
def code128(number: str) -> SafeString | str:
    """Draw a barcode; nothing for a number that Code 128 can't write."""
    try:
        (modules,) = Code128(number).build()
    except BarcodeError:
        return ""
    width = len(modules) + 2 * _QUIET
    return format_html(
        '<svg class="bars" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<path d="{}"/></svg>',
        width,
        _HEIGHT,
        number,
        _path(modules),
    )


def _path(modules: str) -> str:
    """Return one rectangle for each run of black modules."""
    parts, place = [], _QUIET
    for run in modules.replace("10", "1 0").replace("01", "0 1").split():
        if run.startswith("1"):
            parts.append(f"M{place} 0h{len(run)}v{_HEIGHT}h-{len(run)}z")
        place += len(run)
    return "".join(parts)


@register.filter
def may(staff: StaffMember, permission: str) -> bool:
    """Return whether a member of staff may do something: `{% if staff|may:"waive_fees" %}`."""
    return staff.may(permission)


@register.filter
def taken(amount: Decimal) -> Decimal:
    """Return a ledger's amount as the till sees it: what was paid came in, what was refunded went out."""
    return -amount


@register.filter
def macro_action(number: int) -> str:
    """Return what the table of keys calls the macro with a number."""
    return f"macro-{number}"
