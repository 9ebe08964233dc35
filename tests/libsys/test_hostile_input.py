"""No input gives a 500, and what's refused has changed nothing: every page, every field, by hand and by chance."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.isolation.visits import browser
from tests.libsys.hostile_input import FIELDS, RAW, VALUES, doors, forms, problem_of
from web.account.sessions import PATRON_COOKIE, STAFF_COOKIE

TYPES = (
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded; charset=utf-16",
    "application/x-www-form-urlencoded; charset=nothing",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "application/xml",
    "",
)
BODIES = (b"", b"{", b"\xff\xfe\x00", b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n", b"a=%ff&a=%00&=&&" * 50)
by_chance = hypothesis_settings(
    max_examples=150,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def wrong(problems):
    return [problem for problem in problems if problem]


def test_the_fields_of_the_screens_are_known():
    """The source is read for them, so nobody has to list them; these stand for the ways a field is read."""
    assert {"scan", "pickup", "given_name", "amount", "q", "before", "subject", "find", "population"} <= set(FIELDS)


def mixtures(fields, turn):
    """Yield forms in which every field has another hostile value; over four pages all values have had their turn."""
    for start in range(turn % 4, len(VALUES), 4):
        yield {name: VALUES[(start + 7 * place) % len(VALUES)] for place, name in enumerate(fields)}


@pytest.mark.parametrize("half", range(2))
def test_hostile_values_in_every_field_of_every_page(towns, half):
    problems = [
        problem_of(door, method, form, headers={"X-Scan": "1"} if "scan" in form else None)
        for turn, door in enumerate(doors(towns)[half::2])
        for method in door.methods
        if door.asks(method)
        for form in mixtures(door.asks(method), turn)
    ]

    assert len(problems) > 200
    assert wrong(problems) == []


@pytest.mark.parametrize("chance", range(2))
def test_forms_by_chance(towns, chance):
    every = doors(towns)

    @by_chance
    @given(door=st.sampled_from(every), form=forms, is_post=st.booleans(), is_scan=st.booleans())
    def try_it(door, form, is_post, is_scan):
        method = "POST" if is_post and door.page.sends is not None else "GET"
        headers = {"X-Scan": "1"} if is_scan else {"HX-Request": "true"} if chance else {}

        assert problem_of(door, method, {**door.asks(method), **form}, headers=headers) is None

    try_it()


def test_missing_fields(towns):
    assert wrong(problem_of(door, "POST", {}) for door in doors(towns) if "POST" in door.methods) == []


def test_bodies_of_another_kind(towns):
    posted = [door for door in doors(towns) if "POST" in door.methods]

    problems = [
        problem_of(door, "POST", BODIES[(number // 4 + turn) % len(BODIES)], content_type=content_type)
        for number, door in enumerate(posted)
        for turn, content_type in enumerate(TYPES)
        if (number + turn) % 4 == 0
    ]

    assert wrong(problems) == []


def test_other_methods(towns):
    methods = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HEAD", "BREW")

    problems = [
        problem_of(door, method, b"x", content_type="text/plain")
        for number, door in enumerate(doors(towns))
        for method in (methods[number % 7], methods[(number + 3) % 7])
    ]

    assert wrong(problems) == []


def test_addresses_that_no_browser_makes(towns):
    every = doors(towns)
    problems = [
        problem_of(door, "GET", None, path=f"{door.path}?q={raw}&before={raw}&{raw}={raw}")
        for number, door in enumerate(every)
        for raw in (RAW[number % len(RAW)], RAW[(number + 3) % len(RAW)])
    ]
    places = ("/{}", "/title/{}", "/desk/items/{}", "/account/invitation/{}", "/console/notices/{}/{}", "/api/v1/{}")
    problems += [
        problem_of(door, "GET", None, path=place.replace("{}", raw))
        for door in every[:1] + [each for each in every if each.name in ("desk:start", "console:audit")]
        for place in places
        for raw in (*RAW, "9" * 30, "-1", "a" * 5000)
    ]

    assert wrong(problems) == []


@pytest.mark.parametrize("path", ["/", "/me", "/desk/", "/console/", "/account/", "/api/v1/search", "/theme.css"])
def test_cookies_and_headers_that_no_browser_sends(towns, path):
    cookies = ["", "x" * 100_000, "\x01", "æøå", "../../x", "a b;c", '"', "=;=;", "a" * 32, "\\000", "%00", "null"]
    for host in ("alpha.localhost", "localhost"):
        for value in cookies:
            raw = f"{STAFF_COOKIE}={value}; {PATRON_COOKIE}={value}; csrftoken={value}; language={value}"
            headers = {"cookie": raw, "accept-language": value or "*", "if-none-match": value, "referer": value}
            headers |= {"hx-request": "true", "hx-current-url": value, "x-scan": value}

            response = browser(host).get(path, headers=headers)

            assert response.status_code < 500, (host, value)


@pytest.mark.parametrize(
    "next_page", ["", "\x00", "//x", "/desk/", "x" * 3000, "/%ff", "javascript:x", "\r\nX: y", "/ø"]
)
def test_where_to_after_logging_in(towns, next_page):
    for path in ("/log-in", "/account/log-in", "/account/branch", "/language"):
        response = browser("alpha.localhost").post(f"{path}", {"next": next_page, "language": "da"})

        assert response.status_code < 500

    assert browser("alpha.localhost").get("/log-in", {"next": next_page}).status_code in (200, 400)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.mrc", b""),
        ("../../../etc/passwd", b"00000"),
        ("a" * 300 + ".mrc", b"x"),
        ("nul\x00.mrc", b"x"),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(500)),
        ("bøger.xml", b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'aaaa'>]><collection>&a;</collection>"),
        ("zip.gz", b"\x1f\x8b\x08\x00"),
    ],
)
def test_uploads_that_are_no_records(towns, settings, tmp_path, name, content):
    settings.MEDIA_ROOT = tmp_path / "files"
    door = next(each for each in doors(towns) if each.name == "console:imports")
    file = SimpleUploadedFile("x", content)
    file.name = name

    assert problem_of(door, "POST", {"file": file}) is None
    assert [path for path in settings.MEDIA_ROOT.glob("*") if path.name != "alpha"] == []
    assert {path.name for path in tmp_path.glob("*")} <= {"files", "search-index"}


def test_a_refusal_is_in_the_readers_language(towns):
    client = browser("alpha.localhost", language="fi")

    for response in (client.get("/nothing"), client.get("/hours", {"q": "\x00"}), client.get("/title/99999999")):
        assert response.status_code in (400, 404)
        assert response.headers["Content-Language"] == "fi"
        assert '<html lang="fi"' in response.content.decode()
