"""Sheets of labels as shops sell them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sheet:
    """Where labels lie on a sheet; all lengths in millimetres.

    :ivar left: from the sheet's left edge to the first label, and `top` from its upper edge
    :ivar across: from one label's left edge to the next one's, and `down` likewise
    """

    columns: int
    rows: int
    width: float
    height: float
    left: float = 0.0
    top: float = 0.0
    across: float = 0.0
    down: float = 0.0
    page: tuple[float, float] = (210.0, 297.0)

    @property
    def places(self) -> int:
        """How many labels a sheet has."""
        return self.columns * self.rows


SHEETS = {
    "A4-3x8": Sheet(3, 8, 70.0, 37.0, top=0.5, across=70.0, down=37.0),
    "A4-5x13": Sheet(5, 13, 38.1, 21.2, left=4.75, top=10.7, across=40.6, down=21.2),
    # A roll gives one label after the other: each is a page.
    "ROLL-57x32": Sheet(1, 1, 57.0, 32.0, page=(57.0, 32.0)),
}
