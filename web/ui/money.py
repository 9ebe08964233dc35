"""Amounts as people read them, in the language of the page and the currency of the municipality."""

from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import format_currency
from django.utils.translation import get_language

# English readers in the Nordic countries get the amount first, as on every price tag around them.
ENGLISH_PATTERN = "#,##0.00\xa0¤"
WHOLE_PATTERN = "#,##0\xa0¤"


@lru_cache(maxsize=16)
def locale_of(language: str | None) -> Locale:
    """Return the CLDR locale of a language code, English (with the day first) for any other."""
    code = (language or "en").split("-")[0]
    return Locale("en", "GB") if code not in {"da", "sv", "fi"} else Locale(code)


def amount_text(amount: Decimal, currency: str) -> str:
    """Write the amount with its cents: 120,00 kr. · 120,00 kr · 12,50 €."""
    return _write(amount + 0, currency, None, get_language())


def short_amount_text(amount: Decimal, currency: str) -> str:
    """Write the amount without cents where it has none: 120 kr. but 12,50 €."""
    pattern = WHOLE_PATTERN if amount == amount.to_integral_value() else None
    # A negative nothing is equal to nothing, and would be kept for it.
    return _write(amount + 0, currency, pattern, get_language())


def with_one_stop(sentence: str) -> str:
    """Return a sentence that ends in an amount, without a second full stop behind the one of "kr."."""
    return sentence.replace("kr..", "kr.")


@lru_cache(maxsize=4096)
def _write(amount: Decimal, currency: str, pattern: str | None, language: str | None) -> str:
    locale = locale_of(language)
    if pattern is None and locale.language == "en":
        pattern = ENGLISH_PATTERN
    text = format_currency(amount, currency, pattern, locale=locale, currency_digits=pattern != WHOLE_PATTERN)
    # A hyphen is too short for a minus among figures, and breaks at the end of a line.
    return text.replace("-", "\N{MINUS SIGN}", 1) if text.startswith("-") else text
