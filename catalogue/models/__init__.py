"""Bibliographic records, what libraries lay over them, the change feed, and who owns what. All in the shared schema."""

from catalogue.models.authorities import (
    Authority,
    AuthorityKind,
    AuthorityReference,
    HeadingChange,
    HeadingProgress,
    RecordHeadings,
    Vocabulary,
)
from catalogue.models.covers import Cover
from catalogue.models.enrichments import Enrichment, EnrichmentVersion
from catalogue.models.imports import (
    FolderFile,
    ImportAction,
    ImportEntry,
    ImportOutcome,
    ImportProfile,
    ImportRun,
    ImportSource,
    SourceKind,
)
from catalogue.models.records import (
    Audience,
    BibliographicRecord,
    CataloguingLibrary,
    Change,
    ChangeKind,
    HarvestEntry,
    HoldingsSummary,
    MaterialType,
    Origin,
    RawFormat,
    RecordMerge,
    RecordVersion,
)
from catalogue.models.remote_targets import RemoteTarget
from catalogue.models.works import WorkCorrection

__all__ = [
    "Audience",
    "Authority",
    "AuthorityKind",
    "AuthorityReference",
    "BibliographicRecord",
    "CataloguingLibrary",
    "Change",
    "ChangeKind",
    "Cover",
    "Enrichment",
    "EnrichmentVersion",
    "FolderFile",
    "HarvestEntry",
    "HeadingChange",
    "HeadingProgress",
    "HoldingsSummary",
    "ImportAction",
    "ImportEntry",
    "ImportOutcome",
    "ImportProfile",
    "ImportRun",
    "ImportSource",
    "MaterialType",
    "Origin",
    "RawFormat",
    "RecordHeadings",
    "RecordMerge",
    "RecordVersion",
    "RemoteTarget",
    "SourceKind",
    "Vocabulary",
    "WorkCorrection",
]
