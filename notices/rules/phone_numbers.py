"""Phone numbers as text message gateways want them: `+` and digits with the country's code. Pure."""

import re

_CODES = {"DK": "45", "SE": "46", "FI": "358", "NO": "47"}
# Sweden and Finland write a 0 before the area code that's left out behind the country's code.
_WITH_ZERO = frozenset({"SE", "FI"})
_SEPARATORS = re.compile(r"[\s().\-/\u00a0]")
_INTERNATIONAL = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_NATIONAL = {"DK": r"[2-9]\d{7}", "NO": r"[2-9]\d{7}", "SE": r"0\d{6,9}", "FI": r"0\d{5,11}"}


def international(number: str, country: str) -> str:
    """Return a number as `+4512345678`, or nothing when it's none.

    :param country: of the municipality, for numbers without a country's code
    """
    bare = _SEPARATORS.sub("", number)
    if bare.startswith("00"):
        bare = f"+{bare[2:]}"
    if not bare.startswith("+"):
        if not re.fullmatch(_NATIONAL.get(country, r"(?!)"), bare, re.ASCII):
            return ""
        bare = f"+{_CODES[country]}{bare[1:] if country in _WITH_ZERO else bare}"
    return bare if _INTERNATIONAL.fullmatch(bare) else ""
