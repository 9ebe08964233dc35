"""Which holds an item could fill now, as parts of SQL that has the hold as `h` and today as a parameter."""

_NOT_SUSPENDED = "(h.suspended_until IS NULL OR h.suspended_until <= %(today)s)"
# While an item is bound to one of her parallel holds, the others stand back.
_NO_PARALLEL_BOUND = """(h."group" IS NULL OR NOT EXISTS (SELECT FROM circulation_hold s
        WHERE s.patron_id = h.patron_id AND s."group" = h."group" AND s.state IN ('IN_TRANSIT', 'READY')))"""


def queued(record: str) -> str:
    """Return the condition that a hold is in the queue for a record and nothing keeps it.

    :param record: the record's id, in SQL
    """
    for_record = f"(h.record_id = {record} OR (h.any_edition AND h.edition_ids @> ARRAY[{record}]))"
    return f"h.state = 'QUEUED' AND {for_record} AND {_NOT_SUSPENDED} AND {_NO_PARALLEL_BOUND}"


def for_volume(volume: str) -> str:
    """Return the condition that a hold wants this volume, or any.

    :param volume: the item's, in SQL
    """
    return f"(h.volume = '' OR lower(trim(h.volume)) = lower(trim({volume})))"
