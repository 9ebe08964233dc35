"""Finding a code of a list by what a cataloguer has typed of it, or of its name."""

from collections.abc import Iterable

from catalogue.marc.headings import comparable_heading


def beginning_like(names: Iterable[tuple[str, str]], text: str, *, most: int) -> list[tuple[str, str]]:
    """Return those, of code and name, whose code or name begins with the text; the code itself first.

    What stands behind a colon in a name, a part of a country, counts as a name too.
    """
    beginning = comparable_heading(text)
    found = [
        (code, name)
        for code, name in names
        if code.startswith(beginning)
        or any(comparable_heading(part).startswith(beginning) for part in (name, *name.split(": ")[1:]))
    ]
    return sorted(found, key=lambda each: each[0] != beginning)[:most]
