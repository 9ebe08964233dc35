"""A municipality's theme: read back exactly, or refused with the number."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

import web.ui
from web.ui.theme import DAY_GROUNDS, DEFAULTS, NIGHT_GROUNDS, contrast, contrast_problems, theme_css, theme_version
from web.ui.views import theme_css_view

FJORDBY = {
    "brand": "#8a2d4f",
    "brand_on": "#ffffff",
    "brand_night": "#f0a9c0",
    "brand_night_on": "#2b0a17",
    "radius": "10px",
    "logo": "/media/fjordby/logo.svg",
}
TOKENS = (Path(web.ui.__file__).parent / "static/ui/css/tokens.css").read_text(encoding="utf-8")


def request_of(theme: dict[str, str], query: str = "", **headers: str) -> HttpRequest:
    request = RequestFactory().get(f"/theme.css{query}", headers=headers)
    request.tenant = SimpleNamespace(theme=theme)  # type: ignore[attr-defined]
    return request


def test_writes_every_value_as_a_variable() -> None:
    assert theme_css(FJORDBY) == (
        ":root {\n"
        "  --brand: #8a2d4f;\n"
        "  --brand-on: #ffffff;\n"
        "  --brand-night: #f0a9c0;\n"
        "  --brand-night-on: #2b0a17;\n"
        "  --brand-radius: 10px;\n"
        '  --brand-logo: url("/media/fjordby/logo.svg");\n'
        "}\n"
    )


def test_writes_nothing_for_a_municipality_without_a_theme() -> None:
    assert theme_css({}) == ""


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("brand", "red; } body { display: none"),
        ("brand", "#12345"),
        ("radius", "10px; background: url(//evil)"),
        ("radius", "40px"),
        ("logo", 'x"); } * { color: red'),
        ("logo", "//elsewhere.example/logo.svg?x=.svg"),
        ("logo", "//elsewhere.example/logo.svg"),
        ("logo", "/media/logo.png"),
    ],
)
def test_leaves_out_and_reports_what_is_malformed(key: str, value: str) -> None:
    theme = {key: value}

    assert theme_css(theme) == ""
    assert [problem.key for problem in contrast_problems(theme)] == [key]
    assert contrast_problems(theme)[0].message


def test_finds_nothing_wrong_with_a_readable_theme() -> None:
    assert contrast_problems(FJORDBY) == []
    assert contrast_problems({}) == []


def test_refuses_too_little_contrast_with_the_number() -> None:
    problems = contrast_problems({"brand": "#d98ba6", "brand_on": "#ffffff"})

    assert [(problem.key, round(problem.contrast or 0, 1)) for problem in problems] == [
        ("brand", 2.6),
        ("brand", 2.3),
        ("brand_on", 2.6),
    ]
    assert str(problems[0].message) == "The contrast to white is 2.6 to 1; it must be 4.5 to 1 or more."


def test_checks_the_text_on_a_new_colour_even_when_it_is_the_first_one() -> None:
    problems = contrast_problems({"brand_night": "#4a6a7d"})

    assert {problem.key for problem in problems} == {"brand_night", "brand_night_on"}


@pytest.mark.parametrize(("colour", "other", "ratio"), [("#000000", "#ffffff", 21.0), ("#777777", "#777777", 1.0)])
def test_measures_contrast(colour: str, other: str, ratio: float) -> None:
    assert contrast(colour, other) == pytest.approx(ratio)


def test_knows_the_same_first_values_and_grounds_as_the_style_sheet() -> None:
    for key, value in DEFAULTS.items():
        assert f"--{key.replace('_', '-')}: {value};" in TOKENS
    grounds = dict(re.findall(r"--(paper|surface): light-dark\((#\w+, #\w+)\)", TOKENS))
    assert grounds == {"paper": "#f6f5f1, #13171a", "surface": "#ffffff, #1b2125"}
    assert set(DAY_GROUNDS) == {"#ffffff", "#f6f5f1"}
    assert set(NIGHT_GROUNDS) == {"#13171a", "#1b2125"}


def test_serves_the_theme_for_a_year_under_the_address_of_its_version() -> None:
    response = theme_css_view(request_of(FJORDBY, f"?v={theme_version(FJORDBY)}"))

    assert response["Content-Type"] == "text/css; charset=utf-8"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.content.decode() == theme_css(FJORDBY)


def test_serves_it_shortly_under_any_other_address_and_not_again_when_unchanged() -> None:
    response = theme_css_view(request_of(FJORDBY, "?v=old"))
    again = theme_css_view(request_of(FJORDBY, "?v=old", if_none_match=response["ETag"]))

    assert response["Cache-Control"] == "public, max-age=300"
    assert again.status_code == 304
