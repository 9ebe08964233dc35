"""Dating changes for harvesters: one entry per record in each list that has it, or has ever had it."""

from collections.abc import Sequence

from django.db import connection

# One moment for all, taken by PostgreSQL's clock while the feed's lock is held: so dates follow the order of commits,
# and nobody who has read up to a moment misses a change that becomes visible later.
_DATE_ANEW = """
    WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at),
    asked AS (
        SELECT id, deleted_at IS NOT NULL AS is_withdrawn, material_type, visible_to_id
        FROM public.catalogue_bibliographicrecord WHERE id = ANY (%(ids)s)
    ),
    held AS (
        SELECT record_id, municipality_id, branch_code FROM public.catalogue_holdingssummary
        WHERE record_id = ANY (%(ids)s) AND items > 0
          AND (%(municipality)s::bigint IS NULL OR municipality_id = %(municipality)s)
    ),
    places AS (
        SELECT id AS record_id, NULL::bigint AS municipality_id, '' AS branch_code, true AS is_held
        FROM asked WHERE NOT %(holdings_only)s
        UNION ALL SELECT DISTINCT record_id, municipality_id, '', true FROM held
        UNION ALL SELECT record_id, municipality_id, branch_code, true FROM held
        UNION ALL
        SELECT record_id, municipality_id, branch_code, false FROM public.catalogue_harvestentry
        WHERE record_id = ANY (%(ids)s) AND municipality_id IS NOT NULL
          AND (%(municipality)s::bigint IS NULL OR municipality_id = %(municipality)s)
    ),
    listed AS (
        SELECT record_id, municipality_id, branch_code, bool_or(is_held) AS is_held
        FROM places GROUP BY record_id, municipality_id, branch_code
    ),
    wanted AS (
        SELECT listed.*, asked.visible_to_id IS NOT NULL
               AND asked.visible_to_id IS DISTINCT FROM listed.municipality_id AS is_hidden
        FROM listed JOIN asked ON asked.id = listed.record_id
    )
    INSERT INTO public.catalogue_harvestentry AS known
        (record_id, municipality_id, branch_code, material_type, former_types, changed_at, is_gone)
    SELECT wanted.record_id, wanted.municipality_id, wanted.branch_code, asked.material_type, '{}', moment.at,
           asked.is_withdrawn OR NOT wanted.is_held OR wanted.is_hidden
    FROM wanted JOIN asked ON asked.id = wanted.record_id CROSS JOIN moment
    -- What one library keeps to itself is in no other list, nor in the nation's; once, if it was, it leaves it.
    WHERE NOT wanted.is_hidden OR EXISTS (
        SELECT FROM public.catalogue_harvestentry entry
        WHERE entry.record_id = wanted.record_id AND NOT entry.is_gone AND entry.branch_code = wanted.branch_code
          AND entry.municipality_id IS NOT DISTINCT FROM wanted.municipality_id
    )
    ON CONFLICT (record_id, municipality_id, branch_code) DO UPDATE SET
        changed_at = excluded.changed_at,
        is_gone = excluded.is_gone,
        material_type = excluded.material_type,
        former_types = CASE
            WHEN known.material_type = excluded.material_type THEN known.former_types
            ELSE array_append(array_remove(known.former_types, known.material_type), known.material_type)
        END
"""


def date_anew(*, record_ids: Sequence[int], municipality_id: int | None, holdings_only: bool) -> None:
    """Note in every list that these records have just changed there, or that they've left it.

    The caller holds the change feed's lock.

    :param municipality_id: the one municipality whose lists are meant; None for all
    :param holdings_only: leave the nation's list alone, for it doesn't tell who owns what, or what a library adds
    """
    wanted = {
        "ids": list(record_ids),
        "municipality": municipality_id,
        "holdings_only": holdings_only or municipality_id is not None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DATE_ANEW, wanted)
