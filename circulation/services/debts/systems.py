"""What a debtor system is for us: something that takes lines. By default it's a file; others register their own.

See `docs/debtor-file.md`.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from django.core.files.base import ContentFile

from accounts.models import StaffAccount
from tenants.files import MunicipalityStorage
from tenants.models import Municipality
from tenants.selectors import current_municipality
from tenants.services.settings import change_settings

# The section of a municipality's settings, and the system that everybody has.
SECTION, FILE = "money", "file"
_FOLDER = "debts"


class What(StrEnum):
    """What a line tells.

    CLAIM: a new claim. CHANGE: less is left of one, part of it was paid or taken back at the library. PAID: nothing is
    left, it was paid at the library. RECALL: it's withdrawn, for the item came back or the fee was given up.
    """

    CLAIM = "CLAIM"
    CHANGE = "CHANGE"
    PAID = "PAID"
    RECALL = "RECALL"


@dataclass(frozen=True)
class ClaimLine:
    """One line for the debtor system. It never says what somebody had on loan.

    :ivar claim: our number of the claim, `reference` the debtor system's own once it has one
    :ivar kind: of the fee: OVERDUE, REPLACEMENT, PROCESSING and so on
    :ivar due_date: of the loan, or the day on which the fee was written
    :ivar amount: of the claim when it was handed over; `outstanding` is what's left now
    :ivar for_child: whether the person is liable as a guardian
    """

    batch: int
    what: str
    claim: int
    reference: str
    national_id: str
    name: str
    address: str
    postal_code: str
    city: str
    kind: str
    fee: int
    due_date: str
    amount: Decimal
    outstanding: Decimal
    currency: str
    for_child: bool


class DebtorSystem(Protocol):
    """What another system implements to take claims; it may be called again with the same batch."""

    def send(self, batch: int, lines: Sequence[ClaimLine]) -> str:
        """Hand the lines over and return the receipt.

        A batch that was taken already must be taken once: its number tells.

        :raises Exception: if it can't take them now; the batch stays unsent and can be sent again
        """


class FileSystem:
    """Writes each batch into a file of the municipality's, which somebody carries to the debtor system."""

    def send(self, batch: int, lines: Sequence[ClaimLine]) -> str:
        """Write the file, in place of an earlier one of the same batch, and return its name."""
        storage, name = MunicipalityStorage(), file_name(batch)
        if storage.exists(name):
            storage.delete(name)
        return storage.save(name, ContentFile(as_csv(lines).encode("utf-8-sig")))


def as_csv(lines: Sequence[ClaimLine]) -> str:
    """Return the lines as the file has them: semicolons, one heading, amounts with a point."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [each.name for each in fields(ClaimLine)], delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    for line in lines:
        writer.writerow({name: _cell(value) for name, value in asdict(line).items()})
    return text.getvalue()


def file_name(batch: int) -> str:
    """Return where a batch's file lies below the municipality's folder."""
    return f"{_FOLDER}/batch-{batch:06d}.csv"


_systems: dict[str, Callable[[], DebtorSystem]] = {FILE: FileSystem}


def register_debtor_system(name: str, make: Callable[[], DebtorSystem]) -> None:
    """Offer a debtor system under a name that administrators can choose on the page of their settings."""
    _systems[name] = make


def debtor_system() -> DebtorSystem:
    """Return the current municipality's debtor system; a name that nobody registered is an error, not a file.

    :raises KeyError: if there's no such system
    """
    return _systems[chosen_system(current_municipality().settings)]()


def debtor_systems() -> list[str]:
    """Return the names of the systems that a municipality can choose from, the file first."""
    return list(_systems)


def chosen_system(settings: Mapping[str, Any]) -> str:
    """Return the name of the system that a municipality's settings say; the file if they say nothing."""
    return str(settings.get(SECTION, {}).get("debtor_system", FILE))


def choose_debtor_system(*, municipality: Municipality, name: str, actor: StaffAccount) -> None:
    """Hand the municipality's debts over to another system from the next batch on.

    :raises LookupError: if nobody has registered it
    """
    if name not in _systems:
        raise LookupError(name)
    change_settings(municipality=municipality, section=SECTION, values={"debtor_system": name}, actor=actor)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    text = str(value)
    # A name that begins like a formula must not become one in a spreadsheet.
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") and not isinstance(value, Decimal) else text
