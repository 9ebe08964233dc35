"""The yardstick: the same data in PostgreSQL's own full text, with stemming by language and weighted fields."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection

from bench.relevance.scores import LOOKED_AT

# Each field by the record's language and as it's written, for names aren't words of a language.
_TABLE = """
CREATE TEMPORARY TABLE relevance_full_text AS
SELECT id,
       setweight(to_tsvector(config, title) || to_tsvector('simple', title), 'A')
       || setweight(to_tsvector(config, names) || to_tsvector('simple', names), 'B')
       || setweight(to_tsvector(config, about) || to_tsvector('simple', about), 'C')
       || setweight(to_tsvector(config, rest) || to_tsvector('simple', rest), 'D') AS words
FROM (
    SELECT id, title,
           author || ' ' || array_to_string(contributors, ' ') AS names,
           array_to_string(subjects, ' ') || ' ' || remainder || ' ' || series AS about,
           array_to_string(isbns, ' ') || ' ' || coalesce(year::text, '') || ' ' || publisher || ' ' || summary AS rest,
           (CASE language WHEN 'dan' THEN 'danish' WHEN 'swe' THEN 'swedish' WHEN 'fin' THEN 'finnish'
                          WHEN 'nob' THEN 'norwegian' WHEN 'nno' THEN 'norwegian' WHEN 'nor' THEN 'norwegian'
                          WHEN 'eng' THEN 'english' ELSE 'simple' END)::regconfig AS config
    FROM catalogue_bibliographicrecord WHERE deleted_at IS NULL
) AS records
"""
# Covered density: words that stand near each other count more; divided by the text's length, so that short titles do.
_SEARCH = """
SELECT id
FROM relevance_full_text,
     (SELECT websearch_to_tsquery('danish', %(text)s) || websearch_to_tsquery('swedish', %(text)s)
             || websearch_to_tsquery('finnish', %(text)s) || websearch_to_tsquery('norwegian', %(text)s)
             || websearch_to_tsquery('english', %(text)s) || websearch_to_tsquery('simple', %(text)s) AS query) AS typed
WHERE words @@ query
ORDER BY ts_rank_cd(words, query, 1) DESC, id
LIMIT %(limit)s
"""


@contextmanager
def full_text() -> Iterator[None]:
    """Have every record in a table with an index of its words; it's gone afterwards."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLE)
        try:
            cursor.execute("CREATE INDEX ON relevance_full_text USING gin (words)")
            cursor.execute("ANALYZE relevance_full_text")
            yield
        finally:
            cursor.execute("DROP TABLE relevance_full_text")


def search(text: str) -> Sequence[int]:
    """Return the ids of the records that PostgreSQL finds best for what was typed, best first."""
    with connection.cursor() as cursor:
        cursor.execute(_SEARCH, {"text": text, "limit": LOOKED_AT})
        return [row[0] for row in cursor.fetchall()]
