"""Before a record is entered by hand: may it be there already? She who knows better says so with a key (case II.I8)."""

from django.core import signing

from catalogue.errors import Code
from catalogue.selectors.matching import doubles_of
from catalogue.services.import_deciding import wanted
from catalogue.services.record_writing import Incoming
from common.errors import Reason

_SALT = "catalogue.doubles"
_GOOD_FOR = 3600


def reasons_against_double(
    record: Incoming, *, key: str, account_id: int | None, typed: bytes | None = None
) -> list[Reason]:
    """Return what stands against entering a record that may be there already, with the key to enter it anyway.

    The key is good for an hour, for the one who got it, for this content and these doubles. It's used once: what has
    been entered with it has its number, which isn't given again, and is one of the doubles from then on.

    :param key: from the refusal before, or empty
    :param typed: what stands for the content where each try gives the record another number and moment
    """
    found = doubles_of(wanted(record))
    if not found:
        return []
    meant = [(typed or record.digest).hex(), found, account_id]
    try:
        if key and signing.loads(key, salt=_SALT, max_age=_GOOD_FOR) == meant:
            return []
    except signing.BadSignature:
        # Too old or not ours: she's shown the doubles as they are now.
        pass
    facts = {"record_ids": found, "key": signing.dumps(meant, salt=_SALT)}
    return [Reason(Code.PERHAPS_DOUBLE, facts=facts)]
