"""What a search asks for and what it answers with."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from catalogue.search.folder import Progress

MOST_HITS = 10_000
LARGEST_PAGE = 100
# Sorted by who has them at home: so many of the best hits; what follows stands in its usual order.
MOST_ASKED_ABOUT = 500


class Sort(StrEnum):
    """The order of hits."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    TITLE = "title"
    AUTHOR = "author"
    AVAILABLE = "available"
    # To the catalogue, whenever it was published.
    ADDED = "added"


class State(StrEnum):
    """Whether the index answered."""

    READY = "ready"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class Filters:
    """What hits are limited to; within one limit any of the values will do.

    :ivar decades: first years, for instance 1990
    :ivar branches: codes of the request's municipality's branches
    :ivar author: a name exactly as a hit shows it; so are subject and series
    :ivar only: the titles, by number, among which hits are looked for; None for all. So many that they fill a library
        cost some 0.1 s of a search in a million titles
    """

    material_types: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    decades: tuple[int, ...] = ()
    branches: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    author: str = ""
    subject: str = ""
    series: str = ""
    only: Collection[int] | None = None


@dataclass(frozen=True)
class SearchRequest:
    """One search.

    :ivar municipality: the schema of the municipality whose titles count; None for the whole nation's
    :ivar branch: one branch's code, the same as a single value of `filters.branches`
    :ivar language: of the person who reads the list; decides how titles are sorted
    :ivar by_work: editions of one work are one hit
    :ivar owner: whose own titles come first among the editions of a work, if not the municipality's: a schema
    :ivar at_home: which of some titles can be had now, which the index doesn't know; by these, hits are sorted that are
        to be available first
    :ivar page: from 1
    """

    text: str = ""
    filters: Filters = field(default_factory=Filters)
    municipality: str | None = None
    branch: str = ""
    sort: Sort = Sort.RELEVANCE
    language: str = "da"
    page: int = 1
    page_size: int = 20
    by_work: bool = False
    owner: str = ""
    at_home: Callable[[Collection[int]], Collection[int]] | None = None


@dataclass(frozen=True)
class Hit:
    """A title in the list, with what the list shows of it.

    :ivar series: the first of `all_series`, each with the title's number in it
    """

    record_id: int
    title: str
    remainder: str
    author: str
    edition: str
    publisher: str
    year: int | None
    language: str
    isbn: str
    classification: str
    audience: str
    material_type: str
    series: str
    extent: str
    all_series: tuple[str, ...] = ()


@dataclass(frozen=True)
class FacetValue:
    """A value that hits can be limited to, and how many there would be.

    :ivar value: a code; its name belongs to the screen
    """

    value: str
    count: int
    is_selected: bool = False


@dataclass(frozen=True)
class SearchResult:
    """What was found.

    :ivar total: all hits, of which `hits` is one page
    :ivar is_by_work: each hit is a work, and `total` and facets count works; never unless that was asked for, and not
        when too many hits have several editions to count them all in time
    :ivar editions: by a hit's record, all editions of its work that there are, newest first, itself included; of those
        hits that have others
    :ivar facets: by material_type, language, audience, decade and (within a municipality) branch, commonest first,
        decades newest first; each counted with all limits but its own, so that its other values can still be chosen
    :ivar did_you_mean: another spelling that titles have, or None
    :ivar is_corrected: nothing had the words as typed, so these are the hits of `did_you_mean`
    :ivar is_relaxed: nothing had all the words, so these have some of them
    :ivar elsewhere_total: how many there are that aren't among `only`, when none is; otherwise None
    :ivar everywhere_total: how many the whole nation has, when the municipality has none; otherwise None
    :ivar record_id: the one record with the number that was typed (ISBN, ISSN, FAUST), or None
    :ivar progress: of the rebuild, while the index is unavailable and one runs
    """

    hits: tuple[Hit, ...] = ()
    total: int = 0
    facets: Mapping[str, tuple[FacetValue, ...]] = field(default_factory=dict)
    did_you_mean: str | None = None
    is_corrected: bool = False
    is_relaxed: bool = False
    elsewhere_total: int | None = None
    everywhere_total: int | None = None
    record_id: int | None = None
    page: int = 1
    page_size: int = 20
    state: State = State.READY
    progress: Progress | None = None
    is_by_work: bool = False
    editions: Mapping[int, tuple[Hit, ...]] = field(default_factory=dict)

    @property
    def pages(self) -> int:
        """How many pages can be turned to."""
        return -(-min(self.total, MOST_HITS) // self.page_size)


@dataclass(frozen=True)
class Suggestion:
    """What somebody may be typing.

    :ivar kind: title, author or subject
    :ivar count: how many titles it stands for
    :ivar record_id: of a title that is the only one
    """

    kind: str
    text: str
    count: int
    record_id: int | None = None
