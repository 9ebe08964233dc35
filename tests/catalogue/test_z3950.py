"""Asking other catalogues by Z39.50: over a line to a server that says what the test wants, and to YAZ's own."""

import re
import shutil
import socket
import subprocess
import threading
import time
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from pyasn1.codec.ber import encoder

from catalogue.marc.records import Flavour
from catalogue.remote.asking import ask, check_target, speaks_z3950
from catalogue.remote.questions import Question, TargetAnswer
from catalogue.remote.z3950 import client, messages
from catalogue.services.remote_targets import is_index, is_schema
from common.remote_sources import RemoteFailed, Trouble
from tests.catalogue.marc_samples import DANISH_NOVEL, NOVEL, iso2709, marcxml

ISBN = Question(isbn="9789510433904")
MARC21, DANMARC2, XML = "1.2.840.10003.5.10", "1.2.840.10003.5.14", "1.2.840.10003.5.109.10"
BIB1 = "1.2.840.10003.4.1"


@pytest.fixture(autouse=True)
def _ourselves(settings):
    settings.REMOTE_PRIVATE_HOSTS = ["127.0.0.1"]


def target(port, **others):
    facts = {"isbn_index": "7", "title_index": "4", "author_index": "1003", "record_schema": "marc21"}
    address = f"z39.50s://127.0.0.1:{port}/books"
    return SimpleNamespace(**{"pk": 1, "name": "Other", "address": address, "version": "1.2", **facts, **others})


def message(name, **values):
    made = messages.Message()
    for field, value in values.items():
        made[name][field] = value
    return made


def hello(is_welcome=True):
    sizes = {"preferredMessageSize": 100_000, "exceptionalRecordSize": 100_000}
    made = message("initResponse", protocolVersion="'111'B", options="'11'B", result=is_welcome, **sizes)
    # What no client of ours looks at.
    made["initResponse"]["otherInfo"][0] = encoder.encode(messages.univ.Integer(7))
    return made


def found(count):
    return message(
        "searchResponse", resultCount=count, numberOfRecordsReturned=0, nextResultSetPosition=1, searchStatus=True
    )


def sent(*records):
    made = message("presentResponse", numberOfRecordsReturned=len(records), nextResultSetPosition=0, presentStatus=0)
    for place, (syntax, raw) in enumerate(records):
        record = made["presentResponse"]["records"]["responseRecords"][place]["record"]
        if raw is None:
            _diagnosed(record["surrogateDiagnostic"]["defaultFormat"], 238, "")
        else:
            record["retrievalRecord"]["direct-reference"] = syntax
            record["retrievalRecord"]["encoding"]["octet-aligned"] = raw
    return made


def _diagnosed(diagnostic, condition, details):
    diagnostic["diagnosticSetId"], diagnostic["condition"] = BIB1, condition
    diagnostic["addinfo"]["v2Addinfo"] = details


def wrong(name, condition, details=""):
    made = found(0) if name == "searchResponse" else sent()
    if name == "searchResponse":
        made[name]["searchStatus"] = False
    _diagnosed(made[name]["records"]["nonSurrogateDiagnostic"], condition, details)
    return made


class _Server(threading.Thread):
    """Answers each message with the next of its own, without looking at what's asked."""

    def __init__(self, answers, pause=0.0, **form):
        super().__init__(daemon=True)
        self.heard, self._answers, self._pause, self._form = [], answers, pause, form
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]

    def run(self):
        line, _ = self._door.accept()
        with line, self._door:
            for answer in self._answers:
                self.heard.append(line.recv(65_536))
                raw = answer if isinstance(answer, bytes) else encoder.encode(answer, **self._form)
                pieces = [raw[at : at + 1] for at in range(len(raw))] if self._pause else [raw]
                try:
                    for piece in pieces:
                        line.sendall(piece)
                        time.sleep(self._pause)
                except OSError:
                    return


@contextmanager
def server(*answers, **how):
    started = _Server(answers, **how)
    started.start()
    yield started
    started.join(10)


@pytest.mark.parametrize("form", [{}, {"defMode": False}])
def test_reads_the_records_of_both_families_however_many_come_at_once(form):
    book, danish = iso2709(NOVEL), iso2709(DANISH_NOVEL, leader="00000n    2200000   45  ")
    answers = (hello(), found(4), sent((MARC21, book), (DANMARC2, danish)), sent((XML, marcxml(NOVEL)), (MARC21, None)))
    with server(*answers, **form) as other:
        answer = ask(target(other.port), ISBN, seconds=10)

    assert [record.flavour for record in answer.records] == [Flavour.MARC21, Flavour.DANMARC2, Flavour.MARC21]
    assert (answer.found, answer.unreadable, answer.trouble, answer.diagnostic) == (4, 1, None, "")
    assert b"books" in other.heard[1]


