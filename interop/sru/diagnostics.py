"""What's wrong with a request, by the standard's own numbers; the answer is HTTP 200 all the same."""

from enum import IntEnum


class Number(IntEnum):
    """Diagnostics of `info:srw/diagnostic/1`, as far as they can happen here."""

    UNAVAILABLE = 2
    OPERATION = 4
    VERSION = 5
    PARAMETER_VALUE = 6
    PARAMETER_MISSING = 7
    PARAMETER = 8
    SYNTAX = 10
    QUERY_TOO_LONG = 12
    PARENTHESES = 13
    QUOTES = 14
    CONTEXT_SET = 15
    INDEX = 16
    RELATION = 19
    RELATION_MODIFIER = 20
    RELATION_MODIFIERS = 21
    RELATION_AND_INDEX = 22
    TERM_TOO_LONG = 23
    RELATION_AND_TERM = 24
    ESCAPED = 26
    EMPTY_TERM = 27
    MASKING = 28
    MASKED_TOO_SHORT = 29
    TOO_MANY_MASKS = 30
    ANCHORING = 31
    ANCHOR_PLACE = 32
    ADJACENCY_AND_MASKING = 33
    TERM_FORMAT = 36
    BOOLEANS = 38
    PROXIMITY_RELATION = 40
    PROXIMITY_DISTANCE = 41
    PROXIMITY_UNIT = 42
    PROXIMITY_MODIFIERS = 44
    BOOLEAN_MODIFIER = 46
    FEATURE = 48
    MASK_PLACE = 49
    RESULT_SETS = 50
    OUT_OF_RANGE = 61
    NO_SUCH_RECORD = 65
    SCHEMA = 66
    PACKING = 71
    XPATH = 72
    SORT = 80
    SORT_SEQUENCE = 82
    SORT_KEYS = 84
    SORT_CASE = 91
    SORT_MISSING = 92
    STYLESHEETS = 110
    RESPONSE_POSITION = 120


MESSAGES = {
    Number.UNAVAILABLE: "System temporarily unavailable",
    Number.OPERATION: "Unsupported operation",
    Number.VERSION: "Unsupported version",
    Number.PARAMETER_VALUE: "Unsupported parameter value",
    Number.PARAMETER_MISSING: "Mandatory parameter not supplied",
    Number.PARAMETER: "Unsupported parameter",
    Number.SYNTAX: "Query syntax error",
    Number.QUERY_TOO_LONG: "Too many characters in query",
    Number.PARENTHESES: "Invalid or unsupported use of parentheses",
    Number.QUOTES: "Invalid or unsupported use of quotes",
    Number.CONTEXT_SET: "Unsupported context set",
    Number.INDEX: "Unsupported index",
    Number.RELATION: "Unsupported relation",
    Number.RELATION_MODIFIER: "Unsupported relation modifier",
    Number.RELATION_MODIFIERS: "Unsupported combination of relation modifiers",
    Number.RELATION_AND_INDEX: "Unsupported combination of relation and index",
    Number.TERM_TOO_LONG: "Too many characters in term",
    Number.RELATION_AND_TERM: "Unsupported combination of relation and term",
    Number.ESCAPED: "Non special character escaped in term",
    Number.EMPTY_TERM: "Empty term unsupported",
    Number.MASKING: "Masking character not supported",
    Number.MASKED_TOO_SHORT: "Masked words too short",
    Number.TOO_MANY_MASKS: "Too many masking characters in term",
    Number.ANCHORING: "Anchoring character not supported",
    Number.ANCHOR_PLACE: "Anchoring character in unsupported position",
    Number.ADJACENCY_AND_MASKING: "Combination of proximity/adjacency and masking characters not supported",
    Number.TERM_FORMAT: "Term in invalid format for index or relation",
    Number.BOOLEANS: "Too many boolean operators in query",
    Number.PROXIMITY_RELATION: "Unsupported proximity relation",
    Number.PROXIMITY_DISTANCE: "Unsupported proximity distance",
    Number.PROXIMITY_UNIT: "Unsupported proximity unit",
    Number.PROXIMITY_MODIFIERS: "Unsupported combination of proximity modifiers",
    Number.BOOLEAN_MODIFIER: "Unsupported boolean modifier",
    Number.FEATURE: "Query feature unsupported",
    Number.MASK_PLACE: "Masking character in unsupported position",
    Number.RESULT_SETS: "Result sets not supported",
    Number.OUT_OF_RANGE: "First record position out of range",
    Number.NO_SUCH_RECORD: "Record does not exist",
    Number.SCHEMA: "Unknown schema for retrieval",
    Number.PACKING: "Unsupported record packing",
    Number.XPATH: "XPath retrieval unsupported",
    Number.SORT: "Sort not supported",
    Number.SORT_SEQUENCE: "Unsupported sort sequence",
    Number.SORT_KEYS: "Too many sort keys to sort",
    Number.SORT_CASE: "Unsupported case",
    Number.SORT_MISSING: "Unsupported missing value action",
    Number.STYLESHEETS: "Stylesheets not supported",
    Number.RESPONSE_POSITION: "Response position out of range",
}
_LONGEST_DETAILS = 200


class Diagnostic(Exception):
    """The request, or one record of the answer, can't be had.

    :ivar details: what the standard puts there: the name of a parameter or an index, a limit
    """

    def __init__(self, number: Number, details: object = "") -> None:
        self.number = number
        self.details = str(details)[:_LONGEST_DETAILS]
        super().__init__(f"{int(number)} {self.details}")

    @property
    def uri(self) -> str:
        """The number as the standard writes it."""
        return f"info:srw/diagnostic/1/{int(self.number)}"

    @property
    def message(self) -> str:
        """The standard's words, in English as the protocol is."""
        return MESSAGES[self.number]
