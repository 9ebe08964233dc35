"""A title's page offers it as files."""

import pytest
from lxml import etree

from tests.factories import NOW, RecordFactory


@pytest.fixture
def record(alpha):
    return RecordFactory(title="Lucky & Per", control_number="870970")


@pytest.mark.parametrize(
    ("code", "ending", "begins"),
    [("bibtex", "bib", "@book{870970,"), ("ris", "ris", "TY  - BOOK"), ("marcxml", "xml", "<?xml")],
)
def test_the_page_leads_to_each_file(browser, record, code, ending, begins):
    path = f"/title/{record.pk}/as/{code}"
    assert f'href="{path}"' in browser.get(f"/title/{record.pk}").content.decode()

    answer = browser.get(path)

    assert answer.status_code == 200
    assert answer["Content-Disposition"] == f'attachment; filename="{record.pk}.{ending}"'
    assert answer.content.decode().startswith(begins)


def test_marc_is_well_formed(browser, record):
    root = etree.fromstring(browser.get(f"/title/{record.pk}/as/marcxml").content)

    assert root.findtext('.//{*}datafield[@tag="245"]/{*}subfield') == "Lucky & Per"


def test_nothing_else_is_there(browser, record):
    assert browser.get(f"/title/{record.pk}/as/csv").status_code == 404
    assert browser.get(f"/title/{record.pk + 10**6}/as/ris").status_code == 404
    assert browser.get(f"/title/{10**30}/as/ris").status_code == 404
    record.deleted_at = NOW
    record.save()

    assert browser.get(f"/title/{record.pk}/as/ris").status_code == 404
