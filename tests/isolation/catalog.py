"""Reads what PostgreSQL knows about a schema, with the schema's own name taken out, so that two can be compared."""

import re

from django.db import connection

# PostgreSQL writes `IN (...)` on a varchar in one of two ways, depending on whether it was read from what PostgreSQL
# itself had written; both are the same list of constants once it's planned.
_CAST_LIST = re.compile(r"\(ARRAY\[((?:'[^']*'::character varying(?:, )?)+)\]\)::text\[\]")

_QUESTIONS = {
    "tables": """
        SELECT c.relname, c.relkind, c.relpersistence, c.relreplident, c.relrowsecurity, c.reloptions
        FROM pg_class c WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind NOT IN ('i', 'I', 't')
    """,
    "columns": """
        SELECT c.relname, row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum), a.attname,
               format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
               a.attgenerated, a.attstorage, a.attcompression, a.attstattarget, o.collname,
               pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        LEFT JOIN pg_collation o ON o.oid = a.attcollation
        WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind = 'r' AND a.attnum > 0
          AND NOT a.attisdropped
    """,
    "indexes": """
        SELECT t.relname, c.relname, pg_get_indexdef(i.indexrelid), i.indisunique, i.indisprimary,
               i.indnullsnotdistinct, i.indisvalid, i.indisreplident, i.indisclustered, c.reloptions
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
        WHERE c.relnamespace = %(schema)s::regnamespace AND t.relkind = 'r'
    """,
    "constraints": """
        SELECT c.relname, k.conname, k.contype, k.condeferrable, k.condeferred, k.convalidated,
               pg_get_constraintdef(k.oid)
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        WHERE k.connamespace = %(schema)s::regnamespace
    """,
    "sequences": """
        SELECT s.sequencename, s.data_type::text, s.start_value, s.min_value, s.max_value, s.increment_by, s.cycle,
               s.cache_size, s.last_value, pg_get_serial_sequence(format('%%I.%%I', s.schemaname, c.relname), a.attname)
        FROM pg_sequences s
        JOIN pg_depend d ON d.objid = format('%%I.%%I', s.schemaname, s.sequencename)::regclass AND d.deptype = 'i'
        JOIN pg_class c ON c.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
        WHERE s.schemaname = %(schema)s
    """,
    "triggers": """
        SELECT c.relname, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace = %(schema)s::regnamespace AND NOT t.tgisinternal
    """,
    "functions": "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = %(schema)s::regnamespace",
    "types": """
        SELECT t.typname, t.typtype FROM pg_type t
        WHERE t.typnamespace = %(schema)s::regnamespace AND t.typtype NOT IN ('c', 'b')
    """,
}


def description_of(schema: str) -> dict[str, set[tuple]]:
    """Return the schema's tables, columns, indexes, constraints, sequences, triggers, functions and types."""
    with connection.cursor() as cursor:
        # Definitions then name everything with its schema.
        cursor.execute("SET LOCAL search_path = ''")
        found = {}
        for what, question in _QUESTIONS.items():
            cursor.execute(question, {"schema": schema})
            found[what] = {tuple(_without(schema, value) for value in row) for row in cursor.fetchall()}
    connection.set_schema_to_public()
    return found


def tables_of(schema: str) -> set[str]:
    """Return the names of a schema's tables."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = %s", [schema])
        return {table for (table,) in cursor.fetchall()}


def _without(schema: str, value: object) -> object:
    if isinstance(value, list):
        return tuple(value)
    return _same_lists(value.replace(f"{schema}.", "HERE.")) if isinstance(value, str) else value


def _same_lists(definition: str) -> str:
    return _CAST_LIST.sub(
        lambda found: "ARRAY[" + re.sub(r"('[^']*'::character varying)", r"(\1)::text", found[1]) + "]", definition
    )
