"""The demo's authorities: the topmost classes, and writers whom people know by another name."""

from datetime import datetime
from pathlib import Path

import catalogue
from catalogue.models import Authority, AuthorityKind
from catalogue.selectors.authorities import get_vocabulary
from catalogue.services.authorities import Content, add_authority
from catalogue.services.import_authorities import import_classes
from catalogue.services.records import Author

_CLASSES = Path(catalogue.__file__).parent / "data" / "classes"
_NAMES = "own-names"
_WRITERS = {
    "Andersen, H.C.": ("Andersen, Hans Christian",),
    "Blixen, Karen": ("Dinesen, Isak", "Andrézel, Pierre"),
    "Jansson, Tove": (),
    "Lindgren, Astrid": ("Ericsson, Astrid",),
    "Rowling, J.K.": ("Galbraith, Robert", "Rowling, Joanne Kathleen"),
}


def keep_authorities(now: datetime) -> None:
    """Fill three of the vocabularies, which changes nothing when they're filled."""
    system = Author(None, None)
    for code in ("dk5", "ddc"):
        if vocabulary := get_vocabulary(code):
            with (_CLASSES / f"{code}.csv").open(newline="", encoding="utf-8") as lines:
                import_classes(lines=lines, vocabulary=vocabulary, author=system, now=now)
    names = get_vocabulary(_NAMES)
    if names is None or Authority.objects.filter(vocabulary=names).exists():
        return
    for heading, variants in _WRITERS.items():
        content = Content((("a", heading),), [(("a", each),) for each in variants])
        add_authority(vocabulary=names, kind=AuthorityKind.PERSON, content=content, author=system, now=now)
