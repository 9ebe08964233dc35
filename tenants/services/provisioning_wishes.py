"""What somebody asks for when a municipality is to be put into service, and everything that's wrong with it."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection

from common.errors import Reason
from tenants.errors import blocking
from tenants.models import Domain, Municipality, PolicyTemplate, SchemaSnapshot
from tenants.rules import problem_of_label, schema_name_of
from tenants.services.snapshots import has_current_snapshot

_LONGEST_NAME = 100
_MOST_PEOPLE = 50_000_000


@dataclass(frozen=True)
class Wishes:
    """What was typed into the form or given to the command."""

    name: str
    host_label: str
    country: str
    template_code: str
    population: int
    first_admin_email: str = ""

    def cleaned(self) -> "Wishes":
        """Return the same without blanks around, and with the host in small letters."""
        return replace(
            self,
            name=" ".join(self.name.split()),
            host_label=self.host_label.strip().lower(),
            country=self.country.strip().upper(),
            template_code=self.template_code.strip(),
            first_admin_email=self.first_admin_email.strip(),
        )

    def as_facts(self) -> dict[str, Any]:
        """Return it for the audit log: without the person's address."""
        return {name: value for name, value in asdict(self).items() if name != "first_admin_email"}


def reasons_to_refuse(wishes: Wishes) -> list[Reason]:
    """Return everything that's wrong with cleaned wishes; nothing when the municipality can be made."""
    return [
        *_problems_of_name(wishes.name),
        *_problems_of_host(wishes.host_label),
        *_problems_of_template(wishes.country, wishes.template_code),
        *_problems_of_numbers(wishes),
        *_problems_of_snapshot(),
    ]


def _problems_of_name(name: str) -> list[Reason]:
    if not name or not name.isprintable():
        return [blocking("NAME_MISSING")]
    if len(name) > _LONGEST_NAME:
        return [blocking("NAME_TOO_LONG", longest=_LONGEST_NAME)]
    if Municipality.objects.filter(name__iexact=name).exists():
        return [blocking("NAME_TAKEN", name=name)]
    return []


def _problems_of_host(label: str) -> list[Reason]:
    if problem := problem_of_label(label):
        return [blocking(problem, host=label[:60])]
    host = f"{label}.{settings.BASE_DOMAIN}"
    schema_name = schema_name_of(label)
    taken = (
        Domain.objects.filter(domain=host).exists()
        or Municipality.objects.filter(schema_name=schema_name).exists()
        or _schema_exists(schema_name)
    )
    return [blocking("HOST_TAKEN", host=host)] if taken else []


def _schema_exists(schema_name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = %s", [schema_name])
        return cursor.fetchone() is not None


def _problems_of_template(country: str, code: str) -> list[Reason]:
    problems = []
    if country not in Municipality.Country.values:
        problems.append(blocking("COUNTRY_UNKNOWN", country=country[:10]))
    template = PolicyTemplate.objects.filter(code=code).first() if code.isprintable() else None
    if template is None:
        problems.append(blocking("TEMPLATE_UNKNOWN", template=code[:60]))
    elif not problems and template.country != country:
        problems.append(blocking("TEMPLATE_OF_ANOTHER_COUNTRY", template=code, country=template.country))
    return problems


def _problems_of_numbers(wishes: Wishes) -> list[Reason]:
    problems = []
    if not 1 <= wishes.population <= _MOST_PEOPLE:
        problems.append(blocking("POPULATION_INVALID", least=1, most=_MOST_PEOPLE))
    if wishes.first_admin_email:
        try:
            validate_email(wishes.first_admin_email)
        except ValidationError:
            problems.append(blocking("EMAIL_INVALID"))
    return problems


def _problems_of_snapshot() -> list[Reason]:
    if has_current_snapshot():
        return []
    return [blocking("SNAPSHOT_STALE" if SchemaSnapshot.objects.exists() else "SNAPSHOT_MISSING")]
