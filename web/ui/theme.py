"""A municipality's colours, corner and logo: checked as data, written as one small style sheet."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
RADIUS = re.compile(r"(\d|1\d|20)px")
LOGO = re.compile(r"/[A-Za-z0-9_\-][A-Za-z0-9_\-./]*\.svg")
LEAST_CONTRAST = 4.5
# The grounds of `tokens.css` that a brand colour is read on.
DAY_GROUNDS = {"#ffffff": _("white"), "#f6f5f1": _("the paper of the day")}
NIGHT_GROUNDS = {"#13171a": _("the paper of the night"), "#1b2125": _("a panel at night")}
VARIABLES = {
    "brand": "--brand",
    "brand_on": "--brand-on",
    "brand_night": "--brand-night",
    "brand_night_on": "--brand-night-on",
    "radius": "--brand-radius",
}
PATTERNS = {key: COLOUR for key in VARIABLES} | {"radius": RADIUS, "logo": LOGO}
# The sheet's own values, for a theme that sets only some.
DEFAULTS = {"brand": "#1b4d6f", "brand_on": "#ffffff", "brand_night": "#93c5e6", "brand_night_on": "#0b1c28"}


@dataclass(frozen=True)
class ThemeProblem:
    """What's wrong with one value of a theme; `contrast` is the number found, when it's about contrast."""

    key: str
    code: str
    contrast: float | None = None
    against: str | Promise = ""

    @property
    def message(self) -> str:
        """Say it in the reader's language, with the number."""
        if self.code == "contrast":
            return gettext("The contrast to %(against)s is %(contrast).1f to 1; it must be 4.5 to 1 or more.") % {
                "against": self.against,
                "contrast": self.contrast,
            }
        texts = {
            "colour": gettext("Write the colour as # and six digits, such as #1b4d6f."),
            "radius": gettext("Write the corner as 0px to 20px."),
            "logo": gettext("The logo must be an SVG file of this site."),
        }
        return texts[self.code]


def contrast(colour: str, other: str) -> float:
    """Return the WCAG contrast ratio of two colours, 1 to 21."""
    darker, lighter = sorted((_luminance(colour), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast_problems(theme: Mapping[str, Any]) -> list[ThemeProblem]:
    """Find everything that's wrong with a theme; check it when it's saved, and refuse with the number."""
    problems = _malformed(theme)
    faulty = {problem.key for problem in problems}
    values = DEFAULTS | {key: str(theme[key]) for key in DEFAULTS if theme.get(key) and key not in faulty}
    pairs = (
        ("brand", DAY_GROUNDS),
        ("brand_on", {values["brand"]: _("the brand colour")}),
        ("brand_night", NIGHT_GROUNDS),
        ("brand_night_on", {values["brand_night"]: _("the brand colour of the night")}),
    )
    for key, grounds in pairs:
        for ground, name in grounds.items():
            found = contrast(values[key], ground)
            if found < LEAST_CONTRAST:
                problems.append(ThemeProblem(key, "contrast", found, name))
    return problems


def _malformed(theme: Mapping[str, Any]) -> list[ThemeProblem]:
    return [
        ThemeProblem(key, key if key in ("radius", "logo") else "colour")
        for key, pattern in PATTERNS.items()
        if theme.get(key) and not pattern.fullmatch(str(theme[key]))
    ]


def theme_css(theme: Mapping[str, Any]) -> str:
    """Write the style sheet of a theme; a value that isn't well-formed is left out, so nothing else can get in."""
    faulty = {problem.key for problem in _malformed(theme)}
    lines = [
        f"  {variable}: {theme[key]};" for key, variable in VARIABLES.items() if theme.get(key) and key not in faulty
    ]
    if theme.get("logo") and "logo" not in faulty:
        lines.append(f'  --brand-logo: url("{theme["logo"]}");')
    return ":root {\n" + "\n".join(lines) + "\n}\n" if lines else ""


def theme_version(theme: Mapping[str, Any]) -> str:
    """Return a short mark that changes whenever the style sheet does."""
    return hashlib.sha256(theme_css(theme).encode()).hexdigest()[:12]


def theme_of(request: HttpRequest) -> Mapping[str, Any]:
    """Return the theme of the municipality that the request came to, empty where there's none."""
    return getattr(getattr(request, "tenant", None), "theme", None) or {}
