"""Bibliographic records, what libraries lay over them, the change feed, and who owns what. All in the shared schema."""

from catalogue.models.enrichments import Enrichment, EnrichmentVersion
from catalogue.models.records import (
    Audience,
    BibliographicRecord,
    CataloguingLibrary,
    Change,
    ChangeKind,
    HarvestEntry,
    HoldingsSummary,
    ImportRun,
    MaterialType,
    Origin,
    RawFormat,
    RecordMerge,
    RecordVersion,
)

__all__ = [
    "Audience",
    "BibliographicRecord",
    "CataloguingLibrary",
    "Change",
    "ChangeKind",
    "Enrichment",
    "EnrichmentVersion",
    "HarvestEntry",
    "HoldingsSummary",
    "ImportRun",
    "MaterialType",
    "Origin",
    "RawFormat",
    "RecordMerge",
    "RecordVersion",
]
