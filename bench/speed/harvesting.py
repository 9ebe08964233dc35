"""A full harvest of all records by OAI-PMH, page by page as a harvester asks."""

import re
from urllib.parse import urlencode

from django.http import QueryDict

from bench.speed.cpu import OwnClock
from bench.speed.figures import Figure, Figures, MeasurementBroke
from bench.speed.quiet import settle
from bench.speed.setting import Setting
from catalogue.harvesting import View, earliest_change
from interop.oai.answers import answer
from interop.oai.repository import Repository
from tenants.choice import choose, choose_none

_GOAL = 3000.0
_FORMATS = ("marcxml", "marcxchange", "oai_dc")
_TOKEN = re.compile(r"<resumptionToken[^>]*>([^<]+)</resumptionToken>")


def measure(setting: Setting) -> Figures:
    """Harvest everything in each format; the goal is MARCXML's, for the others it's read as the same."""
    choose_none()
    try:
        if earliest_change(View(None)) is None:
            raise MeasurementBroke("There's nothing to harvest.")
        for prefix in _FORMATS:
            settle()
            yield _harvest(prefix)
    finally:
        choose(setting.municipality)


def _harvest(prefix: str) -> Figure:
    repository = Repository(name="All", address="http://localhost/oai", municipality_id=None)
    asked = {"verb": "ListRecords", "metadataPrefix": prefix}
    records = size = pages = 0
    clock = OwnClock()
    while asked:
        page = answer(repository, QueryDict(urlencode(asked)))
        records += page.count("<header")
        size += len(page.encode())
        pages += 1
        more = _TOKEN.search(page)
        asked = {"verb": "ListRecords", "resumptionToken": more[1]} if more else {}
    spent = clock.read()
    if not records:
        raise MeasurementBroke(page[:500])
    detail = (
        f"{records:,} records on {pages:,} pages, {size / 1e6:,.0f} MB, {records / spent.wall:,.0f} a second; {spent}"
    )
    return Figure(
        name=f"OAI-PMH harvest, {prefix}",
        value=records / spent.cpu,
        unit="records/CPU s",
        goal=_GOAL,
        bound=">",
        detail=detail,
    )
