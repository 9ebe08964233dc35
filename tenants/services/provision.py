"""Puts a municipality into service: its row, host, schema and first rows, all in one transaction."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from common import audit
from tenants import provisioning_steps
from tenants.choice import choose, choose_none
from tenants.countries import DEFAULTS
from tenants.errors import ProvisioningFailed, ProvisioningRefused, blocking
from tenants.models import Domain, Municipality, PolicyTemplate
from tenants.rules import barcode_schemes_of, schema_name_of
from tenants.selectors import address_on, forget_hosts
from tenants.services.provisioning_wishes import Wishes, reasons_to_refuse
from tenants.services.snapshots import current_snapshot, replay

Progress = Callable[[str, str, float], None]


@dataclass(frozen=True)
class Provisioned:
    """A municipality in service.

    :ivar address: where its people find it
    :ivar facts: what the steps told, for instance `invitation`: the first administrator's token
    :ivar seconds: how long it took
    """

    municipality: Municipality
    address: str
    facts: Mapping[str, Any]
    seconds: float

    @property
    def invitation(self) -> str:
        """The first administrator's token, or nothing when nobody was invited."""
        return str(self.facts.get("invitation", ""))


def provision(
    *,
    name: str,
    host_label: str,
    country: str,
    template_code: str,
    population: int,
    now: datetime,
    actor: Any = None,
    progress: Progress | None = None,
    first_admin_email: str = "",
) -> Provisioned:
    """Put a new municipality into service, or leave no trace of it.

    :param host_label: the first part of its host name, before the consortium's domain
    :param actor: the consortium's staff account, or None for a command
    :param progress: is told each step's name, its state (RUNNING, DONE, FAILED) and its seconds
    :raises tenants.errors.ProvisioningRefused: with everything that's wrong with what was asked for
    :raises tenants.errors.ProvisioningFailed: if a step broke; everything before it has been taken back
    """
    started = time.perf_counter()
    choose_none()
    wishes = Wishes(name, host_label, country, template_code, population, first_admin_email).cleaned()
    if reasons := reasons_to_refuse(wishes):
        raise ProvisioningRefused(reasons)
    try:
        with transaction.atomic():
            municipality, facts = _make(wishes, now=now, actor=actor, progress=progress or _say_nothing)
    finally:
        choose_none()
        forget_hosts()
    return Provisioned(
        municipality=municipality,
        address=address_on(f"{wishes.host_label}.{settings.BASE_DOMAIN}"),
        facts=facts,
        seconds=time.perf_counter() - started,
    )


def _make(wishes: Wishes, *, now: datetime, actor: Any, progress: Progress) -> tuple[Municipality, dict[str, Any]]:
    # Waits for another one of the same name or host, however long its schema takes, and then finds them taken.
    with _step("municipality", progress):
        municipality, template = _write_municipality(wishes)
    with _step("schema", progress):
        with connection.cursor() as cursor:
            # The foreign keys to shared tables wait for whoever writes there; nobody is to wait for us for long.
            cursor.execute("SET LOCAL lock_timeout = '5s'")
        snapshot = current_snapshot()
        if snapshot is None:
            raise ProvisioningRefused([blocking("SNAPSHOT_STALE")])
        replay(snapshot, schema_name=municipality.schema_name)
    facts = _first_rows(
        provisioning_steps.NewMunicipality(municipality, template, now, wishes.first_admin_email), progress
    )
    with _step("service", progress):
        _put_into_service(municipality, wishes, actor=actor)
    return municipality, facts


def _write_municipality(wishes: Wishes) -> tuple[Municipality, PolicyTemplate]:
    defaults = DEFAULTS[wishes.country]
    template = PolicyTemplate.objects.get(code=wishes.template_code)
    try:
        with transaction.atomic():
            municipality = Municipality.objects.create(
                schema_name=schema_name_of(wishes.host_label),
                name=wishes.name,
                country=wishes.country,
                population=wishes.population,
                language=defaults.language,
                currency=defaults.currency,
                time_zone=defaults.time_zone,
                template=template,
            )
            Domain.objects.create(
                tenant=municipality, domain=f"{wishes.host_label}.{settings.BASE_DOMAIN}", is_primary=True
            )
    except IntegrityError as error:
        # Somebody else has just taken it, between our look and our write.
        code = "NAME_TAKEN" if "municipality_name_once" in str(error) else "HOST_TAKEN"
        raise ProvisioningRefused([blocking(code)]) from error
    municipality.barcode_schemes = barcode_schemes_of(municipality.pk)
    return municipality, template


def _first_rows(new: provisioning_steps.NewMunicipality, progress: Progress) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    choose(new.municipality)
    for name, step in provisioning_steps.registered().items():
        with _step(name, progress):
            facts |= step(new) or {}
    choose_none()
    return facts


def _put_into_service(municipality: Municipality, wishes: Wishes, *, actor: Any) -> None:
    # What the steps broke shows here and not at the commit, where nobody could say which municipality it was.
    connection.check_constraints()
    municipality.state = Municipality.State.IN_SERVICE
    municipality.save(update_fields=["state", "barcode_schemes"])
    audit.record(action="tenants.provision", actor=actor, subject=municipality, facts=wishes.as_facts())


@contextmanager
def _step(name: str, progress: Progress) -> Iterator[None]:
    started = time.perf_counter()
    progress(name, "RUNNING", 0.0)
    try:
        yield
    except ProvisioningRefused:
        progress(name, "FAILED", time.perf_counter() - started)
        raise
    except Exception as error:
        progress(name, "FAILED", time.perf_counter() - started)
        first_line = str(error).strip().partition("\n")[0]
        raise ProvisioningFailed(name, f"{type(error).__name__}: {first_line}") from error
    progress(name, "DONE", time.perf_counter() - started)


def _say_nothing(_step: str, _state: str, _seconds: float) -> None:
    """Stand in where nobody follows the progress."""
