"""Money and days in the four languages."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from web.ui.days import due_kind, due_text, long_day, moment, short_day
from web.ui.money import amount_text, short_amount_text, with_one_stop

NBSP = "\xa0"


@pytest.mark.parametrize(
    ("language", "currency", "text"),
    [
        ("da", "DKK", "1.234,50 kr."),
        ("sv", "SEK", "1 234,50 kr"),
        ("fi", "EUR", "1 234,50 €"),
        ("en", "DKK", "1,234.50 DKK"),
        ("en", "EUR", "1,234.50 €"),
    ],
)
def test_writes_an_amount(language: str, currency: str, text: str) -> None:
    with translation.override(language):
        assert amount_text(Decimal("1234.50"), currency).replace(NBSP, " ") == text


@pytest.mark.parametrize(
    ("language", "currency", "amount", "text"),
    [
        ("da", "DKK", "120.00", "120 kr."),
        ("sv", "SEK", "120.00", "120 kr"),
        ("fi", "EUR", "12.50", "12,50 €"),
        ("en", "DKK", "0", "0 DKK"),
    ],
)
def test_leaves_the_cents_out_where_there_are_none(language: str, currency: str, amount: str, text: str) -> None:
    with translation.override(language):
        assert short_amount_text(Decimal(amount), currency).replace(NBSP, " ") == text


@pytest.mark.parametrize("language", ["da", "sv", "fi", "en"])
def test_writes_a_true_minus_before_a_negative_amount(language: str) -> None:
    with translation.override(language):
        assert amount_text(Decimal("-20.00"), "EUR").startswith("\N{MINUS SIGN}20")


@pytest.mark.parametrize(
    ("language", "short", "long"),
    [
        ("da", "07.03.2027", "søndag 7. marts 2027"),
        ("sv", "2027-03-07", "söndag 7 mars 2027"),
        ("fi", "7.3.2027", "sunnuntai 7. maaliskuuta 2027"),
        ("en", "7 Mar 2027", "Sunday 7 March 2027"),
    ],
)
def test_writes_a_day(language: str, short: str, long: str) -> None:
    with translation.override(language):
        assert short_day(date(2027, 3, 7)) == short
        assert long_day(date(2027, 3, 7), today=date(2026, 11, 19)) == long


def test_leaves_this_year_out_of_a_sentence() -> None:
    with translation.override("da"):
        assert long_day(date(2026, 12, 17), today=date(2026, 11, 19)) == "torsdag 17. december"


@pytest.mark.parametrize(
    ("language", "text"),
    [("da", "18.12.2026 00.30"), ("sv", "2026-12-18 00:30"), ("fi", "18.12.2026 0.30"), ("en", "18 Dec 2026 00:30")],
)
def test_writes_a_moment_in_the_municipality_s_time(language: str, text: str) -> None:
    at = datetime(2026, 12, 17, 23, 30, tzinfo=UTC)

    with translation.override(language), timezone.override(ZoneInfo("Europe/Copenhagen")):
        assert moment(at).replace(NBSP, " ") == text
        assert short_day(at) == text.rsplit(" ", 1)[0]


@pytest.mark.parametrize(
    ("due", "text", "kind"),
    [
        (date(2026, 11, 11), "8 days late", "stop"),
        (date(2026, 11, 18), "1 day late", "stop"),
        (date(2026, 11, 19), "today", "notice"),
        (date(2026, 11, 20), "tomorrow", "notice"),
        (date(2026, 11, 26), "in 7 days", "notice"),
        (date(2026, 11, 27), "in 8 days", "none"),
    ],
)
def test_says_how_far_away_a_due_date_is(due: date, text: str, kind: str) -> None:
    with translation.override("en"):
        assert due_text(due, today=date(2026, 11, 19)) == text
        assert due_kind(due, today=date(2026, 11, 19)) == kind


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("da", "Du skylder 80,00\xa0kr."), ("sv", "Du skylder 80,00\xa0Dkr."), ("en", "Du skylder 80.00\xa0DKK.")],
)
def test_a_sentence_that_ends_in_an_amount_has_one_full_stop(language, sentence):
    with translation.override(language):
        assert with_one_stop(f"Du skylder {amount_text(Decimal(80), 'DKK')}.") == sentence
