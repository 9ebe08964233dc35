"""What a scenario is given: where and how much is measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from bench.speed.clients import Client
from bench.speed.cpu import server
from bench.speed.loops import Loop
from tenants.models import Domain, Municipality


@dataclass(frozen=True)
class Setting:
    """Where and how much is measured.

    :ivar requests: of each kind
    :ivar scale: 1 for the size that the goals are set for
    :ivar folder: for files that are needed for a while
    """

    municipality: Municipality
    requests: int
    scale: float
    folder: Path

    def loop(self, clients: Sequence[Client]) -> Loop:
        """Return a loop that watches the demo's web and database."""
        return Loop(clients, web=server("web"), database=server("postgres"))

    def client(self) -> Client:
        """Return a new browser at the municipality."""
        host = Domain.objects.get(tenant=self.municipality, is_primary=True).domain
        return Client(host, settings.PUBLIC_PORT)
