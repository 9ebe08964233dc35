"""The boolean `prox`: two words so many words apart."""

from catalogue.search.conditions import HasNear, Place
from interop.sru.context_sets import index_named
from interop.sru.cql import Boolean, Clause, Node
from interop.sru.diagnostics import Diagnostic, Number
from interop.sru.terms import words_in

_FARTHEST = 20
_RELATIONS = ("=", "scr", "adj")


def near(node: Boolean) -> HasNear:
    """Return the condition for two words near each other.

    :raises Diagnostic: for anything but two plain words in one index, counted in words
    """
    (place, first), (other_place, second) = _operand(node.left), _operand(node.right)
    if place is not other_place:
        raise Diagnostic(Number.FEATURE, "prox between two indexes")
    distances, is_ordered = _modifiers_of(node)
    return HasNear(place, first, second, distances, is_ordered)


def _operand(node: Node) -> tuple[Place, str]:
    if not isinstance(node, Clause) or node.relation not in _RELATIONS or node.modifiers:
        raise Diagnostic(Number.FEATURE, "prox between anything but two words")
    kind = index_named(node.index, node.prefixes).kind
    words = words_in(node.term, is_masked=True)
    if any(word.masks for word in words):
        raise Diagnostic(Number.ADJACENCY_AND_MASKING)
    if not isinstance(kind, Place) or len(words) > 1 or words[0].is_anchored:
        raise Diagnostic(Number.FEATURE, "prox between anything but two words")
    return kind, words[0].text


def _modifiers_of(node: Boolean) -> tuple[tuple[int, ...], bool]:
    comparison, distance, orders = "<=", "1", set()
    for each in node.modifiers:
        name = each.name.removeprefix("cql.").removeprefix("prox.")
        if name == "unit":
            if (each.comparison, each.value.casefold()) != ("=", "word"):
                raise Diagnostic(Number.PROXIMITY_UNIT, each.value)
        elif name == "distance" and each.comparison:
            comparison, distance = each.comparison, each.value
        elif name in ("ordered", "unordered") and not each.comparison:
            orders.add(name)
        else:
            raise Diagnostic(Number.BOOLEAN_MODIFIER, each.name)
    if len(orders) > 1:
        raise Diagnostic(Number.PROXIMITY_MODIFIERS, "ordered and unordered")
    return _distances(comparison, distance), orders == {"ordered"}


def _distances(comparison: str, text: str) -> tuple[int, ...]:
    if comparison not in ("<=", "<", "=", "=="):
        raise Diagnostic(Number.PROXIMITY_RELATION, comparison)
    if not (text.isascii() and text.isdecimal() and len(text) <= 2):
        raise Diagnostic(Number.PROXIMITY_DISTANCE, text)
    last = int(text) - (comparison == "<")
    if not 1 <= last <= _FARTHEST:
        raise Diagnostic(Number.PROXIMITY_DISTANCE, text)
    return tuple(range(1, last + 1)) if comparison.startswith("<") else (last,)
