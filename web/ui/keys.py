"""Every action of the desk, the school and the console that has a key, and the key it has until staff choose another.

A browser keeps some keys for itself, and a scanner sends others; `key_problems` refuses both. In a page the table
stands on `<body data-keys>` (see `{% data_keys %}`), and `keys.js` presses what carries `data-key-action`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class KeyAction:
    """One thing that a key does: where, what it's called, and its first key."""

    id: str
    area: str
    label: str | Promise
    key: str


@dataclass(frozen=True)
class KeyProblem:
    """Why a key can't be had for an action."""

    action: str
    key: str
    code: str
    other: str = ""

    @property
    def message(self) -> str:
        """Say it in the reader's language, ready to stand beside the field."""
        texts = {
            "unknown": gettext("There is no such action."),
            "malformed": gettext("Write the key as F2, Ctrl+O, Ctrl+Shift+L or Esc."),
            "reserved": gettext("The browser keeps %(key)s for itself."),
            "scanner": gettext("Scanners send %(key)s. Choose a key with Ctrl or a function key."),
            "taken": gettext("%(key)s is already used for “%(other)s”."),
        }
        other = ACTIONS[self.other].label if self.other else ""
        return texts[self.code] % {"key": self.key, "other": other}


AREAS = {
    "everywhere": _("Everywhere"),
    "desk": _("Check out and check in"),
    "patron": _("Patron"),
    "lists": _("Lists"),
    "school": _("School"),
    "records": _("Cataloguing"),
    "console": _("Console"),
}

ACTIONS = {
    action.id: action
    for action in (
        KeyAction("check-out", "everywhere", _("Check out"), "F2"),
        KeyAction("check-in", "everywhere", _("Check in"), "F3"),
        KeyAction("patrons", "everywhere", _("Patrons"), "F4"),
        KeyAction("search", "everywhere", _("Search the catalogue"), "F6"),
        KeyAction("holds", "everywhere", _("Holds"), "F7"),
        KeyAction("school", "everywhere", _("School"), "F8"),
        KeyAction("undo", "everywhere", _("Undo the newest"), "Ctrl+Z"),
        KeyAction("save", "everywhere", _("Save"), "Ctrl+S"),
        KeyAction("lock", "everywhere", _("Lock the screen"), "Ctrl+L"),
        KeyAction("show-keys", "everywhere", _("Show all keys"), "?"),
        KeyAction("finish", "desk", _("Finish with a receipt"), "F9"),
        KeyAction("finish-by-email", "desk", _("Finish, receipt by e-mail"), "Shift+F9"),
        KeyAction("slip-again", "desk", _("Print the last slip again"), "F10"),
        KeyAction("next-patron", "desk", _("Next patron"), "Esc"),
        KeyAction("find-patron", "desk", _("Find a patron"), "Ctrl+F"),
        KeyAction("due-date", "desk", _("Another date"), "Ctrl+D"),
        KeyAction("drop-box", "desk", _("Empty the drop box"), "Ctrl+B"),
        KeyAction("count-use", "desk", _("Count uses in the house"), "Ctrl+Alt+U"),
        KeyAction("override", "desk", _("Override"), "Ctrl+G"),
        KeyAction("try-again", "desk", _("Send the stopped scan again"), "Ctrl+Y"),
        KeyAction("renew-all", "patron", _("Renew all loans"), "Ctrl+O"),
        KeyAction("place-hold", "patron", _("Place a hold"), "Ctrl+H"),
        KeyAction("pay", "patron", _("Take a payment"), "Ctrl+P"),
        KeyAction("edit", "patron", _("Edit"), "Ctrl+E"),
        KeyAction("block", "patron", _("Block or note"), "Ctrl+U"),
        KeyAction("find", "lists", _("Find in the list"), "Ctrl+F"),
        KeyAction("print-list", "lists", _("Print the list"), "F10"),
        KeyAction("previous-pupil", "school", _("Pupil before"), "Up"),
        KeyAction("next-pupil", "school", _("Pupil after"), "Down"),
        KeyAction("skip-pupil", "school", _("Skip the pupil"), "Space"),
        KeyAction("class-list", "school", _("Print the class list"), "F10"),
        KeyAction("take-over", "records", pgettext_lazy("a record", "Take over"), "F10"),
        KeyAction("next-empty", "records", _("Next empty subfield"), "F9"),
        KeyAction("look-up-heading", "records", _("Look up the heading"), "Ctrl+K"),
        KeyAction("macros", "records", _("Macros"), "Ctrl+E"),
        *(
            KeyAction(f"macro-{number}", "records", format_lazy(_("Macro {number}"), number=number), f"Alt+{number}")
            for number in range(1, 10)
        ),
        KeyAction("provision", "console", _("Provision a municipality"), "F9"),
        KeyAction("run-job", "console", _("Run the job now"), "F10"),
        KeyAction("find-municipality", "console", _("Find a municipality"), "Ctrl+F"),
    )
}
DEFAULT_KEYS = {action.id: action.key for action in ACTIONS.values()}

