"""Finds every text that a person reads: in Python by Babel, in templates through Django's own reader of them."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.extract import extract
from django.utils.translation.template import templatize

ROOMS = (
    "libsys web interop schools circulation notices patrons staffing accounts holdings catalogue tenants common bench"
).split()
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


@dataclass(frozen=True)
class Text:
    """A text as it stands in the source: with its plural and the context that tells it from its likes."""

    singular: str
    plural: str = ""
    context: str | None = None
    places: list[str] = field(default_factory=list, compare=False)

    @property
    def key(self) -> tuple[str | None, str]:
        """What a catalogue finds it by."""
        return self.context, self.singular


def texts_in(root: Path) -> dict[tuple[str | None, str], Text]:
    """Return every translatable text below the project's folder, by context and singular."""
    found: dict[tuple[str | None, str], Text] = {}
    for path in _sources(root):
        for text in _texts_of(path):
            known = found.setdefault(text.key, text)
            if text.plural and not known.plural:
                known = found[text.key] = Text(text.singular, text.plural, text.context, known.places)
            known.places.append(path.relative_to(root).as_posix())
    return found


def _sources(root: Path) -> Iterator[Path]:
    for room in ROOMS:
        for path in sorted((root / room).rglob("*")):
            if path.suffix in (".py", ".html", ".txt") and not {"migrations", "__pycache__", "static"} & set(
                path.parts
            ):
                yield path


def _texts_of(path: Path) -> Iterator[Text]:
    source = path.read_text()
    if path.suffix != ".py":
        # What stands between the texts is blotted out, but its indentation would trouble Python's tokenizer.
        source = "\n".join(line.lstrip() for line in templatize(source).splitlines())
    for _line, messages, _comments, context in extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS):
        parts = messages if isinstance(messages, tuple) else (messages,)
        words = [part for part in parts if part]
        if words:
            yield Text(words[0], words[1] if len(words) > 1 else "", context)
