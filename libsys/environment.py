"""The process's environment, read once when settings load; a missing or unknown variable stops the start."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

KNOWN = {
    "LIBSYS_MODE": "demo, test or production (the default)",
    "LIBSYS_HOME": "the folder for files that this installation writes",
    "LIBSYS_SECRET_KEY": "signs sessions and links",
    "LIBSYS_FIELD_KEYS": "Fernet keys for national identity numbers, newest first, comma-separated",
    "LIBSYS_BASE_DOMAIN": "the consortium's host; a municipality answers on NAME.<base domain>",
    "LIBSYS_PORT": "the port in addresses that people see; empty behind a proxy on 443",
    "LIBSYS_LOG_LEVEL": "INFO by default",
    "LIBSYS_EMAIL_URL": "smtp://user:password@host:587?tls=1",
    "LIBSYS_EMAIL_FROM": "the address that mail comes from when a municipality has none",
    "LIBSYS_SMS_GATEWAY_URL": "https://:token@host/path of the text message gateway; without it they become files",
    "LIBSYS_DIGITAL_POST_URL": "https://:token@host/path of the digital post gateway; without it they become files",
    "LIBSYS_NOTICE_GATEWAYS": "classes of one's own, as SMS=package.module.Class,DIGITAL_POST=…",
    "LIBSYS_PRIVATE_SOURCES": "hosts inside the own network that records may be fetched from, comma-separated",
    "LIBSYS_IMPORT_FOLDERS": "the folder with one for each municipality, from whose folders files of records are taken",
    "LIBSYS_COVER_SOURCE": "the address of an edition's cover, with {isbn} in it; without it covers are drawn",
    "LIBSYS_DATABASE_POOL": "connections per process, 8 by default",
    "LIBSYS_NODE": "this web node's name in logs and locks",
}
SERVICES = ("DATABASE_URL", "REDIS_URL")
GATEWAY_CHANNELS = ("EMAIL", "SMS", "DIGITAL_POST")
MODES = ("demo", "test", "production")


class EnvironmentProblem(Exception):
    """The environment lacks something or holds something nobody knows."""


@dataclass(frozen=True)
class Environment:
    """What settings need from outside."""

    mode: str
    home: Path
    database_url: str
    redis_url: str
    secret_key: str
    field_keys: tuple[str, ...]
    base_domain: str
    port: str
    log_level: str
    email_url: str
    email_from: str
    sms_gateway_url: str
    digital_post_url: str
    notice_gateways: tuple[tuple[str, str], ...]
    private_sources: frozenset[str]
    import_folders: Path | None
    cover_source: str
    database_pool: int
    node: str

    @property
    def is_production(self) -> bool:
        """Whether real people's data may be here."""
        return self.mode == "production"


def read_environment(variables: Mapping[str, str], *, root: Path) -> Environment:
    """Return the environment, complete and checked.

    :param root: the project's folder, below which `var/` lies when no LIBSYS_HOME is given
    :raises EnvironmentProblem: with every problem found, each on a line with what to do
    """
    problems = [
        f"{name}: nobody knows this variable; known are {', '.join(KNOWN)}"
        for name in variables
        if name.startswith("LIBSYS_") and name not in KNOWN and not name.startswith("LIBSYS_TEST_")
    ]
    required = (*SERVICES, "LIBSYS_SECRET_KEY", "LIBSYS_FIELD_KEYS", "LIBSYS_BASE_DOMAIN")
    problems += [
        f"{name} is missing: {KNOWN.get(name, 'the address of the service')}"
        for name in required
        if not variables.get(name)
    ]
    mode = variables.get("LIBSYS_MODE") or "production"
    if mode not in MODES:
        problems.append(f"LIBSYS_MODE is {mode!r}; it can be {', '.join(MODES)}")
    pool = variables.get("LIBSYS_DATABASE_POOL") or "8"
    if not pool.isdecimal() or not 1 <= int(pool) <= 100:
        problems.append(f"LIBSYS_DATABASE_POOL is {pool!r}; it is a number from 1 to 100")
    problems += [*_gateway_problems(variables), *_cover_problems(variables)]
    if problems:
        raise EnvironmentProblem("The environment isn't complete:\n  " + "\n  ".join(problems))
    return Environment(
        mode=mode,
        home=Path(variables.get("LIBSYS_HOME") or root / "var").resolve(),
        database_url=variables["DATABASE_URL"],
        redis_url=variables["REDIS_URL"],
        secret_key=variables["LIBSYS_SECRET_KEY"],
        field_keys=tuple(key.strip() for key in variables["LIBSYS_FIELD_KEYS"].split(",") if key.strip()),
        base_domain=variables["LIBSYS_BASE_DOMAIN"],
        port=variables.get("LIBSYS_PORT", ""),
        log_level=variables.get("LIBSYS_LOG_LEVEL") or "INFO",
        email_url=variables.get("LIBSYS_EMAIL_URL", ""),
        email_from=variables.get("LIBSYS_EMAIL_FROM") or f"bibliotek@{variables['LIBSYS_BASE_DOMAIN']}",
        sms_gateway_url=variables.get("LIBSYS_SMS_GATEWAY_URL", ""),
        digital_post_url=variables.get("LIBSYS_DIGITAL_POST_URL", ""),
        notice_gateways=tuple(_gateways(variables)),
        private_sources=frozenset(filter(None, map(str.strip, variables.get("LIBSYS_PRIVATE_SOURCES", "").split(",")))),
        import_folders=Path(folders).resolve() if (folders := variables.get("LIBSYS_IMPORT_FOLDERS")) else None,
        cover_source=variables.get("LIBSYS_COVER_SOURCE", ""),
        database_pool=int(pool),
        node=variables.get("LIBSYS_NODE") or "web",
    )


def _cover_problems(variables: Mapping[str, str]) -> list[str]:
    source = variables.get("LIBSYS_COVER_SOURCE", "")
    if not source or (source.startswith(("https://", "http://")) and "{isbn}" in source):
        return []
    return [f"LIBSYS_COVER_SOURCE is {source!r}; it is an address with {{isbn}} where the number goes"]


def _gateways(variables: Mapping[str, str]) -> list[tuple[str, str]]:
    pairs = (pair.partition("=") for pair in variables.get("LIBSYS_NOTICE_GATEWAYS", "").split(",") if pair.strip())
    return [(channel.strip(), name.strip()) for channel, _, name in pairs]


def _gateway_problems(variables: Mapping[str, str]) -> list[str]:
    addresses = ("LIBSYS_SMS_GATEWAY_URL", "LIBSYS_DIGITAL_POST_URL")
    problems = [
        f"{name} doesn't begin with https:// or http://: {KNOWN[name]}"
        for name in addresses
        if variables.get(name) and not variables[name].startswith(("https://", "http://"))
    ]
    if any(channel not in GATEWAY_CHANNELS or "." not in name for channel, name in _gateways(variables)):
        problems.append(f"LIBSYS_NOTICE_GATEWAYS can't be read: {KNOWN['LIBSYS_NOTICE_GATEWAYS']}")
    return problems
