"""Making sure that a record is still there while something is attached to it."""

from django.db import connection

from catalogue.selectors.visibility import viewer

_LOCKED = (
    "SELECT merged_into_id, deleted_at, visible_to_id FROM catalogue_bibliographicrecord WHERE id = %s FOR KEY SHARE"
)


def standing_record(record_id: int) -> int | None:
    """Return the record that something may be attached to, which nobody deletes or merges until the transaction ends.

    :returns: the id itself, or that of the record which took it in meanwhile; None when it's gone or another library's
    """
    wanted: int | None = record_id
    while wanted is not None:
        with connection.cursor() as cursor:
            cursor.execute(_LOCKED, [wanted])
            row = cursor.fetchone()
        if row is None:
            return None
        merged_into, deleted_at, visible_to = row
        if visible_to is not None and visible_to != viewer():
            return None
        if deleted_at is None:
            return wanted
        wanted = merged_into
    return None
