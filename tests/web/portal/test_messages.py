"""A patron chooses by which channel each kind of message comes."""


def test_shows_her_choices(at_home, patron):
    page = at_home.get("/me/messages")

    assert page.status_code == 200
    assert page.context["form"].initial["channel"] == patron.channel


def test_keeps_what_she_chooses(at_home, patron):
    answer = at_home.post("/me/messages", {"channel": "EMAIL", "kind-COURTESY": "NONE", "kind-INVOICE": "LETTER"})

    patron.refresh_from_db()
    assert answer.status_code == 302
    assert patron.channels == {"COURTESY": "NONE", "INVOICE": "LETTER"}


def test_refuses_what_is_not_offered(at_home, patron):
    for wish in ({"channel": "SMS"}, {"channel": "EMAIL", "kind-INVOICE": "NONE"}, {}):
        assert at_home.post("/me/messages", wish).status_code == 422

    patron.refresh_from_db()
    assert patron.channels == {}


def test_asks_a_stranger_to_log_in(browser):
    assert browser.get("/me/messages").status_code == 302


def test_calls_only_what_may_be_left_out_optional(at_home):
    assert "(optional)" not in at_home.get("/me/messages").content.decode()
    assert "(optional)" in at_home.get("/me/details").content.decode()
