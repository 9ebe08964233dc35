"""Which municipality answers on a host, and what the consortium's console reads about its members."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Count
from django_tenants.utils import get_public_schema_name, schema_context
from psycopg import sql

from tenants import measures
from tenants.choice import chosen, chosen_schema
from tenants.models import Domain, IdentityProvider, JobRun, Municipality, PolicyTemplate, ProvisioningRun

# Every request asks for its host's municipality; a change reaches each process within this time.
_REMEMBERED_SECONDS = 2.0
# Up to here a table is counted; beyond it PostgreSQL's own estimate is near enough for a list.
_COUNTED_ROWS = 10_000


@dataclass(frozen=True)
class _Remembered:
    municipality: Municipality | None
    until: float


_by_host: dict[str, _Remembered] = {}


def municipality_of_host(host: str) -> Municipality | None:
    """Return the municipality (or the consortium) that answers on a host name without port, or None."""
    known = _by_host.get(host)
    moment = time.monotonic()
    if known and known.until > moment:
        return known.municipality
    with schema_context(get_public_schema_name()):
        domain = Domain.objects.select_related("tenant", "tenant__template").filter(domain=host).first()
    municipality = domain.tenant if domain else None
    if len(_by_host) > 1000:
        _by_host.clear()
    _by_host[host] = _Remembered(municipality, moment + _REMEMBERED_SECONDS)
    return municipality


def forget_hosts() -> None:
    """Make this process read every host anew; others follow within two seconds."""
    _by_host.clear()


def current_municipality() -> Municipality:
    """Return the municipality that the current request or task runs for.

    :raises LookupError: outside a municipality, so that nothing runs in the shared schema by mistake
    """
    tenant = chosen()
    if isinstance(tenant, Municipality):
        if tenant.is_consortium:
            raise LookupError("This runs for the consortium, not for a municipality")
        return tenant
    with_schema = Municipality.objects.filter(schema_name=chosen_schema()).exclude(schema_name="public").first()
    if with_schema is None:
        raise LookupError("No municipality has been chosen")
    return with_schema


def stored_municipality() -> Municipality:
    """Return the current municipality as it's stored now, for a form that changes it: requests remember it a while.

    :raises LookupError: outside a municipality
    """
    return Municipality.objects.select_related("template").get(pk=current_municipality().pk)


def municipalities_in_service() -> list[Municipality]:
    """Return the members whose people use the system, by name."""
    return list(Municipality.objects.filter(state=Municipality.State.IN_SERVICE).exclude(schema_name="public"))


def address_of(municipality: Municipality, path: str = "/") -> str:
    """Return the full address of a page in the municipality."""
    # In plain SQL: each message that names the page asks for it, at the desk, too.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT domain FROM public.tenants_domain WHERE tenant_id = %s AND is_primary", [municipality.pk]
        )
        (domain,) = cursor.fetchone()
    return address_on(domain, path)


def address_on(host: str, path: str = "/") -> str:
    """Return the full address of a page on a host."""
    port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
    return f"{settings.PUBLIC_SCHEME}://{host}{port}{path}"


@dataclass(frozen=True)
class MunicipalityHealth:
    """A member as the console lists it.

    :ivar sizes: rows by measure, for instance {"items": 200000, "patrons": 50000}; large ones are estimates
    :ivar errors: failed job runs of the last 24 hours
    """

    municipality: Municipality
    host: str
    sizes: dict[str, int]
    errors: int


def all_municipalities() -> list[Municipality]:
    """Return every member in whatever state, by name; not the consortium itself."""
    return list(Municipality.objects.exclude(schema_name=get_public_schema_name()).select_related("template"))


def get_municipality(municipality_id: int) -> Municipality | None:
    """Return a member, or None; never the consortium itself."""
    return Municipality.objects.exclude(schema_name=get_public_schema_name()).filter(pk=municipality_id).first()


def policy_templates() -> list[PolicyTemplate]:
    """Return the templates that a new municipality can follow, by country and name."""
    return list(PolicyTemplate.objects.order_by("country", "name", "code"))


def get_policy_template(code: str) -> PolicyTemplate | None:
    """Return the template with this code, or None."""
    return PolicyTemplate.objects.filter(code=code).first()


def followers_of_templates() -> dict[int, int]:
    """Return how many municipalities follow each template, by its number."""
    members = Municipality.objects.exclude(template=None).order_by()
    return dict(members.values_list("template_id").annotate(Count("pk")))


def countries() -> list[tuple[str, str]]:
    """Return the countries that a municipality can lie in, as (code, name)."""
    return [(str(value), str(label)) for value, label in Municipality.Country.choices]


def provisioning_run(run_id: int) -> ProvisioningRun | None:
    """Return a run of provisioning with its municipality, or None."""
    return ProvisioningRun.objects.select_related("municipality").filter(pk=run_id).first()


def newest_job_runs() -> list[JobRun]:
    """Return the newest run of each job for each municipality, with its municipality."""
    return list(
        JobRun.objects.select_related("municipality")
        .order_by("municipality_id", "job", "-started_at")
        .distinct("municipality_id", "job")
    )


def count_failed_jobs() -> int:
    """Return how many of the current municipality's jobs failed when they ran last."""
    runs = JobRun.objects.filter(municipality_id=current_municipality().pk)
    newest = runs.order_by("job", "-started_at").distinct("job").values_list("state", flat=True)
    return sum(1 for state in newest if state == JobRun.State.FAILED)


