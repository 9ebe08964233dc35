"""Addresses that only take a form say so on a page, with the way back."""

import pytest

from libsys.form_addresses import page_above


@pytest.mark.parametrize(
    ("path", "back"),
    [
        ("/desk/patrons/7/pay", "/desk/patrons/7"),
        ("/desk/loans/7/renew", "/desk/"),
        ("/account/log-out", "/account/"),
        ("/me/loans/7/renew", "/me"),
        ("/title/7/hold", "/title/7"),
        ("/log-out", "/"),
        ("//evil.example/x", "/"),
    ],
)
def test_the_way_back_is_the_nearest_page_above(path, back):
    assert page_above(path, "libsys.urls_municipality") == back


@pytest.mark.parametrize(("path", "back"), [("/desk/outage/scans", "/desk/outage"), ("/account/log-out", "/account/")])
def test_staff_read_why_nothing_opens(librarian_client, path, back):
    answer = librarian_client.get(path)

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "This address only takes a form" in answer.content.decode()
    assert f'href="{back}"' in answer.content.decode()


def test_so_do_patrons(client_of_alpha):
    answer = client_of_alpha.get("/log-out")

    assert (answer.status_code, 'href="/"' in answer.content.decode()) == (405, True)
    assert "This address only takes a form" in answer.content.decode()


def test_another_method_gets_the_status_alone(client_of_alpha):
    answer = client_of_alpha.put("/log-out")

    assert (answer.status_code, answer.content) == (405, b"")
