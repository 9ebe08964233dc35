"""How each kind of material is coded in a new record: MARC 21's leader and 008 with its three RDA types, danMARC2's 008
and 009. Reading a record's columns gives the kind back.
"""

from collections.abc import Mapping
from typing import NamedTuple

from catalogue.marc.record_columns import Material


class Kind(NamedTuple):
    """The codes of a kind of material.

    :ivar marc21: values by the keys of `catalogue.marc.fixed_fields`
    :ivar rda: the codes of content, media and carrier; empty where no one carrier is meant
    :ivar danmarc2: values by the same kind of keys
    """

    marc21: Mapping[str, str]
    rda: tuple[str, ...]
    danmarc2: Mapping[str, str]


def _kind(leader: str, fixed: str, rda: str, danish: str) -> Kind:
    """Return a kind; `fixed` is a position and its code, `danish` 009*a and 009*g."""
    marc21 = {"LDR-06": leader[0], "LDR-07": leader[1], "008-06": "c" if leader[1] == "s" else "s"}
    if fixed:
        marc21[f"008-{fixed[:2]}"] = fixed[2:]
    general, specific = danish.split()
    danmarc2 = {"008-t": "p" if leader[1] == "s" else "m", "009-a": general, "009-g": specific}
    return Kind(marc21, tuple(rda.split()), danmarc2)


KINDS: Mapping[str, Kind] = {
    Material.BOOK: _kind("am", "", "txt n nc", "a xx"),
    Material.E_BOOK: _kind("am", "23o", "txt c cr", "a xe"),
    Material.AUDIOBOOK: _kind("im", "", "spw s sd", "r xc"),
    Material.E_AUDIOBOOK: _kind("im", "23o", "spw c cr", "r xe"),
    Material.MUSIC: _kind("jm", "", "prm s sd", "s xc"),
    Material.SHEET_MUSIC: _kind("cm", "", "ntm n nb", "c xx"),
    Material.FILM: _kind("gm", "33v", "tdi v vd", "m th"),
    Material.GAME: _kind("mm", "26g", "cop c cd", "u us"),
    Material.MAGAZINE: _kind("as", "21p", "txt n nc", "a xx"),
    Material.MAP: _kind("em", "25a", "cri n nb", "e xx"),
    Material.PICTURE: _kind("km", "33i", "sti n nb", "g xx"),
    Material.OTHER: _kind("rm", "33r", "", "v xx"),
}
