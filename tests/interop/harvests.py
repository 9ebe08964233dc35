"""Titles to harvest, and a check of OAI-PMH's answers by the standard's schemas where these lie beside the project."""

import os
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from lxml import etree

from catalogue.models import BibliographicRecord, Change, HoldingsSummary
from catalogue.services.change_feed import announce
from catalogue.services.import_marc import import_marc
from tenants.models import Municipality
from tests.factories import NOW

ROOT = Path(__file__).parents[2]
MARC = ROOT / "tests" / "data" / "marc"
XSD = Path(os.environ.get("LIBSYS_SHARED_DATA") or ROOT.parent / "shared" / "data") / "xsd"
OAI = "{http://www.openarchives.org/OAI/2.0/}"
# Its own schema isn't among those; what it holds is checked where it's written.
_MARCXCHANGE = b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
  targetNamespace="info:lc/xmlns/marcxchange-v1">
  <xs:element name="record"><xs:complexType><xs:sequence>
    <xs:any processContents="skip" maxOccurs="unbounded"/>
  </xs:sequence><xs:anyAttribute processContents="skip"/></xs:complexType></xs:element>
</xs:schema>"""
_IMPORT = b'<xs:import namespace="info:lc/xmlns/marcxchange-v1" schemaLocation="marcxchange.xsd"/></xs:schema>'


class _Own(etree.Resolver):
    def resolve(self, url: str, _public_id: str, context: Any) -> Any:
        return self.resolve_string(_MARCXCHANGE, context) if url.endswith("marcxchange.xsd") else None


@cache
def _schema() -> etree.XMLSchema | None:
    if not (XSD / "all.xsd").exists():
        return None
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Own())
    text = (XSD / "all.xsd").read_bytes().replace(b"</xs:schema>", _IMPORT)
    return etree.XMLSchema(etree.fromstring(text, parser, base_url=str(XSD / "driver.xsd")))


def checked(content: bytes) -> etree._Element:
    """Return an answer as a tree, once it's what the standard says: by its schemas, or else by its outline."""
    root = etree.fromstring(content)
    outline = [child.tag.removeprefix(OAI) for child in root]
    assert (root.tag, outline[:2]) == (f"{OAI}OAI-PMH", ["responseDate", "request"])
    assert len(outline) == 3 or set(outline[2:]) == {"error"}
    if schema := _schema():
        schema.assertValid(root)
    return root


def errors_of(root: etree._Element) -> list[str]:
    """Return the codes of an answer's errors."""
    return [error.get("code") for error in root.findall(f"{OAI}error")]


def numbers_of(root: etree._Element) -> list[tuple[int, bool]]:
    """Return the titles of a page as (record number, whether it's gone)."""
    return [
        (int(header.findtext(f"{OAI}identifier").rpartition(":")[2]), header.get("status") == "deleted")
        for header in root.iter(f"{OAI}header")
    ]


def token_in(root: etree._Element) -> str | None:
    """Return what the answer's token says: None without one, nothing at a list's end."""
    found = next(root.iter(f"{OAI}resumptionToken"), None)
    return None if found is None else found.text or ""


def import_samples(*names: str) -> list[BibliographicRecord]:
    """Return the records of sample files, in the order of their numbers."""
    for name in names:
        import_marc(file=MARC / name, source="samples", owner="", now=NOW)
    return list(BibliographicRecord.objects.order_by("pk"))


@transaction.atomic
def hold(record: BibliographicRecord, municipality: Municipality, branch: str = "main", items: int = 1) -> None:
    """Give a branch so many items of a title, as the municipality's own counting does."""
    HoldingsSummary.objects.filter(record=record, municipality=municipality, branch_code=branch).delete()
    if items:
        HoldingsSummary.objects.create(record=record, municipality=municipality, branch_code=branch, items=items)
    announce(record_ids=[record.pk], kind=Change.Kind.HOLDINGS, now=NOW, municipality_id=municipality.pk)


@transaction.atomic
def tell(*records: BibliographicRecord, kind: Change.Kind = Change.Kind.RECORD) -> None:
    """Enter changed records into the feed."""
    announce(record_ids=[record.pk for record in records], kind=kind, now=NOW)
