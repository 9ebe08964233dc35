"""Reads, completes, checks and compiles the catalogues in `locale/`."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import polib

if TYPE_CHECKING:
    # Only who writes code has Babel; compiling on a server needs polib alone.
    from libsys.translations.sources import Text

LANGUAGES = ("da", "sv", "fi", "en")
SOURCE_LANGUAGE = "en"
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
_HEADER = {
    "Project-Id-Version": "Libsys",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}


def catalogue_path(root: Path, language: str) -> Path:
    """Return where a language's catalogue lies."""
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def read_catalogue(root: Path, language: str) -> polib.POFile:
    """Return a language's catalogue, an empty one when there's none yet."""
    path = catalogue_path(root, language)
    catalogue = polib.pofile(str(path), wrapwidth=110) if path.exists() else polib.POFile(wrapwidth=110)
    catalogue.metadata = {**_HEADER, "Language": language}
    return catalogue


def complete(root: Path, language: str, texts: "dict[tuple[str | None, str], Text]") -> polib.POFile:
    """Write the catalogue anew: every text of the source, translations kept, what's no longer used dropped."""
    old = {(entry.msgctxt, entry.msgid): entry for entry in read_catalogue(root, language)}
    catalogue = read_catalogue(root, language)
    catalogue.clear()
    for key in sorted(texts, key=lambda each: (each[1], each[0] or "")):
        catalogue.append(_entry(texts[key], old.get(key), language))
    path = catalogue_path(root, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(path))
    return catalogue


def problems(root: Path, language: str, texts: "dict[tuple[str | None, str], Text]") -> Iterator[str]:
    """Yield what's wrong with a catalogue: texts missing, untranslated or unused, and placeholders that differ."""
    entries = {(entry.msgctxt, entry.msgid): entry for entry in read_catalogue(root, language)}
    for key, text in texts.items():
        entry = entries.get(key)
        if entry is None:
            yield f"{language}: missing: {text.singular!r} ({text.places[0]})"
        elif not entry.translated() or entry.fuzzy:
            yield f"{language}: not translated: {text.singular!r} ({text.places[0]})"
        else:
            yield from _placeholder_problems(language, entry)
    for key in entries.keys() - texts.keys():
        yield f"{language}: no longer used: {key[1]!r}"


def compile_catalogue(root: Path, language: str) -> Path:
    """Write the binary catalogue that Django reads, when it's older than its source."""
    source = catalogue_path(root, language)
    target = source.with_suffix(".mo")
    if not source.exists():
        raise FileNotFoundError(f"There's no catalogue {source}; `manage.py messages` makes it")
    if not is_compiled(root, language):
        read_catalogue(root, language).save_as_mofile(str(target))
    return target


def is_compiled(root: Path, language: str) -> bool:
    """Return whether the binary catalogue is there and isn't older than its source."""
    source = catalogue_path(root, language)
    target = source.with_suffix(".mo")
    return source.exists() and target.exists() and target.stat().st_mtime >= source.stat().st_mtime


def _entry(text: "Text", old: polib.POEntry | None, language: str) -> polib.POEntry:
    entry = polib.POEntry(msgid=text.singular, msgctxt=text.context)
    if text.plural:
        entry.msgid_plural = text.plural
        kept = dict(old.msgstr_plural) if old and old.msgid_plural == text.plural else {0: "", 1: ""}
        own = {0: text.singular, 1: text.plural}
        entry.msgstr_plural = own if language == SOURCE_LANGUAGE else kept
    else:
        kept_text = old.msgstr if old and not old.msgid_plural else ""
        entry.msgstr = text.singular if language == SOURCE_LANGUAGE else kept_text
    return entry


def _placeholder_problems(language: str, entry: polib.POEntry) -> Iterator[str]:
    pairs = [(entry.msgid_plural, entry.msgstr_plural[1])] if entry.msgid_plural else [(entry.msgid, entry.msgstr)]
    for source, translation in pairs:
        if sorted(_PLACEHOLDER.findall(source)) != sorted(_PLACEHOLDER.findall(translation)):
            yield f"{language}: placeholders differ: {source!r} → {translation!r}"
