"""Reads the forms of a page, as a browser would send them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

_NOT_TYPED = {"hidden", "submit", "button"}


@dataclass
class SentForm:
    """A form that's sent by POST.

    :ivar action: where to, empty for the page itself
    :ivar values: what it would send as it stands
    :ivar typed: whether somebody types or chooses something in it
    """

    action: str
    values: dict[str, Any] = field(default_factory=dict)
    typed: bool = False


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[SentForm] = []
        self._form: SentForm | None = None
        self._in_main = False
        self._select = self._textarea = ""

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        of = dict(attributes)
        self._in_main = self._in_main or tag == "main"
        if tag == "form" and self._in_main and of.get("method") == "post":
            self._form = SentForm(of.get("action") or "")
            self.found.append(self._form)
        elif self._form is not None:
            self._read(tag, of)

    def _read(self, tag: str, of: dict[str, Any]) -> None:
        form, name = self._form, of.get("name") or ""
        assert form is not None
        if tag == "input" and name:
            form.typed = form.typed or of.get("type") not in _NOT_TYPED
            if of.get("type") not in ("checkbox", "radio"):
                form.values[name] = of.get("value") or ""
            elif "checked" in of:
                form.values.setdefault(name, []).append(of.get("value") or "on")
        elif tag in ("select", "textarea"):
            form.typed = True
            form.values[name] = "" if tag == "textarea" else None
            self._select, self._textarea = (name, "") if tag == "select" else ("", name)
        elif tag == "option" and self._select and ("selected" in of or form.values[self._select] is None):
            form.values[self._select] = of.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._textarea:
            self._form.values[self._textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "main":
            self._in_main = False
        elif tag == "form":
            self._form = None
        elif tag in ("select", "textarea"):
            self._select = self._textarea = ""


def sent_forms(answer: Any) -> list[SentForm]:
    """Return the forms of a page's main part that are sent by POST."""
    parser = _Forms()
    parser.feed(answer.content.decode())
    return parser.found
