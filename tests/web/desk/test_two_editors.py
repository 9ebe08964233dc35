"""Two people edit one patron, item, branch or setting: 409, both values, and nothing overwritten unseen."""

import re

import pytest

from holdings.models import Branch
from tests.factories import StaffAccountFactory


def fields_of(page, having="as_read"):
    """Return what a browser would send back of the page's first form with marks and a field in it."""
    forms = [part.split("</form>")[0] for part in re.split(r"<form", page.content.decode())]
    form = next(part for part in forms if 'name="as_read"' in part and f'name="{having}"' in part)
    values = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and not ("checkbox" in tag and "checked" not in tag):
            values[name[1]] = value[1].replace("&quot;", '"') if value else "on" if "checkbox" in tag else ""
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)"\s+selected', options) or re.search(r'value="([^"]*)"', options)
        values[name] = chosen[1]
    values.pop("csrfmiddlewaretoken", None)
    return values


@pytest.fixture
def other_client(logged_in, desk_branch):

    return logged_in(StaffAccountFactory(name="Olga Other"), desk_branch)


def test_two_librarians_edit_one_patron(librarian_client, other_client, patron):
    address = f"/desk/patrons/{patron.pk}/edit"
    mine, hers = fields_of(librarian_client.get(address)), fields_of(other_client.get(address))
    assert other_client.post(address, hers | {"city": "Odder", "phone": "11111111"}).status_code == 302

    answer = librarian_client.post(address, mine | {"city": "Horsens"})

    text = answer.content.decode()
    patron.refresh_from_db()
    assert answer.status_code == 409
    assert "Saved meanwhile: “Odder”" in text
    assert 'value="Horsens"' in text
    assert 'value="11111111"' in text
    assert (patron.city, patron.phone) == ("Odder", "11111111")

    assert librarian_client.post(address, fields_of(answer)).status_code == 302
    patron.refresh_from_db()
    assert (patron.city, patron.phone) == ("Horsens", "11111111")


def test_two_librarians_edit_one_item(librarian_client, other_client, item):
    address = f"/desk/items/edit/{item.barcode}"
    mine, hers = fields_of(librarian_client.get(address)), fields_of(other_client.get(address))
    assert other_client.post(address, hers | {"note": "map at the back"}).status_code == 302

    answer = librarian_client.post(address, mine | {"note": "stain on page 3"})

    item.refresh_from_db()
    assert answer.status_code == 409
    assert "Saved meanwhile: “map at the back”" in answer.content.decode()
    assert 'value="stain on page 3"' in answer.content.decode()
    assert item.note == "map at the back"


def test_two_administrators_edit_one_branch(admin_client, desk_branch):
    address = f"/console/branches/{desk_branch.pk}"
    mine = fields_of(admin_client.get(address), "phone")
    Branch.objects.filter(pk=desk_branch.pk).update(phone="22222222")

    answer = admin_client.post(address, mine | {"phone": "33333333"})

    assert answer.status_code == 409
    assert "Saved meanwhile: “22222222”" in answer.content.decode()
    assert Branch.objects.get(pk=desk_branch.pk).phone == "22222222"


def test_two_administrators_change_the_colours(admin_client, alpha):
    address = "/console/settings"
    mine = fields_of(admin_client.get(address))
    assert admin_client.post(address + "/look", mine | {"brand": "#004400"}).status_code == 302

    answer = admin_client.post(address + "/look", mine | {"brand": "#000044"})

    assert answer.status_code == 409
    assert "Saved meanwhile: “#004400”" in answer.content.decode()
    assert 'value="#000044"' in answer.content.decode()


def test_saving_again_what_is_saved_is_no_conflict(librarian_client, patron):
    address = f"/desk/patrons/{patron.pk}/edit"
    mine = fields_of(librarian_client.get(address)) | {"city": "Odder"}

    assert [librarian_client.post(address, mine).status_code for _ in range(2)] == [302, 302]
