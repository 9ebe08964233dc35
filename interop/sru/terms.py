"""What stands in a clause's term: words with their masks and anchors, or one value."""

from dataclasses import dataclass, replace

from catalogue.search.words import words_of
from interop.sru.diagnostics import Diagnostic, Number

_MOST_MASKS = 3
_SHORTEST_MASKED = 3
_SPECIAL = frozenset('*?^"\\')
# While a term is taken apart, letters of a script that no title here is in stand for its signs: words keep letters.
_ANY, _ONE, _ANCHOR = "\U00016a40", "\U00016a41", "\U00016a42"
_MASKS = {_ANY: "*", _ONE: "?"}
_SIGNS = {"*": _ANY, "?": _ONE, "^": _ANCHOR}
_STAND_INS = str.maketrans(dict.fromkeys((_ANY, _ONE, _ANCHOR)))


@dataclass(frozen=True)
class Word:
    """One word of a term.

    :ivar pieces: what's known of it; one piece is the whole word
    :ivar masks: what's between two pieces each
    """

    pieces: tuple[str, ...]
    masks: tuple[str, ...] = ()
    begins: bool = False
    ends: bool = False

    @property
    def text(self) -> str:
        """The word, when nothing is masked."""
        return self.pieces[0]

    @property
    def is_anchored(self) -> bool:
        """Whether it has to begin or end what it stands in."""
        return self.begins or self.ends


def words_in(term: str, *, is_masked: bool) -> list[Word]:
    """Return a term's words.

    :param is_masked: whether `*`, `?` and `^` are signs rather than text
    :raises Diagnostic: when there are none, and for signs where they can't be
    """
    found: list[Word] = []
    for chunk in _marked(term, is_masked=is_masked).split():
        found += _words(chunk)
    if not found:
        raise Diagnostic(Number.TERM_FORMAT if term.strip() else Number.EMPTY_TERM, term)
    return found


def value_in(term: str) -> str:
    """Return a term that's one value.

    :raises Diagnostic: when it's empty or masked
    """
    text = _marked(term, is_masked=True)
    if _ANCHOR in text:
        raise Diagnostic(Number.ANCHORING, term)
    if _ANY in text or _ONE in text:
        raise Diagnostic(Number.MASKING, term)
    return _filled(text)


def masked_value(term: str, *, is_masked: bool) -> Word:
    """Return a term that's one value, whatever signs it has, with its masks.

    :raises Diagnostic: when it's empty, anchored, or begins with a mask
    """
    text = _filled(_marked(term, is_masked=is_masked))
    if _ANCHOR in text:
        raise Diagnostic(Number.ANCHORING, term)
    return _masked(text, shortest=1)


def _filled(text: str) -> str:
    if not text.strip():
        raise Diagnostic(Number.EMPTY_TERM)
    return text.strip()


def _marked(term: str, *, is_masked: bool) -> str:
    """Return the term without its backslashes, its signs marked."""
    found, is_escaped = [], False
    for character in term.translate(_STAND_INS):
        if is_escaped:
            if character not in _SPECIAL:
                raise Diagnostic(Number.ESCAPED, character)
            found.append(character)
            is_escaped = False
        elif character == "\\":
            is_escaped = True
        else:
            found.append(_SIGNS.get(character, character) if is_masked else character)
    if is_escaped:
        raise Diagnostic(Number.ESCAPED, "the end")
    return "".join(found)


def _words(chunk: str) -> list[Word]:
    begins, ends = chunk.startswith(_ANCHOR), chunk.endswith(_ANCHOR)
    inner = chunk.strip(_ANCHOR) if len(chunk) <= 2 else chunk[begins : len(chunk) - ends]
    if _ANCHOR in inner or not inner:
        raise Diagnostic(Number.ANCHOR_PLACE, chunk.replace(_ANCHOR, "^"))
    texts = words_of(inner)
    last = len(texts) - 1
    return [
        replace(_masked(text, shortest=_SHORTEST_MASKED), begins=begins and place == 0, ends=ends and place == last)
        for place, text in enumerate(texts)
    ]


def _masked(text: str, *, shortest: int) -> Word:
    pieces, masks = [""], []
    for character in text:
        if character in _MASKS:
            masks.append(_MASKS[character])
            pieces.append("")
        else:
            pieces[-1] += character
    if masks:
        # What's masked is looked up among all words that begin like it; more than a few masks cost too much.
        if not pieces[0]:
            raise Diagnostic(Number.MASK_PLACE, "A word's beginning")
        if len("".join(pieces)) < shortest:
            raise Diagnostic(Number.MASKED_TOO_SHORT, shortest)
        if len(masks) > _MOST_MASKS:
            raise Diagnostic(Number.TOO_MANY_MASKS, _MOST_MASKS)
    return Word(tuple(pieces), tuple(masks))
