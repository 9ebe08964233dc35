"""Passwords and keys of one demo, made once and kept in its state folder."""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from libsys.embedded.home import Home, write_private
from libsys.embedded.problems import StartProblem


@dataclass(frozen=True)
class Keys:
    """What must stay the same from start to start, or data can't be read again."""

    secret_key: str
    field_keys: str
    database_password: str
    broker_password: str


def keys_of(home: Home, variables: Mapping[str, str] = os.environ) -> Keys:
    """Return the keys of this home; those that the environment gives win.

    :raises StartProblem: when the file can't be read, for new keys would make old data unreadable
    """
    file = home.path / "keys.json"
    if not file.exists():
        write_private(file, json.dumps(asdict(_new_keys()), indent=2))
    try:
        kept = Keys(**json.loads(file.read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise StartProblem(
            f"The keys in {file} can't be read: {error}.",
            advice="put the file back from a backup, or begin anew: make demo RESET=1",
        ) from error
    return Keys(
        secret_key=variables.get("LIBSYS_SECRET_KEY") or kept.secret_key,
        field_keys=variables.get("LIBSYS_FIELD_KEYS") or kept.field_keys,
        database_password=kept.database_password,
        broker_password=kept.broker_password,
    )


def _new_keys() -> Keys:
    return Keys(
        secret_key=secrets.token_urlsafe(50),
        field_keys=base64.urlsafe_b64encode(os.urandom(32)).decode(),
        database_password=secrets.token_urlsafe(24),
        broker_password=secrets.token_urlsafe(24),
    )