# The same as YAZ's client sends; what each part is, ISO 23950 says.
_NUMBER = "a014bf6611bf2c0a30089f7801019f7901079f2d{length:02x}{text}"


def _by_number(text):
    whole = f"bf2c0a30089f7801019f7901079f2d{len(text):02x}{text.encode().hex()}"
    inner = f"bf66{len(whole) // 2:02x}{whole}"
    return f"a0{len(inner) // 2:02x}{inner}"


def test_asks_for_both_lengths_of_the_number():
    with server(hello(), found(0)) as other:
        ask(target(other.port), ISBN, seconds=10)

    parts = f"{_by_number('9789510433904')}{_by_number('951043390X')}bf2e028100"
    assert f"a1{len(parts) // 2:02x}{parts}" in other.heard[1].hex()


def test_words_are_asked_for_one_by_one():
    with server(hello(), found(0)) as other:
        ask(target(other.port), Question(title='Yön "äänet', author="Tähti"), seconds=10)

    uses = re.findall(rb"\x9f\x78\x01\x01\x9f\x79(?:\x01(\x04)|\x02(\x03\xeb))\x9f\x2d.([^\xa0\xbf]+)", other.heard[1])
    assert [(title or author, text.decode()) for title, author, text in uses] == [
        (b"\x04", "Yön"),
        (b"\x04", "äänet"),
        (b"\x03\xeb", "Tähti"),
    ]


def test_a_catalogue_without_an_index_for_it_is_not_asked():
    asked = target(1, author_index="")

    assert ask(asked, Question(author="Tähti"), seconds=1) == TargetAnswer(asked, is_asked=False)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([hello(), found(0)], {}),
        ([hello(False)], {"diagnostic": "init"}),
        ([hello(), wrong("searchResponse", 114, "7")], {"diagnostic": "114 unsupported use attribute: 7"}),
        ([hello(), wrong("searchResponse", 9999, "x\x1b \ny")], {"diagnostic": "9999: x y"}),
        ([hello(), found(3), wrong("presentResponse", 239)], {"diagnostic": "239 record syntax not supported"}),
        ([hello(), wrong("searchResponse", 10**5000, "full")], {"diagnostic": "full"}),
        ([hello(), wrong("searchResponse", 10**5000)], {"diagnostic": "diagnostic"}),
        ([hello(), found(10**5000), sent()], {"found": 999_999_999, "unreadable": 10}),
        ([hello(), found(3), sent()], {"found": 3, "unreadable": 3}),
        ([hello(), found(1), sent((MARC21, b"no record"))], {"found": 1, "unreadable": 1}),
        ([hello(), message("close", closeReason=1, diagnosticInformation=b"shut")], {"diagnostic": "shut"}),
        ([found(1)], {"unreadable": 1}),
        ([b""], {"unreadable": 1}),
        ([b"HTTP/1.1 400 Bad Request\r\n\r\n"], {"unreadable": 1}),
        ([b"\xb5\x84\xff\xff\xff\xff" + bytes(100)], {"unreadable": 1}),
        ([b"\xb5\x80" * 50_000], {"unreadable": 1}),
        ([b"\xb5" + b"\xff" * 300], {"unreadable": 1}),
        ([bytes(2000)], {"unreadable": 1}),
        ([hello(), b"\xb7\x03\x97\x01\x80"], {"unreadable": 1}),
    ],
)
def test_whatever_a_catalogue_answers_is_said(answers, expected):
    with server(*answers) as other:
        asked = target(other.port)
        assert ask(asked, ISBN, seconds=10) == TargetAnswer(asked, **expected)


def _in_letters_of_another_kind(answer, place):
    raw = bytearray(encoder.encode(answer))
    at = raw.index(place)
    raw[at : at + len(place)] = "fånøøde"[: len(place)].encode("latin-1")[: len(place)]
    return bytes(raw)


@pytest.mark.parametrize(("name", "others"), [("searchResponse", []), ("presentResponse", [found(1)])])
def test_what_is_wrong_may_be_said_in_any_letters(name, others):
    answer = _in_letters_of_another_kind(wrong(name, 109, "unknown"), b"unknown")
    with server(hello(), *others, answer) as other:
        assert (
            ask(target(other.port), ISBN, seconds=10).diagnostic == "109 database unavailable: f\ufffdn\ufffd\ufffdde"
        )


