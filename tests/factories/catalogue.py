"""Bibliographic records; they live in the shared schema, so every municipality sees them."""

import hashlib

import factory
from factory.django import DjangoModelFactory

from catalogue.models import BibliographicRecord, MaterialType, RawFormat
from tests.factories.moments import NOW


class RecordFactory(DjangoModelFactory):
    """A novel for adults; `child` and `film` are traits."""

    class Meta:
        model = BibliographicRecord

    class Params:
        child = factory.Trait(audience="CHILD")
        film = factory.Trait(material_type=MaterialType.FILM)

    source = "test"
    control_number = factory.Sequence(lambda n: f"{10_000_000 + n}")
    raw = factory.LazyAttribute(lambda record: record.control_number.encode())
    raw_format = RawFormat.MARC21
    raw_encoding = "utf-8"
    raw_sha256 = factory.LazyAttribute(lambda record: hashlib.sha256(record.raw).digest())
    title = factory.Sequence(lambda n: f"The house by the fjord {n}")
    author = "Larsen, Karen"
    year = 2019
    language = "dan"
    audience = "ADULT"
    material_type = MaterialType.BOOK
    created_at = NOW
    changed_at = NOW
