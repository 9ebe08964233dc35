"""What can be wrong with a file or a record, as codes with a sentence for people."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Problem(StrEnum):
    """Why a file or a record was not read, or what had to be put right to read it."""

    EMPTY_FILE = "EMPTY_FILE"
    NO_RECORDS = "NO_RECORDS"
    UNKNOWN_FORMAT = "UNKNOWN_FORMAT"
    JSON_FORMAT = "JSON_FORMAT"
    LINE_FORMAT = "LINE_FORMAT"
    ZIP_ARCHIVE = "ZIP_ARCHIVE"
    BROKEN_ARCHIVE = "BROKEN_ARCHIVE"
    TOO_MUCH_TO_LOOK_AT = "TOO_MUCH_TO_LOOK_AT"
    UNSUPPORTED_ENCODING = "UNSUPPORTED_ENCODING"
    UNIMARC = "UNIMARC"
    TRUNCATED = "TRUNCATED"
    OVERSIZED = "OVERSIZED"
    BAD_LEADER = "BAD_LEADER"
    BAD_DIRECTORY = "BAD_DIRECTORY"
    UNSUPPORTED_STRUCTURE = "UNSUPPORTED_STRUCTURE"
    NO_FIELDS = "NO_FIELDS"
    INVALID_UTF8 = "INVALID_UTF8"
    INVALID_MARC8 = "INVALID_MARC8"
    INVALID_TEXT = "INVALID_TEXT"
    MISSING_TAG = "MISSING_TAG"
    BAD_SUBFIELD_CODE = "BAD_SUBFIELD_CODE"
    BAD_LINE = "BAD_LINE"
    ILLFORMED_XML = "ILLFORMED_XML"
    UNCLOSED_RECORD = "UNCLOSED_RECORD"
    NOT_MARC = "NOT_MARC"
    WRONG_LENGTHS = "WRONG_LENGTHS"
    REPAIRED_LEADER = "REPAIRED_LEADER"
    WRONG_ENCODING_MARK = "WRONG_ENCODING_MARK"
    AUTHORITY_RECORD = "AUTHORITY_RECORD"
    HOLDINGS_RECORD = "HOLDINGS_RECORD"
    NO_TITLE = "NO_TITLE"
    DUPLICATE_IN_FILE = "DUPLICATE_IN_FILE"
    OLDER_THAN_CATALOGUE = "OLDER_THAN_CATALOGUE"
    HAS_ITEMS = "HAS_ITEMS"
    MERGED_AWAY = "MERGED_AWAY"
    OTHERS_LOCAL_RECORD = "OTHERS_LOCAL_RECORD"
    NUMBER_OF_ANOTHER = "NUMBER_OF_ANOTHER"
    NOT_ONE_RECORD = "NOT_ONE_RECORD"


_TEXTS = {
    Problem.EMPTY_FILE: _("The file is empty."),
    Problem.NO_RECORDS: _("The file has no MARC records in it."),
    Problem.UNKNOWN_FORMAT: _("The file is not MARC in a format that can be read."),
    Problem.JSON_FORMAT: _("The file is MARC in JSON; export it as ISO 2709 or XML instead."),
    Problem.LINE_FORMAT: _("The file is MARC as text lines; export it as ISO 2709 or XML instead."),
    Problem.ZIP_ARCHIVE: _("The file is a ZIP archive; unpack it first."),
    Problem.BROKEN_ARCHIVE: _("The compressed file is damaged and ends here."),
    Problem.TOO_MUCH_TO_LOOK_AT: _("The compressed file unpacks to too much to look at here."),
    Problem.UNSUPPORTED_ENCODING: _("The file's character encoding can't be read; convert it to UTF-8."),
    Problem.UNIMARC: _("The record is UNIMARC, which is not supported."),
    Problem.TRUNCATED: _("The record is cut off before its end."),
    Problem.OVERSIZED: _("The record is longer than any MARC record can be."),
    Problem.BAD_LEADER: _("The record's leader is damaged."),
    Problem.BAD_DIRECTORY: _("The record's directory doesn't fit its fields."),
    Problem.UNSUPPORTED_STRUCTURE: _("The record has no indicators and subfields, so it is not MARC 21 or danMARC2."),
    Problem.NO_FIELDS: _("The record has no fields."),
    Problem.INVALID_UTF8: _("The record has bytes that are not valid UTF-8, so its letters can't be trusted."),
    Problem.INVALID_MARC8: _("The record has bytes that are not valid MARC-8, so its letters can't be trusted."),
    Problem.INVALID_TEXT: _("The record has bytes that the chosen encoding doesn't know."),
    Problem.MISSING_TAG: _("A field has no tag, or one that is not three letters or digits."),
    Problem.BAD_SUBFIELD_CODE: _("A subfield has no code, or one that can't be used."),
    Problem.BAD_LINE: _("A line is not in Aleph sequential format."),
    Problem.ILLFORMED_XML: _("The record is not well-formed XML."),
    Problem.UNCLOSED_RECORD: _("The record has no end tag."),
    Problem.NOT_MARC: _("The XML record has no MARC fields."),
    Problem.WRONG_LENGTHS: _("The record was read, though lengths in its directory or leader are wrong."),
    Problem.REPAIRED_LEADER: _("The record was read, though its leader is missing or damaged."),
    Problem.WRONG_ENCODING_MARK: _("The record was read, though its leader names another encoding."),
    Problem.AUTHORITY_RECORD: _("The record is an authority record, not a bibliographic record."),
    Problem.HOLDINGS_RECORD: _("The record describes copies of a title, it is not a bibliographic record."),
    Problem.NO_TITLE: _("The record has no title. Additions to a common record can't stand alone."),
    Problem.DUPLICATE_IN_FILE: _("The file has another record with the same number; the first one counts."),
    Problem.OLDER_THAN_CATALOGUE: _("The catalogue has a newer version of the record."),
    Problem.HAS_ITEMS: _("The record is withdrawn, but there are still items of it."),
    Problem.MERGED_AWAY: _("The record is part of another one by now, which has its number too."),
    Problem.OTHERS_LOCAL_RECORD: _("It's another library's local record."),
    Problem.NUMBER_OF_ANOTHER: _("Its number is one that another library gives, so only that library brings it in."),
    Problem.NOT_ONE_RECORD: _("There must be exactly one record."),
}


class RecordProblem(Exception):
    """One record can't be read."""

    def __init__(self, code: Problem, detail: str = "") -> None:
        self.code = code
        self.detail = detail
        super().__init__(f"{code} {detail}".strip())


def describe(code: str) -> str | Promise:
    """Return the sentence for a problem's code; an unknown code, of an older release's report, is its own text."""
    try:
        return _TEXTS[Problem(code)]
    except ValueError:
        return code
