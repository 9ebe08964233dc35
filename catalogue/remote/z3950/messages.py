"""The messages of Z39.50 that a client which copies records sends and gets (ISO 23950, module Z39-50-APDU-1995).

What we neither send nor look at is named all the same, lest a server that sends it can't be understood.
"""

from pyasn1.type import char, namedtype, tag, univ, useful

_FLAT, _DEEP = tag.tagFormatSimple, tag.tagFormatConstructed


def _tag(number: int, shape: int) -> tag.Tag:
    return tag.Tag(tag.tagClassContext, shape, number)


def _as(what: univ.base.Asn1Item, number: int) -> univ.base.Asn1Item:
    """Return a type under a number in the place of its own."""
    is_deep = isinstance(what, univ.SequenceAndSetBase | univ.SequenceOfAndSetOfBase)
    return what.subtype(implicitTag=_tag(number, _DEEP if is_deep else _FLAT))


def _within(what: univ.base.Asn1Item, number: int) -> univ.base.Asn1Item:
    """Return a type with a number around it, as a choice has it."""
    return what.subtype(explicitTag=_tag(number, _DEEP))


def _text(number: int) -> univ.base.Asn1Item:
    return _as(univ.OctetString(), number)


def _whatever(number: int) -> univ.base.Asn1Item:
    """Return what takes in anything under a number."""
    return _as(univ.SequenceOf(componentType=univ.Any()), number)


_must, _may = namedtype.NamedType, namedtype.OptionalNamedType
_REFERENCE = _may("referenceId", _text(2))
_IMPLEMENTATION = (
    _may("implementationId", _text(110)),
    _may("implementationName", _text(111)),
    _may("implementationVersion", _text(112)),
)
_MORE = _may("otherInfo", _whatever(201))
_SIZES = (
    _must("protocolVersion", _as(univ.BitString(), 3)),
    _must("options", _as(univ.BitString(), 4)),
    _must("preferredMessageSize", _as(univ.Integer(), 5)),
    _must("exceptionalRecordSize", _as(univ.Integer(), 6)),
)


class InitRequest(univ.Sequence):
    """A client says hello."""

    componentType = namedtype.NamedTypes(_REFERENCE, *_SIZES, *_IMPLEMENTATION)


class InitResponse(univ.Sequence):
    """A server lets it in, or doesn't."""

    componentType = namedtype.NamedTypes(
        _REFERENCE,
        *_SIZES,
        _must("result", _as(univ.Boolean(), 12)),
        *_IMPLEMENTATION,
        _may("userInformationField", _whatever(11)),
        _MORE,
    )


class AttributeValue(univ.Choice):
    """What an attribute says."""

    componentType = namedtype.NamedTypes(_must("numeric", _as(univ.Integer(), 121)))


class Attribute(univ.Sequence):
    """One thing that's said of a term, such as which index it's looked for in."""

    componentType = namedtype.NamedTypes(
        _may("attributeSet", _as(univ.ObjectIdentifier(), 1)),
        _must("attributeType", _as(univ.Integer(), 120)),
        _must("attributeValue", AttributeValue()),
    )


class Attributes(univ.SequenceOf):
    """Everything that's said of a term."""

    componentType = Attribute()


class Term(univ.Choice):
    """What is looked for."""

    componentType = namedtype.NamedTypes(_must("general", _text(45)), _must("characterString", _text(216)))


class AttributesPlusTerm(univ.Sequence):
    """A term and where it's looked for."""

    componentType = namedtype.NamedTypes(_must("attributes", _as(Attributes(), 44)), _must("term", Term()))


class Operand(univ.Choice):
    """A part of a query that has no parts."""

    componentType = namedtype.NamedTypes(_must("attrTerm", _as(AttributesPlusTerm(), 102)))


class Operator(univ.Choice):
    """How two parts of a query go together."""

    componentType = namedtype.NamedTypes(_must("and", _as(univ.Null(), 0)), _must("or", _as(univ.Null(), 1)))


class Structure(univ.Choice):
    """A query: an operand, or two queries and how they go together."""


class Joined(univ.Sequence):
    """Two queries and how they go together."""

    componentType = namedtype.NamedTypes(
        _must("rpn1", Structure()), _must("rpn2", Structure()), _must("op", _within(Operator(), 46))
    )


Structure.componentType = namedtype.NamedTypes(_must("op", _within(Operand(), 0)), _must("rpnRpnOp", _as(Joined(), 1)))


class Query(univ.Sequence):
    """A query with the set that its attributes are from."""

    componentType = namedtype.NamedTypes(_must("attributeSet", univ.ObjectIdentifier()), _must("rpn", Structure()))


class AnyQuery(univ.Choice):
    """A query of one of the types that there are."""

    componentType = namedtype.NamedTypes(_must("type-1", _as(Query(), 1)))


class DatabaseNames(univ.SequenceOf):
    """Where it's searched."""

    componentType = _text(105)


class SearchRequest(univ.Sequence):
    """A client looks for something."""

    componentType = namedtype.NamedTypes(
        _REFERENCE,
        _must("smallSetUpperBound", _as(univ.Integer(), 13)),
        _must("largeSetLowerBound", _as(univ.Integer(), 14)),
        _must("mediumSetPresentNumber", _as(univ.Integer(), 15)),
        _must("replaceIndicator", _as(univ.Boolean(), 16)),
        _must("resultSetName", _text(17)),
        _must("databaseNames", _as(DatabaseNames(), 18)),
        _may("preferredRecordSyntax", _as(univ.ObjectIdentifier(), 104)),
        _must("query", _within(AnyQuery(), 21)),
    )


