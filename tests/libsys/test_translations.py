"""Catalogues: what's missing is found, and what's there compiles. The samples are small and of this file's own."""

import gettext
from pathlib import Path

import polib
import pytest
from django.core.management import CommandError, call_command

from libsys.management.commands import compile_messages, messages
from libsys.translations.catalogues import LANGUAGES, catalogue_path, compile_catalogue, complete, problems
from libsys.translations.sources import texts_in

PYTHON = """
from django.utils.translation import gettext, ngettext, pgettext
gettext("Check out")
gettext("%(name)s has %(count)d loans")
ngettext("%(count)d loan", "%(count)d loans", 2)
pgettext("of a day", "Open")
gettext(variable)
"""
TEMPLATE = """
{% load i18n %}
<h1>{% translate "Welcome" %}</h1>
    {% blocktranslate count count=loans %}one book{% plural %}{{ count }} books{% endblocktranslate %}
"""
DANISH = {
    "Check out": "Udlån",
    "%(name)s has %(count)d loans": "%(name)s har %(count)d lån",
    "Open": "Åben",
    "Welcome": "Velkommen",
}
DANISH_PLURALS = {
    "%(count)d loan": ("%(count)d lån", "%(count)d lån"),
    "one book": ("én bog", "%(count)s bøger"),
}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Return a folder with one room, in Python and in a template."""
    (tmp_path / "web" / "templates").mkdir(parents=True)
    (tmp_path / "web" / "views.py").write_text(PYTHON)
    (tmp_path / "web" / "templates" / "page.html").write_text(TEMPLATE)
    return tmp_path


@pytest.fixture
def danish(house: Path) -> polib.POFile:
    """Return the Danish catalogue, complete and right; `save()` after changing it."""
    complete(house, "da", texts_in(house))
    catalogue = polib.pofile(str(catalogue_path(house, "da")))
    for entry in catalogue:
        if entry.msgid_plural:
            entry.msgstr_plural = dict(enumerate(DANISH_PLURALS[entry.msgid]))
        else:
            entry.msgstr = DANISH[entry.msgid]
    catalogue.save()
    return catalogue


def found(house: Path, language: str = "da") -> list[str]:
    return list(problems(house, language, texts_in(house)))


def entry_of(catalogue: polib.POFile, msgid: str) -> polib.POEntry:
    return next(entry for entry in catalogue if entry.msgid == msgid)


def test_finds_texts_in_python_and_templates_with_plural_and_context(house):
    texts = texts_in(house)

    assert {(context, text.singular, text.plural) for (context, _), text in texts.items()} == {
        (None, "Check out", ""),
        (None, "%(name)s has %(count)d loans", ""),
        (None, "%(count)d loan", "%(count)d loans"),
        ("of a day", "Open", ""),
        (None, "Welcome", ""),
        (None, "one book", "%(count)s books"),
    }


def test_a_complete_catalogue_has_no_problem(house, danish):
    assert found(house) == []


def test_a_text_that_is_missing_is_named_with_its_place(house, danish):
    danish.remove(entry_of(danish, "Welcome"))
    danish.save()

    assert found(house) == ["da: missing: 'Welcome' (web/templates/page.html)"]


def test_an_untranslated_text_is_named(house, danish):
    entry_of(danish, "Check out").msgstr = ""
    danish.save()

    assert found(house) == ["da: not translated: 'Check out' (web/views.py)"]


def test_a_plural_with_one_form_missing_is_not_translated(house, danish):
    entry_of(danish, "%(count)d loan").msgstr_plural[1] = ""
    danish.save()

    assert found(house) == ["da: not translated: '%(count)d loan' (web/views.py)"]


def test_a_fuzzy_translation_counts_as_none(house, danish):
    entry_of(danish, "Check out").flags.append("fuzzy")
    danish.save()

    assert found(house) == ["da: not translated: 'Check out' (web/views.py)"]


@pytest.mark.parametrize(
    ("msgid", "wrong"),
    [
        ("%(name)s has %(count)d loans", "%(navn)s har %(count)d lån"),
        ("%(name)s has %(count)d loans", "%(name)s har lån"),
        ("%(name)s has %(count)d loans", "%(name)s har %(count)s lån"),
    ],
)
def test_other_placeholders_are_a_problem(house, danish, msgid, wrong):
    entry_of(danish, msgid).msgstr = wrong
    danish.save()

    assert found(house) == [f"da: placeholders differ: {msgid!r} → {wrong!r}"]


def test_a_text_that_nobody_uses_any_more_is_named(house, danish):
    danish.append(polib.POEntry(msgid="Gone", msgstr="Væk"))
    danish.save()

    assert found(house) == ["da: no longer used: 'Gone'"]


def test_completing_keeps_translations_drops_what_is_unused_and_fills_the_source_language(house, danish):
    danish.append(polib.POEntry(msgid="Gone", msgstr="Væk"))
    danish.save()

    kept = complete(house, "da", texts_in(house))
    english = complete(house, "en", texts_in(house))

    assert {entry.msgid: entry.msgstr for entry in kept if not entry.msgid_plural} == DANISH
    assert all(entry.translated() for entry in english)
    assert found(house) == found(house, "en") == []


def test_a_compiled_catalogue_speaks(house, danish):
    path = compile_catalogue(house, "da")

    with path.open("rb") as file:
        translations = gettext.GNUTranslations(file)
    assert translations.gettext("Check out") == "Udlån"
    assert translations.pgettext("of a day", "Open") == "Åben"
    assert translations.ngettext("one book", "%(count)s books", 1) == "én bog"
    assert translations.ngettext("one book", "%(count)s books", 2) == "%(count)s bøger"


def test_a_catalogue_that_is_not_there_cannot_be_compiled(house):
    with pytest.raises(FileNotFoundError, match=r"manage\.py messages"):
        compile_catalogue(house, "da")


def test_the_command_checks_completes_and_compiles(house, danish, settings, capsys, monkeypatch):
    settings.ROOT = house
    with pytest.raises(CommandError, match="sv: missing: 'Check out'"):
        call_command(messages.Command(), "--check")

    call_command(messages.Command())
    with pytest.raises(CommandError, match="sv: not translated: 'Check out'"):
        call_command(messages.Command(), "--check")
    call_command(compile_messages.Command())

    assert [catalogue_path(house, language).with_suffix(".mo").exists() for language in LANGUAGES] == [True] * 4
    assert "da: 6 texts, 0 to translate" in capsys.readouterr().out
