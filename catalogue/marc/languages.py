"""Language codes: whatever a record has, as ISO 639-2/B, which is what MARC's own list follows."""

# Terminological codes, withdrawn codes, and danMARC2's older own ones.
_SAME_AS = {
    "bod": "tib",
    "ces": "cze",
    "cym": "wel",
    "deu": "ger",
    "ell": "gre",
    "esp": "epo",
    "eus": "baq",
    "far": "fao",
    "fas": "per",
    "fra": "fre",
    "hye": "arm",
    "isl": "ice",
    "jap": "jpn",
    "kat": "geo",
    "lap": "smi",
    "mkd": "mac",
    "mol": "rum",
    "mri": "mao",
    "msa": "may",
    "mya": "bur",
    "nld": "dut",
    "ron": "rum",
    "scc": "srp",
    "scr": "hrv",
    "slk": "slo",
    "sqi": "alb",
    "sve": "swe",
    "tys": "ger",
    "ung": "hun",
    "zho": "chi",
}
_NOT_A_LANGUAGE = {"und", "zxx", "xxx", "mis", "n a"}


def other_codes() -> frozenset[str]:
    """Return the codes that are read as another one's."""
    return frozenset(_SAME_AS)


def language_code(text: str) -> str:
    """Return the code in three small letters, or nothing where the record names no language."""
    code = text.strip().lower()[:3]
    if len(code) != 3 or not (code.isascii() and code.isalpha()) or code in _NOT_A_LANGUAGE:
        return ""
    return _SAME_AS.get(code, code)
