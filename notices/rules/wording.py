"""Days and amounts as a message writes them, in the language of whoever reads it."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency

_DAY = {"da": "d. MMMM y", "sv": "d MMMM y", "fi": "d. MMMM y", "en": "d MMMM y"}
_MOMENT = {
    "da": "d. MMMM y 'kl.' HH.mm",
    "sv": "d MMMM y 'kl.' HH:mm",
    "fi": "d. MMMM y 'klo' H.mm",
    "en": "d MMMM y 'at' HH:mm",
}
# English readers here know the amount first, like on the price tags around them.
_AMOUNT = {"en": "#,##0.00\xa0¤"}


@lru_cache(maxsize=8)
def _locale(language: str) -> Locale:
    return Locale("en", "GB") if language == "en" else Locale(language)


def in_words(value: Any, *, language: str, currency: str) -> str:
    """Return a day, an amount, a number or a text as it's written in a message; nothing for None.

    A moment is written by the clock of the time zone that it's in.

    :param language: da, sv, fi or en
    :param currency: of the municipality, for amounts (decimals)
    """
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format_currency(value, currency, _AMOUNT.get(language), locale=_locale(language))
    if isinstance(value, datetime):
        return format_datetime(value.replace(tzinfo=None), _MOMENT[language], locale=_locale(language))
    if isinstance(value, date):
        return format_date(value, _DAY[language], locale=_locale(language))
    return str(value)