# Chromium and Firefox never give these to a page, or nobody could leave it, or editing and reloading would be lost.
RESERVED_KEYS = frozenset(
    "Ctrl+N Ctrl+T Ctrl+W Ctrl+Q Ctrl+Shift+N Ctrl+Shift+T Ctrl+Shift+W Ctrl+Shift+P Ctrl+Shift+Q Ctrl+Tab Ctrl+F4 "
    "Alt+F4 Ctrl+PageUp Ctrl+PageDown F5 Ctrl+R F11 F12 Ctrl+A Ctrl+C Ctrl+V Ctrl+X".split()
)
# Wedge scanners type characters, end with Enter or Tab, and some send these as Ctrl and a letter.
SCANNER_KEYS = frozenset(("Enter", "Tab", "Ctrl+J", "Ctrl+M", "Ctrl+I"))
KEY = re.compile(
    r"(Ctrl\+)?(Alt\+)?(Shift\+)?(F([1-9]|1[0-2])|Esc|Space|Up|Down|Del|Ins|Home|End|PageUp|PageDown|Enter|Tab|\S)"
)
SHARED_PAGES = frozenset(("desk", "patron"))


def keys_of(own: Mapping[str, str] | None) -> dict[str, str]:
    """Return the whole key table of a person: the first keys with her own over them."""
    return DEFAULT_KEYS | {action: key for action, key in (own or {}).items() if action in ACTIONS and key}


def key_problems(own: Mapping[str, str]) -> list[KeyProblem]:
    """Find everything that's wrong with a person's own keys."""
    problems = [KeyProblem(action, key, code) for action, key in own.items() if (code := _fault_of(action, key))]
    faulty = {problem.action for problem in problems}
    table = keys_of({action: key for action, key in own.items() if action not in faulty})
    for action in own:
        if action not in faulty and (other := _holder_of_same_key(action, table)):
            problems.append(KeyProblem(action, table[action], "taken", other))
    return problems


def _fault_of(action: str, key: str) -> str:
    if action not in ACTIONS:
        return "unknown"
    if not KEY.fullmatch(key):
        return "malformed"
    if key in RESERVED_KEYS:
        return "reserved"
    if key in SCANNER_KEYS or (len(key) == 1 and key.isalnum()) or re.fullmatch(r"Shift\+\w", key):
        return "scanner"
    return ""


def _holder_of_same_key(action: str, table: Mapping[str, str]) -> str:
    area = ACTIONS[action].area
    for other, key in table.items():
        if other != action and key == table[action] and _meet(area, ACTIONS[other].area):
            return other
    return ""


def _meet(area: str, other: str) -> bool:
    return area == other or "everywhere" in (area, other) or {area, other} <= SHARED_PAGES


def key_text(key: str) -> str:
    """Write a key as it stands on the keyboard of the reader."""
    names = {
        "Space": pgettext("key", "Space"),
        "Up": "↑",
        "Down": "↓",
        "Del": pgettext("key", "Del"),
        "Ins": pgettext("key", "Ins"),
        "Home": pgettext("key", "Home"),
        "End": pgettext("key", "End"),
        "PageUp": pgettext("key", "PgUp"),
        "PageDown": pgettext("key", "PgDn"),
    }
    return "+".join(names.get(part, part) for part in key.split("+")) if len(key) > 1 else key
