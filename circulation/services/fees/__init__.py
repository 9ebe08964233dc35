"""Fees as a ledger: what late and lost items cost, and what's paid, given back or given up of it."""

from circulation.selectors.fees import owed_by
from circulation.services.fees.closing import close_overdue_fee, reopen_overdue_fee
from circulation.services.fees.mistakes import (
    take_back_fee,
    take_back_payment,
    take_back_refund,
    take_back_use_of_credit,
)
from circulation.services.fees.overdue import charge_overdue
from circulation.services.fees.payments import Receipt, refund, take_payment, use_credit
from circulation.services.fees.settling import add_fee, waive, write_off

__all__ = [
    "Receipt",
    "add_fee",
    "charge_overdue",
    "close_overdue_fee",
    "owed_by",
    "refund",
    "reopen_overdue_fee",
    "take_back_fee",
    "take_back_payment",
    "take_back_refund",
    "take_back_use_of_credit",
    "take_payment",
    "use_credit",
    "waive",
    "write_off",
]
