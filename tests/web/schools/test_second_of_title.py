"""A pupil who has the title already is told of; to a teacher, many of one title are what a class set is."""

import pytest

from circulation.models import Loan
from tests.factories import LoanFactory
from tests.web.schools.test_lending import scan

HAS_IT = "Has this title on loan already."


def test_a_pupil_who_has_the_title_is_news_and_gets_the_item(school_client, school_class, pupils, pile):
    LoanFactory(item=pile[3], patron=pupils[0])

    response = scan(school_client, school_class, pile[0].barcode, pupil=pupils[0].pk)

    assert (response.status_code, response.headers["X-Scan-Kind"]) == (200, "notice")
    assert HAS_IT in response.content.decode()
    assert Loan.objects.filter(patron=pupils[0], returned_at=None).count() == 2


def test_the_other_pupils_are_lent_without_a_word(school_client, school_class, pupils, pile):
    LoanFactory(item=pile[3], patron=pupils[0])

    response = scan(school_client, school_class, pile[0].barcode, pupil=pupils[1].pk)

    assert response.headers["X-Scan-Kind"] == "ok"
    assert HAS_IT not in response.content.decode()


def test_a_class_set_to_the_teacher_is_no_news(school_client, school_class, pupils, pile):
    kinds = [scan(school_client, school_class, item.barcode, to="teacher").headers["X-Scan-Kind"] for item in pile]

    assert kinds == ["ok"] * 4
    assert Loan.objects.filter(patron=school_class.teacher).count() == 4


@pytest.mark.parametrize(("to", "told"), [("pupils", True), ("teacher", False)])
def test_says_so_without_script_too(school_client, school_class, pupils, pile, to, told):
    LoanFactory(item=pile[3], patron=pupils[0])
    LoanFactory(item=pile[2], patron=school_class.teacher)
    values = {"scan": pile[0].barcode, "scan_id": "b" * 32, "to": to, "pupil": pupils[0].pk}

    page = school_client.post(f"/school/class/{school_class.pk}/scan", values, follow=True)

    assert (HAS_IT in page.content.decode()) is told
