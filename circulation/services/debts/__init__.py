"""Hand-over of unpaid claims to the municipality's debtor system: batches, states, and what others may implement."""

from circulation.services.debts.batches import hand_over, send_batch
from circulation.services.debts.claims import accept_claim, book_payment, recall_claim, release_claim
from circulation.services.debts.systems import ClaimLine, DebtorSystem, register_debtor_system

__all__ = [
    "ClaimLine",
    "DebtorSystem",
    "accept_claim",
    "book_payment",
    "hand_over",
    "recall_claim",
    "register_debtor_system",
    "release_claim",
    "send_batch",
]
