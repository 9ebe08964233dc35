"""Circulation rules, loans, holds, transits and the fee ledger. In each municipality's schema.

What must never be is refused by constraints here, whatever the code above does.
"""

from circulation.models.bulk_changes import BulkChange, BulkLine
from circulation.models.debts import DebtBatch, DebtClaim
from circulation.models.fees import Fee, LedgerEntry
from circulation.models.holds import Hold, Pick
from circulation.models.loans import Loan
from circulation.models.local_uses import LocalUse
from circulation.models.outages import OutageScan
from circulation.models.periodicals import SubscribedIssue, Subscription
from circulation.models.rotations import RotatingCollection, RotatingItem, RotationStop
from circulation.models.rules import CirculationRule, RuleChange
from circulation.models.tills import Till, TillCount
from circulation.models.transits import TransferLimit, Transit

__all__ = [
    "BulkChange",
    "BulkLine",
    "CirculationRule",
    "DebtBatch",
    "DebtClaim",
    "Fee",
    "Hold",
    "LedgerEntry",
    "Loan",
    "LocalUse",
    "OutageScan",
    "Pick",
    "RotatingCollection",
    "RotatingItem",
    "RotationStop",
    "RuleChange",
    "SubscribedIssue",
    "Subscription",
    "Till",
    "TillCount",
    "TransferLimit",
    "Transit",
]
