"""Fees as a ledger: what late and lost items cost, and what's paid or waived of it."""

from circulation.selectors.fees import owed_by
from circulation.services.fees.overdue import charge_overdue, close_overdue_fee, reopen_overdue_fee
from circulation.services.fees.payments import Receipt, take_payment
from circulation.services.fees.settling import add_fee, pay_back, waive

__all__ = [
    "Receipt",
    "add_fee",
    "charge_overdue",
    "close_overdue_fee",
    "owed_by",
    "pay_back",
    "reopen_overdue_fee",
    "take_payment",
    "waive",
]
