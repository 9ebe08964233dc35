"""Answers of SRU, checked by the standard's schemas where these lie beside the project.

There's no schema of SRU 1.2 among them; that of 2.0 has its elements in the same order, under another namespace.
"""

import re
from functools import cache

from lxml import etree

from tests.interop.harvests import XSD

SRW = "http://www.loc.gov/zing/srw/"
SRU = "http://docs.oasis-open.org/ns/search-ws/sruResponse"
SCAN = "http://docs.oasis-open.org/ns/search-ws/scan"
DIAGNOSTIC = "http://docs.oasis-open.org/ns/search-ws/diagnostic"
MARCXML = "{http://www.loc.gov/MARC21/slim}"
_OUTLINES = {
    "searchRetrieveResponse": (
        "version numberOfRecords records nextRecordPosition echoedSearchRetrieveRequest diagnostics"
        " resultCountPrecision"
    ),
    "scanResponse": "version terms echoedScanRequest diagnostics",
    "explainResponse": "version record echoedExplainRequest diagnostics",
}
_DRIVER = f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:import namespace="{SRU}" schemaLocation="sruResponse.xsd"/>
  <xs:import namespace="{SCAN}" schemaLocation="scan.xsd"/>
  <xs:import namespace="{DIAGNOSTIC}" schemaLocation="diagnostic.xsd"/>
  <xs:import namespace="http://www.loc.gov/MARC21/slim" schemaLocation="MARC21slim.xsd"/>
</xs:schema>"""


@cache
def _schema() -> etree.XMLSchema | None:
    if not (XSD / "sruResponse.xsd").exists():
        return None
    parser = etree.XMLParser(no_network=True)
    return etree.XMLSchema(etree.fromstring(_DRIVER, parser, base_url=str(XSD / "driver.xsd")))


def checked(content: bytes, version: str) -> etree._Element:
    """Return an answer as a tree, once it's what the standard says: by its schemas, or else by its outline."""
    root = etree.fromstring(content)
    name = etree.QName(root)
    is_2 = version == "2.0"
    assert name.namespace == (SRW if not is_2 else SCAN if name.localname == "scanResponse" else SRU)
    order = _OUTLINES[name.localname].split()
    places = [order.index(etree.QName(child).localname) for child in root]
    assert places == sorted(set(places))
    assert (root.findtext("{*}version") is None) is is_2
    if schema := _schema():
        schema.assertValid(root if is_2 else _as_2(content, name.localname))
    return root


def _as_2(content: bytes, name: str) -> etree._Element:
    text = content.decode().replace(f"{SRW}diagnostic/", DIAGNOSTIC)
    if name == "scanResponse":
        text = re.sub("<version>[^<]*</version>", "", text)
    return etree.fromstring(text.replace(SRW, SCAN if name == "scanResponse" else SRU).encode())


def diagnostics_of(root: etree._Element) -> list[tuple[int, str]]:
    """Return what's wrong with a request, as (number, details)."""
    return [
        (int(each.findtext("{*}uri").removeprefix("info:srw/diagnostic/1/")), each.findtext("{*}details") or "")
        for each in root.findall("{*}diagnostics/{*}diagnostic")
    ]


def titles_of(root: etree._Element) -> list[str]:
    """Return the titles of an answer's Dublin Core records."""
    return [each.text for each in root.iter("{http://purl.org/dc/elements/1.1/}title")]
