"""What the server is and can do, as a ZeeRex record."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from catalogue.marc.xml_text import attribute_text, element_text
from interop.sru.context_sets import INDEXES, SETS, SORT_SET, UNSAID
from interop.sru.parameters import DEFAULT_RECORDS, DEFAULT_TERMS, MOST_RECORDS, MOST_TERMS
from interop.sru.schemas import DEFAULT, SCHEMAS

ZEEREX = "http://explain.z3950.org/dtd/2.0/"
_SUPPORTED = {
    "relation": ("=", "==", "exact", "<>", "<", "<=", ">", ">=", "within", "all", "any", "adj", "scr"),
    "relationModifier": ("stem", "ignoreCase", "ignoreAccents", "masked", "unmasked", "word", "string", "number"),
    "booleanModifier": ("unit=word", "distance", "ordered", "unordered"),
    "maskingCharacter": ("*", "?"),
    "proximity": ("",),
    "anchoring": ("",),
    "sort": ("",),
    "scan": ("",),
    "surrogateDiagnostics": ("",),
}


@dataclass(frozen=True)
class Service:
    """Whose records are searched, and where.

    :ivar schema: of the municipality; None for the nation's records
    :ivar municipality_id: None for the nation's records
    """

    name: str
    address: str
    language: str
    schema: str | None
    municipality_id: int | None


def explain_record(service: Service, version: str) -> str:
    """Return the record."""
    parts = "".join((_server(service, version), _database(service), _indexes(), _schemas(), _settings()))
    return f'<explain xmlns="{ZEEREX}">{parts}</explain>'


def _server(service: Service, version: str) -> str:
    address = urlsplit(service.address)
    port = address.port or (443 if address.scheme == "https" else 80)
    return (
        f'<serverInfo protocol="SRU" version="{version}" transport="{address.scheme}" method="GET POST">'
        f"<host>{element_text(address.hostname or '')}</host><port>{port}</port>"
        f"<database>{element_text(address.path.strip('/'))}</database></serverInfo>"
    )


def _database(service: Service) -> str:
    return (
        f'<databaseInfo><title primary="true">{element_text(service.name)}</title>'
        "<description>Bibliographic records</description></databaseInfo>"
    )


def _indexes() -> str:
    sets = [(name, identifiers[0]) for name, identifiers in SETS.items()] + [SORT_SET]
    said = "".join(f'<set name="{name}" identifier="{attribute_text(identifier)}"/>' for name, identifier in sets)
    return f"<indexInfo>{said}{''.join(_each_index())}</indexInfo>"


def _each_index() -> Iterator[str]:
    for name, indexes in INDEXES.items():
        for base, index in indexes.items():
            if (name, base) in UNSAID:
                continue
            flags = f'search="true" scan="{_flag(index.can_be_scanned)}" sort="{_flag(index.orders is not None)}"'
            yield (
                f"<index {flags}><title>{element_text(index.title)}</title>"
                f'<map><name set="{name}">{base}</name></map></index>'
            )


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _schemas() -> str:
    said = "".join(
        f'<schema name="{each.name}" identifier="{attribute_text(each.identifier)}"'
        f' location="{attribute_text(each.location)}" sort="false" retrieve="true">'
        f"<title>{element_text(each.title)}</title></schema>"
        for each in SCHEMAS
    )
    return f"<schemaInfo>{said}</schemaInfo>"


def _settings() -> str:
    defaults = {
        "numberOfRecords": DEFAULT_RECORDS,
        "numberOfTerms": DEFAULT_TERMS,
        "contextSet": "cql",
        "index": "serverChoice",
        "relation": "scr",
        "retrieveSchema": DEFAULT.name,
    }
    limits = {"maximumRecords": MOST_RECORDS, "maximumTerms": MOST_TERMS}
    said = "".join(f'<default type="{name}">{value}</default>' for name, value in defaults.items())
    said += "".join(f'<setting type="{name}">{value}</setting>' for name, value in limits.items())
    for kind, values in _SUPPORTED.items():
        said += "".join(f'<supports type="{kind}">{element_text(value)}</supports>' for value in values)
    return f"<configInfo>{said}</configInfo>"
