"""The index's fields. Whoever changes what stands in them raises the version, and every node rebuilds its index."""

from functools import lru_cache
from pathlib import Path

from tantivy import Index, Schema, SchemaBuilder

from catalogue.search.tantivy_gaps import is_damage

VERSION = 7
# Until it's rebuilt, an index of this version or a later one goes on answering. Whoever changes what a search or a card
# can't do without, or by what it's told who sees a title, raises it too.
OLDEST_READABLE = 5

# Everything that a search can find a title by: words, stems and plain spellings, without regard to where they stand.
WORDS = "words"
# The words as written and in order, for phrases and beginnings of words.
EXACT = "exact"
# Where a word stands decides how high the title comes in the list: in the title, as a name, or in what it's about.
TITLE, AUTHOR, SUBJECT = "title", "author", "subject"
# Places that only programs ask for by name.
SUBTITLE, SERIES, PUBLISHER, CLASS = "subtitle", "series", "publisher", "class"
# What is offered while somebody types.
TITLE_HINT, AUTHOR_HINT, SUBJECT_HINT = "title_hint", "author_hint", "subject_hint"
# Whole values: facets and exact limits.
MATERIAL, LANGUAGE, AUDIENCE, YEAR = "material", "language", "audience", "year"
AUTHOR_NAME, SUBJECT_NAME, SERIES_NAME, WORK = "author_name", "subject_name", "series_name", "work"
# Which work it's an edition of, as a number that hits are told apart by; and whether there may be another edition.
WORK_NUMBER, SEVERAL = "work_number", "several"
# {schema: [branch code, ...]}; each municipality becomes a column of its own, read only when it's asked for.
HELD = "held"
# The municipalities that own the title, to limit by.
OWNER = "owner"
# Who alone sees the title, of those that aren't for everybody.
KEPT_BY = "kept_by"
ITEMS, WEIGHT = "items", "weight"
SORT_DANISH, SORT_SWEDISH, SORT_NEWEST = "sort_danish", "sort_swedish", "sort_newest"
# Titles by their author's name, one author's by title.
SORT_AUTHOR_DANISH, SORT_AUTHOR_SWEDISH = "sort_author_danish", "sort_author_swedish"
# What the list shows, as JSON.
CARD = "card"
ID = "id"


@lru_cache(maxsize=1)
def index_schema() -> Schema:
    """Return the fields as Tantivy wants them."""
    builder = SchemaBuilder()
    builder.add_unsigned_field(ID, stored=False, indexed=True, fast=True)
    for name in (WORDS, TITLE_HINT, AUTHOR_HINT, SUBJECT_HINT, SUBTITLE, SERIES, PUBLISHER, CLASS):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    for name in (TITLE, AUTHOR, SUBJECT):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field(EXACT, tokenizer_name="whitespace", index_option="position")
    orders = (SORT_DANISH, SORT_SWEDISH, SORT_AUTHOR_DANISH, SORT_AUTHOR_SWEDISH)
    for name in (MATERIAL, LANGUAGE, AUDIENCE, AUTHOR_NAME, SUBJECT_NAME, *orders):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in (SERIES_NAME, WORK, SEVERAL, OWNER, KEPT_BY):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field(WORK_NUMBER, indexed=True, fast=True)
    builder.add_integer_field(YEAR, fast=True)
    builder.add_json_field(HELD, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_unsigned_field(ITEMS, fast=True)
    builder.add_unsigned_field(SORT_NEWEST, fast=True)
    builder.add_float_field(WEIGHT, fast=True)
    builder.add_bytes_field(CARD, stored=True)
    return builder.build()


def has_our_fields(path: Path) -> bool:
    """Say whether an index has the very fields of this release: queries name them by their places among all."""
    try:
        return bool(Index.open(str(path)).schema == index_schema())
    except BaseException as problem:
        if not is_damage(problem):
            raise
        return False
