"""Making sure that a record is still there while something is attached to it."""

from django.db import connection

_LOCKED = "SELECT merged_into_id, deleted_at FROM catalogue_bibliographicrecord WHERE id = %s FOR KEY SHARE"


def standing_record(record_id: int) -> int | None:
    """Return the record that something may be attached to, which nobody deletes or merges until the transaction ends.

    :returns: the id itself, that of the record which took it in meanwhile, or None when it's gone
    """
    wanted: int | None = record_id
    while wanted is not None:
        with connection.cursor() as cursor:
            cursor.execute(_LOCKED, [wanted])
            row = cursor.fetchone()
        if row is None:
            return None
        merged_into, deleted_at = row
        if deleted_at is None:
            return wanted
        wanted = merged_into
    return None