@pytest.mark.parametrize(
    "after", [b"", b"\xb5\x80\xff", wrong("presentResponse", 14), message("close", closeReason=1), found(1)]
)
def test_what_came_before_a_line_broke_is_kept(after):
    with server(hello(), found(3), sent((MARC21, iso2709(NOVEL))), after) as other:
        answer = ask(target(other.port), ISBN, seconds=10)

    assert (len(answer.records), answer.found, answer.unreadable, answer.trouble) == (1, 3, 2, None)


@pytest.mark.parametrize("form", [{}, {"defMode": False}])
def test_long_answers_are_read_whole(form):
    long = iso2709([*NOVEL, ("520", f"  $a{'x' * 9000}")])
    answers = sent(*[(MARC21, long)] * 3), sent(*[(MARC21, long)] * 7)
    with server(hello(), found(10), *answers, **form) as other:
        answer = ask(target(other.port), ISBN, seconds=20)

    assert (len(answer.records), answer.unreadable, answer.trouble) == (10, 0, None)


def test_no_more_are_read_than_are_shown(monkeypatch):
    read = []
    whole = client.read_records
    monkeypatch.setattr(client, "read_records", lambda raw: (read.append(each) or each for each in whole(raw)))
    with server(hello(), found(99), sent(*[(MARC21, iso2709(NOVEL) * 7)] * 10)) as other:
        answer = ask(target(other.port), ISBN, seconds=10)

    assert len(answer.records) == len(read) == 10


def test_what_came_is_kept_when_the_other_hangs_up_first(monkeypatch):
    say = client._say

    def break_off(line, name, **values):
        if name == "close":
            raise BrokenPipeError
        say(line, name, **values)

    monkeypatch.setattr(client, "_say", break_off)
    with server(hello(), found(1), sent((MARC21, iso2709(NOVEL)))) as other:
        answer = ask(target(other.port), ISBN, seconds=10)

    assert (len(answer.records), answer.found, answer.unreadable, answer.trouble) == (1, 1, 0, None)


def test_a_server_that_sends_a_byte_now_and_then_is_given_up():
    with server(hello(), pause=0.2) as other:
        asked = target(other.port)
        assert ask(asked, ISBN, seconds=0.5).trouble == Trouble.TOO_SLOW


def test_an_endless_answer_is_given_up():
    endless = b"\xb5\x84\x7f\xff\xff\xff\x82\x84\x7f\xff\xff\x00" + bytes(6_000_000)
    with server(endless) as other:
        assert ask(target(other.port), ISBN, seconds=30).trouble == Trouble.TOO_LONG


def test_nobody_listens_and_nobody_of_our_own_is_asked(settings):
    # Bound, so that nobody else can take it meanwhile, but without an ear.
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        assert ask(target(port), ISBN, seconds=5).trouble == Trouble.UNREACHABLE

        settings.REMOTE_PRIVATE_HOSTS = []
        assert ask(target(port), ISBN, seconds=5).trouble == Trouble.PRIVATE_ADDRESS


def test_the_address_says_which_protocol_is_spoken():
    assert speaks_z3950("z39.50s://library.example/books")
    assert not speaks_z3950("https://library.example/sru")
    for wrong_one in ("ftp://library.example", "z39.50s://", "z39.50s://me:secret@library.example/x"):
        with pytest.raises(RemoteFailed):
            check_target(wrong_one)
    by_number, by_name = "z39.50s://library.example/books", "https://library.example/sru"
    assert [is_index(text, address=by_number) for text in ("7", "1003", "0", "bath.isbn")] == [True, True, False, False]
    assert [is_index(text, address=by_name) for text in ("bath.isbn", "7")] == [True, False]
    assert [is_schema("dc", address=each) for each in (by_number, by_name)] == [False, True]


@pytest.mark.skipif(not shutil.which("yaz-ztest"), reason="YAZ isn't installed")
@pytest.mark.parametrize("schema", ["marc21", "marcxml"])
def test_yaz_gives_its_records_and_says_what_is_wrong(schema):
    # Bound, so that nobody is given the port meanwhile; YAZ, which shares it in the same way, may still listen there.
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    port = held.getsockname()[1]
    yaz = subprocess.Popen(["yaz-ztest", f"tcp:127.0.0.1:{port}"], stderr=subprocess.DEVNULL)  # noqa: S607
    try:
        own = target(port, record_schema=schema, address=f"z39.50s://127.0.0.1:{port}/Default")
        until = time.monotonic() + 60
        while (answer := ask(own, ISBN, seconds=10)).trouble == Trouble.UNREACHABLE and time.monotonic() < until:
            time.sleep(0.1)

        assert (answer.found, len(answer.records)) == (999_999_999, 10)
        assert ask(target(port), ISBN, seconds=10).diagnostic == "109 database unavailable: books"
    finally:
        held.close()
        yaz.terminate()
        yaz.wait(30)
