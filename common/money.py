"""Money: decimals in one currency, rounded as its law says."""

from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal("0.00")
CURRENCIES = ("DKK", "SEK", "EUR", "NOK")


def to_money(value: Decimal | int | str) -> Decimal:
    """Return the amount with two decimals, halves rounded up.

    :raises decimal.InvalidOperation: if the text isn't a number
    """
    return Decimal(value).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
