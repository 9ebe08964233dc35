"""Holds: placed, given up, moved, paused, made parallel; and loans that are called back."""

from datetime import timedelta

from bench.torture.desk import Act, Desk
from circulation.models import Hold
from circulation.services.holds import (
    QueueMove,
    cancel_hold,
    make_parallel,
    move_hold,
    move_in_queue,
    place_hold,
    resume_hold,
    stand_alone,
    suspend_hold,
)
from circulation.services.recall import recall_loan
from circulation.services.recalls_over import take_back_recall


def place(desk: Desk) -> Act:
    """Place a hold for somebody on any title."""
    values = {"record": desk.some_item().record, "patron": desk.somebody(), "pickup_branch": desk.some_branch()}
    values |= desk.by_hand()

    def act() -> tuple[str, ...]:
        place_hold(**values)
        return ("circulation.place_hold",)

    return act


def give_up(desk: Desk) -> Act | None:
    """Cancel any hold."""
    hold, values = desk.holds().first(), desk.by_hand()
    return None if hold is None else lambda: _after(cancel_hold(hold=hold, **values), "cancel_hold")


def move(desk: Desk) -> Act | None:
    """Choose another branch to pick a hold up at."""
    hold, branch, values = desk.holds().first(), desk.some_branch(), desk.by_hand()
    if hold is None:
        return None
    return lambda: _after(move_hold(hold=hold, pickup_branch=branch, **values), "move_hold")


def move_up(desk: Desk) -> Act | None:
    """Move a hold within its queue."""
    hold, values, to = desk.holds("QUEUED").first(), desk.by_hand(), desk.chance.choice(list(QueueMove))
    return None if hold is None else lambda: _after(move_in_queue(hold=hold, to=to, **values), "move_in_queue")


def pause(desk: Desk) -> Act | None:
    """Suspend a hold for some days."""
    hold, values = desk.holds("QUEUED").first(), desk.by_hand()
    until = values["now"].date() + timedelta(days=desk.chance.randrange(1, 15))
    return None if hold is None else lambda: _after(suspend_hold(hold=hold, until=until, **values), "suspend_hold")


def resume(desk: Desk) -> Act | None:
    """Let a paused hold go on; somebody else may have done so at this moment, so what's written isn't counted."""
    hold, values = desk.holds("QUEUED").filter(suspended_until__isnull=False).first(), desk.by_hand()
    return None if hold is None else lambda: _after(resume_hold(hold=hold, **values))


def join(desk: Desk) -> Act | None:
    """Say of two of somebody's holds that one is enough."""
    first, values = desk.holds("QUEUED").first(), desk.by_hand()
    if first is None:
        return None
    others = desk.holds("QUEUED").filter(patron=first.patron_id).exclude(pk=first.pk)
    second = others.first()
    if second is None:
        return None

    def act() -> tuple[str, ...]:
        made = make_parallel(hold_ids=[first.pk, second.pk], **values)
        return ("circulation.make_parallel",) * len(made)

    return act


def part(desk: Desk) -> Act | None:
    """Let a parallel hold stand alone; not counted, as with `resume`."""
    hold, values = desk.holds().filter(group__isnull=False).first(), desk.by_hand()
    return None if hold is None else lambda: _after(stand_alone(hold=hold, **values))


def recall(desk: Desk) -> Act | None:
    """Call a loan back; new holds do so too, so what's written isn't counted."""
    loan, values = desk.open_loans().first(), desk.by_hand()
    if loan is None:
        return None

    def act() -> tuple[str, ...]:
        recall_loan(loan=loan, **values)
        return ()

    return act


def let_be(desk: Desk) -> Act | None:
    """Take a recall back; holds that end do so too, so it isn't counted."""
    loan, values = desk.open_loans().filter(recalled_at__isnull=False).first(), desk.by_hand()
    if loan is None:
        return None

    def act() -> tuple[str, ...]:
        take_back_recall(loan=loan, **values)
        return ()

    return act


def _after(_hold: Hold, *verbs: str) -> tuple[str, ...]:
    return tuple(f"circulation.{verb}" for verb in verbs)
