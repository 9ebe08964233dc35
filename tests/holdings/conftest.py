"""Deliveries with items, as the supplier of Alpha's `hb` writes them."""

from io import BytesIO

import pytest

from catalogue.models import BibliographicRecord, ImportProfile
from catalogue.services.import_by_profile import plan_profile_import, run_profile_import
from catalogue.services.import_marc import import_marc
from catalogue.services.import_profiles import save_profile
from catalogue.services.records import Author
from common.barcodes import BarcodeScheme
from tests.catalogue.test_import_by_profile import novel
from tests.factories import BranchFactory, ItemTypeFactory, ShelvingLocationFactory, StaffAccountFactory

READING = """952 barcode=p branch=a room=c type=y mark=o price=g note=z volume=h acquired=d
branch CPL = hb
type * = BOOK
room FIC = Fiction
room REF = Not there"""


@pytest.fixture
def author(alpha):
    return Author(StaffAccountFactory(name="Karen Holm"), alpha)


@pytest.fixture
def branch(alpha):
    branch = BranchFactory(code="hb")
    ShelvingLocationFactory(branch=branch, name="Fiction")
    ItemTypeFactory(code="BOOK")
    return branch


@pytest.fixture
def number(alpha):
    """Return a function that makes one of Alpha's barcodes."""
    return BarcodeScheme(**alpha.barcode_schemes["item"]).make


@pytest.fixture
def known(branch, now):
    import_marc(file=BytesIO(novel()), source="test", owner="alpha", now=now)
    return BibliographicRecord.objects.get()


@pytest.fixture
def bring(author, now):
    def bring_file(raw, *, by=author, **settings):
        run = planned(by, now, **settings)
        return run_profile_import(run_id=run.pk, file=BytesIO(raw), author=by, now=now)

    return bring_file


def planned(author, now, **settings):
    values = {"name": f"Items {ImportProfile.objects.count()}", "on_match": "ITEMS", "on_no_match": "SKIP"}
    profile = save_profile(values={**values, "items": READING, **settings}, author=author)
    return plan_profile_import(profile=profile, file_name="items.mrc", source="supplier", author=author, now=now)
