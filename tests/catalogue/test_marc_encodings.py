"""From bytes to letters."""

import pytest

from catalogue.marc.encodings import decode_latin1_danmarc2, decode_marc8, looks_like_latin1, mark_double_a
from catalogue.marc.problems import Problem, RecordProblem


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"Plain letters", "Plain letters"),
        (b"\xe8a\xe8o\xeaa \xb2 \xb5 \xa2 \xa5", "äöå ø æ Ø Æ"),
        (b"Joaqu\xe2in", "Joaquín"),
        (b"Vi\xf2\xe3etnam", "Việtnam"),
        (b"\x88The \x89title", "The title"),
        (b"H\x1bb2\x1bsO", "H₂O"),
        (b"\x1b(Nmir\x1b(B", "МИР"),
        (b"a \x1b(N\x5b\x1b(B b", "a ш b"),
        (b"\x1b$1!0!\x1b(B ok", "一 ok"),
        (b"Relaxin\xe1 at Camarillo", "Relaxin` at Camarillo"),
        (b"Rock'n\xe2", "Rock'n\u00b4"),
    ],
)
def test_decodes_marc8(data, text):
    assert decode_marc8(data) == text


@pytest.mark.parametrize("data", [b"p\xe5 land", b"s\xf8en \xf8", b"\x1bt", b"\x1b", b"\x1b$1!0", b"\xff", b"na\xe8"])
def test_refuses_what_marc8_has_no_meaning_for(data):
    with pytest.raises(RecordProblem) as caught:
        decode_marc8(data)

    assert caught.value.code == Problem.INVALID_MARC8


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"r\xf8dgr\xf8d", "rødgrød"),
        (b"@00E9toile og @010Capek", "étoile og Čapek"),
        (b"K@\xe5gaard og @\xc5benr\xe5", "Kꜳgaard og Ꜳbenrå"),
        (b"a@@b.dk koster 5 @\xa4 og en @*", "a@b.dk koster 5 ¤ og en *"),
        (b"Den \xa4store", "Den ¤store"),
        (b"@D800 og @0007", "@D800 og @0007"),
        (b"\x93citat\x94", "“citat”"),
        (b"en @ alene", "en @ alene"),
    ],
)
def test_decodes_danmarc2s_latin1_and_its_escapes(data, text):
    assert decode_latin1_danmarc2(data) == text


def test_takes_no_other_sign_for_an_escape_in_unicode():
    assert mark_double_a("K@åsa, mail@dbc0.dk") == "Kꜳsa, mail@dbc0.dk"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("blåbærgrød".encode("latin-1"), True),
        ("blåbærgrød".encode()[:-3] + b"\xc3d", False),
        ("»OLSEN BANDEN PÅ SPORETØ» på".encode("latin-1"), True),
    ],
)
def test_tells_latin1_from_damaged_utf8(data, expected):
    assert looks_like_latin1(data) is expected
