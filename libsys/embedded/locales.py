"""The locale that the embedded database is made with; the C locale doesn't know that Æ is a letter."""

import locale

from libsys.embedded.problems import StartProblem

NAMES = ("C.UTF-8", "C.utf8", "en_US.UTF-8")


def utf8_locale() -> str:
    """Return the name of a UTF-8 locale that this machine has.

    :raises StartProblem: when it has none
    """
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in NAMES:
            try:
                locale.setlocale(locale.LC_CTYPE, name)
            except locale.Error:
                continue
            return name
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    raise StartProblem(
        "This machine has no UTF-8 locale, so the database couldn't tell letters from signs.",
        advice="make one (Debian: apt-get install locales && localedef -i en_US -f UTF-8 en_US.UTF-8)",
    )
