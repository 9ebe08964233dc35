"""Whatever is done to a file, reading it never raises, and what is read can be kept."""

import io
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.marc.columns import parse_columns
from catalogue.marc.reading import parse_raw, read_records
from catalogue.marc.records import RecordRead

FILES = [path.read_bytes() for path in sorted((Path(__file__).parent.parent / "data" / "marc").iterdir())]
STARTS = [b"", b"<record>", b"00100nam a22", b"000000017 LDR   L "]
_CHANGES = st.lists(
    st.tuples(st.sampled_from(["replace", "insert", "delete"]), st.floats(0, 1), st.binary(min_size=1, max_size=6)),
    min_size=1,
    max_size=8,
)


def damaged(content, changes):
    for kind, where, data in changes:
        place = int(where * len(content))
        if kind == "replace":
            content = content[:place] + data + content[place + len(data) :]
        elif kind == "insert":
            content = content[:place] + data + content[place:]
        else:
            content = content[:place] + content[place + len(data) * 7 :]
    return content


@settings(max_examples=300, deadline=None)
@given(content=st.sampled_from(FILES), changes=_CHANGES)
def test_survives_any_damage(content, changes):
    check(damaged(content, changes))


@settings(max_examples=100, deadline=None)
@given(
    content=st.binary(max_size=400), start=st.sampled_from([b"", b"<record>", b"00100nam a22", b"000000017 LDR   L "])
)
def test_survives_any_bytes(content, start):
    check(start + content)


def check(data):
    for outcome in read_records(io.BytesIO(data)):
        if not isinstance(outcome, RecordRead):
            continue
        assert data[outcome.offset : outcome.offset + len(outcome.raw)] == outcome.raw
        columns = parse_columns(outcome.record)
        for text in (columns.title, columns.control_number, columns.author, *columns.subjects, columns.classification):
            assert "\0" not in text
            text.encode()
        again = parse_raw(outcome.raw, raw_format=outcome.raw_format, raw_encoding=outcome.raw_encoding)
        assert again == outcome.record
