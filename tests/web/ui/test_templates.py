"""Components and base templates: what they need, what they say, and that nothing in them is inline."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import render_to_string

import web.ui
from web.ui.icons import DRAWINGS, KINDS

ROOT = Path(web.ui.__file__).parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
ERROR_PAGES = [
    "400.html",
    "403.html",
    "403_csrf.html",
    "404.html",
    "405.html",
    "500.html",
    "ui/suspended.html",
    "ui/unknown_host.html",
]
INLINE = re.compile(r"<style|<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=|hx-on|javascript:", re.IGNORECASE)


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Any) -> None:
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


class Attributes(HTMLParser):
    """Collects what the tests ask about."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.described: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note ids and references."""
        values = dict(attrs)
        if values.get("id"):
            self.ids.append(values["id"] or "")
        self.described += (values.get("aria-describedby") or "").split()


class Form(forms.Form):
    name = forms.CharField(help_text="As on the card.")
    days = forms.IntegerField(min_value=1)
    keep = forms.BooleanField(required=False, help_text="You can end it.")
    channel = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix())
def test_nothing_is_inline_and_no_template_is_long(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert INLINE.search(text) is None
    assert len(text.splitlines()) < 120


@pytest.mark.parametrize("path", sorted((ROOT / "static/ui").rglob("*.[cj]s*")), ids=lambda path: path.name)
def test_no_style_sheet_or_script_is_long(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 400


def test_every_style_sheet_is_linked_once() -> None:
    linked = re.findall(r"'(ui/css/[\w/.-]+)'", (ROOT / "templates/ui/_styles.html").read_text(encoding="utf-8"))
    files = [path.relative_to(ROOT / "static").as_posix() for path in (ROOT / "static/ui/css").rglob("*.css")]

    assert sorted([*linked, "ui/css/styleguide.css"]) == sorted(files)


@pytest.mark.parametrize("name", ERROR_PAGES)
def test_error_pages_need_nothing(name: str) -> None:
    html = render_to_string(name)

    assert html.count("<h1>") == 1
    assert re.search(r"<h1>\s*\S", html)


@pytest.mark.parametrize("kind", KINDS)
def test_status_has_sign_word_and_colour(kind: str) -> None:
    html = render_to_string("components/status.html", {"kind": kind, "text": "Checked <out>"})

    assert f'<span class="status" data-kind="{kind}">' in html
    assert DRAWINGS[f"sign-{kind}"] in html
    assert "Checked &lt;out&gt;" in html


def test_field_says_what_is_wrong_and_where_it_says_so() -> None:
    form = Form({"name": "", "days": "0", "channel": "a"})

    html = "".join(render_to_string("components/field.html", {"field": field}) for field in form)

    found = Attributes(html)
    assert set(found.described) == {"id_name_helptext", "id_name_error1", "id_days_error1", "id_keep_helptext"}
    assert set(found.described) <= set(found.ids)
    assert html.count('aria-invalid="true"') == 2


def test_error_summary_leads_to_the_fields() -> None:
    form = Form({"name": "", "days": "0", "channel": "a"})

    html = render_to_string("components/error_summary.html", {"form": form})

    assert "2 things to put right" in html
    assert '<a href="#id_name">Name</a>' in html
    assert '<a href="#id_days">Days</a>' in html


def test_error_summary_is_silent_when_all_is_well() -> None:
    form = Form({"name": "Ellen", "days": "1", "channel": "a"})

    assert render_to_string("components/error_summary.html", {"form": form}).strip() == ""


def test_pagination_shows_the_ends_and_the_neighbours() -> None:
    page = Paginator(range(240), 20).page(6)

    html = render_to_string("components/pagination.html", {"page": page, "query": "q=b%C3%A5d&"})

    assert re.findall(r'page=(\d+)"', html) == ["5", "1", "5", "7", "12", "7"]
    assert 'href="?q=b%C3%A5d&amp;page=5"' in html
    assert "101–120 of 240" in html


def test_key_on_a_button_is_the_reader_s_own() -> None:
    template = Template('{% load ui %}{% key "renew-all" %}{% key "undo" %}')

    assert template.render(Context({"keys": {"renew-all": "Ctrl+L", "undo": ""}})) == "<kbd>Ctrl+L</kbd>"


def test_key_table_stands_on_the_body() -> None:
    html = Template("{% load ui %}<body {% data_keys %}>").render(Context({"keys": {"undo": 'Ctrl+"'}}))

    table = re.search(r'data-keys="([^"]*)"', html)
    assert table is not None
    assert json.loads(table[1].replace("&quot;", '"')) == {"undo": 'Ctrl+"'}


def test_forms_in_components_carry_the_token() -> None:
    context = {"csrf_token": "abc", "url": "/undo/1", "what": "Tine"}

    html = render_to_string("components/undo.html", context)

    assert 'name="csrfmiddlewaretoken" value="abc"' in html
    assert '<span class="visually-hidden"> Tine</span>' in html


# For a reader; machines' dates, and a year alone, are the same in every language.
OWN_FORMAT = re.compile(r"\|(?:date|time)(?!:[\"'](?:Y-m-d|H:i|c|Y)[\"'])\b")


@pytest.mark.parametrize("path", sorted(ROOT.parent.rglob("*.html")), ids=lambda path: path.name)
def test_days_and_times_are_written_by_the_filters_of_the_house(path: Path) -> None:
    assert not OWN_FORMAT.findall(path.read_text())
