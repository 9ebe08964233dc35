"""What Tantivy's Python package leaves out of its types: a count, and how a damaged index shows."""

from typing import Any

from tantivy import Query, Searcher


def total_of(found: Any) -> int:
    """Return how many titles a search found in all; the package's type description has forgotten it."""
    return int(found.count)


def count_of(searcher: Searcher, query: Query) -> int:
    """Return how many titles there are for a query."""
    return total_of(searcher.search(query, 1))


def is_damage(problem: BaseException) -> bool:
    """Say whether the exception means that the index's files can't be read.

    Tantivy raises ValueError, or its Rust code gives up with a panic, whose class can't be imported and isn't an
    `Exception`.
    """
    return isinstance(problem, ValueError | OSError) or type(problem).__name__ == "PanicException"