class External(univ.Sequence):
    """Something in a format of its own, such as a record in MARC 21."""

    tagSet = univ.Sequence.tagSet.tagImplicitly(tag.Tag(tag.tagClassUniversal, _DEEP, 8))
    componentType = namedtype.NamedTypes(
        _may("direct-reference", univ.ObjectIdentifier()),
        _may("indirect-reference", univ.Integer()),
        _may("data-value-descriptor", useful.ObjectDescriptor()),
        _must(
            "encoding",
            univ.Choice(
                componentType=namedtype.NamedTypes(
                    _must("single-ASN1-type", _whatever(0)),
                    _must("octet-aligned", _text(1)),
                    _must("arbitrary", _as(univ.BitString(), 2)),
                )
            ),
        ),
    )


class Diagnostic(univ.Sequence):
    """What's wrong, by a number of a list, and in words."""

    componentType = namedtype.NamedTypes(
        _must("diagnosticSetId", univ.ObjectIdentifier()),
        _must("condition", univ.Integer()),
        _must(
            "addinfo",
            univ.Choice(
                componentType=namedtype.NamedTypes(
                    _must("v2Addinfo", char.VisibleString(encoding="latin-1")), _must("v3Addinfo", char.GeneralString())
                )
            ),
        ),
    )


class AnyDiagnostic(univ.Choice):
    """What's wrong, in one of the formats that there are."""

    componentType = namedtype.NamedTypes(_must("defaultFormat", Diagnostic()), _must("externallyDefined", External()))


class Diagnostics(univ.SequenceOf):
    """Several things that are wrong."""

    componentType = AnyDiagnostic()


class NamePlusRecord(univ.Sequence):
    """A record, or why there's none."""

    componentType = namedtype.NamedTypes(
        _may("name", _text(0)),
        _must(
            "record",
            _within(
                univ.Choice(
                    componentType=namedtype.NamedTypes(
                        _must("retrievalRecord", _within(External(), 1)),
                        _must("surrogateDiagnostic", _within(AnyDiagnostic(), 2)),
                    )
                ),
                1,
            ),
        ),
    )


class RecordList(univ.SequenceOf):
    """Records in the order of the result."""

    componentType = NamePlusRecord()


class Records(univ.Choice):
    """Records, or why there are none at all."""

    componentType = namedtype.NamedTypes(
        _must("responseRecords", _as(RecordList(), 28)),
        _must("nonSurrogateDiagnostic", _as(Diagnostic(), 130)),
        _must("multipleNonSurDiagnostics", _as(Diagnostics(), 205)),
    )


class SearchResponse(univ.Sequence):
    """How much was found."""

    componentType = namedtype.NamedTypes(
        _REFERENCE,
        _must("resultCount", _as(univ.Integer(), 23)),
        _must("numberOfRecordsReturned", _as(univ.Integer(), 24)),
        _must("nextResultSetPosition", _as(univ.Integer(), 25)),
        _must("searchStatus", _as(univ.Boolean(), 22)),
        _may("resultSetStatus", _as(univ.Integer(), 26)),
        _may("presentStatus", _as(univ.Integer(), 27)),
        _may("records", Records()),
        _may("additionalSearchInfo", _whatever(203)),
        _MORE,
    )


class PresentRequest(univ.Sequence):
    """A client asks for records of a result."""

    componentType = namedtype.NamedTypes(
        _REFERENCE,
        _must("resultSetId", _text(31)),
        _must("resultSetStartPoint", _as(univ.Integer(), 30)),
        _must("numberOfRecordsRequested", _as(univ.Integer(), 29)),
        _may("preferredRecordSyntax", _as(univ.ObjectIdentifier(), 104)),
    )


class PresentResponse(univ.Sequence):
    """A server sends them."""

    componentType = namedtype.NamedTypes(
        _REFERENCE,
        _must("numberOfRecordsReturned", _as(univ.Integer(), 24)),
        _must("nextResultSetPosition", _as(univ.Integer(), 25)),
        _must("presentStatus", _as(univ.Integer(), 27)),
        _may("records", Records()),
        _MORE,
    )


class Close(univ.Sequence):
    """One of the two ends the conversation."""

    componentType = namedtype.NamedTypes(
        _REFERENCE,
        _must("closeReason", _as(univ.Integer(), 211)),
        _may("diagnosticInformation", _text(3)),
        _may("resourceReportFormat", _as(univ.ObjectIdentifier(), 4)),
        _may("resourceReport", _whatever(5)),
        _MORE,
    )


class Message(univ.Choice):
    """Anything that's said."""

    componentType = namedtype.NamedTypes(
        _must("initRequest", _as(InitRequest(), 20)),
        _must("initResponse", _as(InitResponse(), 21)),
        _must("searchRequest", _as(SearchRequest(), 22)),
        _must("searchResponse", _as(SearchResponse(), 23)),
        _must("presentRequest", _as(PresentRequest(), 24)),
        _must("presentResponse", _as(PresentResponse(), 25)),
        _must("close", _as(Close(), 48)),
    )
