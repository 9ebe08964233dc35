"""What one desk does: any of the actions of a day, at random, each as the screens call it."""

import random
from collections import deque
from collections.abc import Callable
from typing import Any

from accounts.models import AuditEntry
from bench.torture.town import Clock, Ids, Town
from circulation.errors import Code, Override
from circulation.models import Fee, Hold, Loan
from circulation.services.check_in import check_in
from circulation.services.check_out import check_out
from circulation.services.fees import owed_by, take_payment
from circulation.services.holds import cancel_hold, move_hold, place_hold
from circulation.services.nightly import run_night
from circulation.services.renew import renew_loan
from circulation.services.undo import undo
from common.money import ZERO

# An action answers with the audit entry's kind when it left one, and with nothing when there was nothing to do.
Act = Callable[[], str | None]
_REMEMBERED = 30


class Desk:
    """One desk with its own dice; the same seed throws the same."""

    def __init__(self, town: Town, clock: Clock, *, seed: int, number: int) -> None:
        self._chance = random.Random(f"{seed} {number}")
        self._town = town
        self._clock = clock
        self._ids = Ids(seed, number)
        self._entries: deque[int] = deque(maxlen=_REMEMBERED)

    def next_action(self) -> tuple[str, Act]:
        """Choose what to do next and return its name and a call that may be made again with the same result."""
        kinds = list(_WEIGHTS)
        name = self._chance.choices(kinds, weights=[_WEIGHTS[kind] for kind in kinds])[0]
        act: Act = getattr(self, f"_{name}")()
        return name, act

    def night(self) -> Callable[[], dict[str, str]]:
        """Let some days pass, and return the night that comes then."""
        day, now = self._clock.night(self._chance.randrange(1, 9))
        return lambda: run_night(local_day=day, now=now)

    def _check_out(self) -> Act:
        (item, patron), values = self._who_wants_what(), self._values()
        if self._chance.random() < 0.1:
            values["override"] = Override([Code.ITEM_ON_HOLD, Code.DEBT_LIMIT, Code.LOAN_LIMIT_REACHED], "She's here")
        values["scan_id"] = self._ids.take()

        def act() -> str | None:
            done = check_out(item=item, patron=patron, **values)
            if done.entry_id is None:
                return None
            self._entries.append(done.entry_id)
            return "circulation.renew" if done.was_renewal else "circulation.check_out"

        return act

    def _who_wants_what(self) -> tuple[Any, Any]:
        """Choose somebody who comes for what lies ready for her, or anybody with anything."""
        ready = Hold.objects.filter(state=Hold.State.READY, pk__gt=self._town.last_hold).order_by("?")
        hold = ready.select_related("trapped_item", "patron").first() if self._chance.random() < 0.4 else None
        return (hold.trapped_item, hold.patron) if hold else (self._chance.choice(self._town.items), self._somebody())

    def _check_in(self) -> Act:
        lent = Loan.objects.filter(returned_at__isnull=True, item__in=self._town.items).order_by("?")
        item_id = lent.values_list("item", flat=True).first() if self._chance.random() < 0.6 else None
        item = next((each for each in self._town.items if each.pk == item_id), self._chance.choice(self._town.items))
        values, scan_id = self._values(), self._ids.take()

        def act() -> str | None:
            done = check_in(item=item, scan_id=scan_id, **values)
            if done.entry_id is None:
                return None
            self._entries.append(done.entry_id)
            return "circulation.check_in"

        return act

    def _renew(self) -> Act:
        loans = Loan.objects.filter(returned_at__isnull=True, item__in=self._town.items).order_by("?")
        loan, now, scan_id = loans.first(), self._clock.tick(), self._ids.take()
        if loan is None:
            return _nothing

        def act() -> str | None:
            done = renew_loan(loan=loan, staff=self._town.staff, now=now, scan_id=scan_id)
            if done.entry_id is not None:
                self._entries.append(done.entry_id)
            return "circulation.renew"

        return act

    def _place_hold(self) -> Act:
        record, patron = self._chance.choice(self._town.items).record, self._somebody()
        branch, now = self._chance.choice(self._town.branches), self._clock.tick()

        def act() -> str | None:
            place_hold(record=record, patron=patron, pickup_branch=branch, staff=self._town.staff, now=now)
            return "circulation.place_hold"

        return act

    def _cancel_hold(self) -> Act:
        hold, now = self._some_hold(), self._clock.tick()
        if hold is None:
            return _nothing

        def act() -> str | None:
            cancel_hold(hold=hold, staff=self._town.staff, now=now)
            return "circulation.cancel_hold"

        return act

    def _move_hold(self) -> Act:
        hold, branch, now = self._some_hold(), self._chance.choice(self._town.branches), self._clock.tick()
        if hold is None:
            return _nothing

        def act() -> str | None:
            move_hold(hold=hold, pickup_branch=branch, staff=self._town.staff, now=now)
            return "circulation.move_hold"

        return act

    def _pay(self) -> Act:
        owing = Fee.objects.filter(balance__gt=0, patron__in=self._town.patrons).order_by("?").select_related("patron")
        fee, now, form_id = owing.first(), self._clock.tick(), self._ids.take()
        if fee is None:
            return _nothing
        owed = owed_by(fee.patron_id)
        amount = owed if self._chance.random() < 0.5 else max(ZERO, (owed / 2).quantize(owed))
        if amount <= ZERO:
            return _nothing

        def act() -> str | None:
            take_payment(
                patron=fee.patron, amount=amount, method="CASH", staff=self._town.staff, now=now, form_id=form_id
            )
            return "circulation.take_payment"

        return act

    def _undo(self) -> Act:
        if not self._entries:
            return _nothing
        entry, now = AuditEntry.objects.get(pk=self._chance.choice(self._entries)), self._clock.tick()

        def act() -> str | None:
            undo(entry=entry, staff=self._town.staff, now=now)
            return "circulation.undo"

        return act

    def _some_hold(self) -> Hold | None:
        holds = Hold.objects.filter(state__in=Hold.ACTIVE, pk__gt=self._town.last_hold)
        return holds.order_by("?").first()

    def _somebody(self) -> Any:
        return self._chance.choice(self._town.patrons)

    def _values(self) -> dict[str, Any]:
        return {
            "branch": self._chance.choice(self._town.branches),
            "staff": self._town.staff,
            "now": self._clock.tick(),
        }


def _nothing() -> None:
    """Do nothing: there's nothing to do it to."""


_WEIGHTS = {
    "check_out": 30,
    "check_in": 30,
    "renew": 8,
    "place_hold": 8,
    "cancel_hold": 3,
    "move_hold": 2,
    "pay": 5,
    "undo": 8,
}