def health_of_municipalities(*, now: datetime) -> list[MunicipalityHealth]:
    """Return every member with its size and recent errors, in a handful of queries however many there are."""
    members = all_municipalities()
    hosts = dict(Domain.objects.filter(is_primary=True).values_list("tenant_id", "domain"))
    failed = JobRun.objects.filter(state=JobRun.State.FAILED, started_at__gt=now - timedelta(hours=24))
    errors = dict(failed.values_list("municipality_id").annotate(Count("id")))
    sizes = _sizes([member.schema_name for member in members])
    return [
        MunicipalityHealth(
            municipality=member,
            host=hosts.get(member.pk, ""),
            sizes={name: sizes.get((member.schema_name, table), 0) for name, table in measures.registered().items()},
            errors=errors.get(member.pk, 0),
        )
        for member in members
    ]


def _sizes(schema_names: list[str]) -> dict[tuple[str, str], int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.nspname, c.relname, c.reltuples::bigint FROM pg_catalog.pg_class c"
            " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind = 'r' AND c.relname = ANY(%s) AND n.nspname = ANY(%s)",
            [list(measures.registered().values()), schema_names],
        )
        found = {(schema, table): estimate for schema, table, estimate in cursor.fetchall()}
        if small := [key for key, estimate in found.items() if estimate < _COUNTED_ROWS]:
            cursor.execute(sql.SQL(" UNION ALL ").join(_count(schema, table) for schema, table in small))
            found |= {(schema, table): rows for schema, table, rows in cursor.fetchall()}
    return found


def _count(schema: str, table: str) -> sql.Composed:
    return sql.SQL("SELECT {}, {}, count(*) FROM {}").format(
        sql.Literal(schema), sql.Literal(table), sql.Identifier(schema, table)
    )


def stored_identity_provider(municipality: Municipality, kind: str) -> IdentityProvider | None:
    """Return what a municipality, or the consortium, has said of one kind of login, or None."""
    return IdentityProvider.objects.filter(municipality=municipality, kind=kind).first()


def identity_provider(municipality: Municipality, kind: str) -> IdentityProvider | None:
    """Return the provider where a municipality's people log in now, the consortium's where it follows that, or None.

    Which institutions may is always the municipality's own word.
    """
    own = stored_identity_provider(municipality, kind)
    if own is None or not own.is_on or not own.follows_consortium:
        return own if own is not None and own.is_on else None
    shared = IdentityProvider.objects.filter(
        municipality__schema_name=get_public_schema_name(), kind=kind, is_on=True, follows_consortium=False
    ).first()
    if shared is not None:
        shared.institutions = own.institutions
    return shared


def identity_providers(municipality: Municipality) -> list[IdentityProvider]:
    """Return the providers that a municipality's staff can log in at, its own before Unilogin."""
    found = [identity_provider(municipality, kind) for kind in IdentityProvider.Kind.values]
    return [each for each in found if each is not None]


def identity_provider_kinds() -> list[tuple[str, str]]:
    """Return the kinds of login by OpenID Connect, as (code, name)."""
    return [(str(value), str(label)) for value, label in IdentityProvider.Kind.choices]
