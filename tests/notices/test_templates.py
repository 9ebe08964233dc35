import string

import pytest

from accounts.models import AuditEntry
from notices.errors import TemplateRefused
from notices.models import NoticeKind, NoticeTemplate
from notices.rules.placeholders import fill_body, placeholders_of, unknown_placeholders
from notices.selectors import template
from notices.services.templates import Place, preview, reset_template, save_template
from notices.texts import LANGUAGES, built_in_text
from tests.factories import BranchFactory, StaffAccountFactory

EVERY_TEXT = [(kind, language) for kind in NoticeKind.values for language in LANGUAGES]


@pytest.mark.parametrize(("kind", "language"), EVERY_TEXT)
def test_built_in_text_knows_its_placeholders(kind, language):
    text = built_in_text(kind, language)

    assert unknown_placeholders(kind, text.subject, text.body) == []
    assert len(text.subject) <= 100


@pytest.mark.parametrize("kind", NoticeKind.values)
def test_built_in_texts_say_the_same_in_all_languages(kind):
    used = [
        {name for _, name, _, _ in string.Formatter().parse(built_in_text(kind, language).body) if name}
        for language in LANGUAGES
    ]

    assert used == [used[0]] * 4


def test_no_built_in_text_stands_twice():
    bodies = {built_in_text(kind, language).body for kind, language in EVERY_TEXT}

    assert len(bodies) == len(EVERY_TEXT)


def test_finds_unknown_placeholders_once_each():
    text = "{patron} {nmae} {items} {nmae} {} {fees!r}"

    assert unknown_placeholders(NoticeKind.COURTESY, text) == ["nmae", "", "fees!r"]


def test_fills_nothing_that_a_value_brings_along():
    assert fill_body("{patron}", {"patron": "{library}", "library": "secret"}) == "{library}\n"


def test_a_sentence_ends_with_one_full_stop():
    said = fill_body("{fees}. {total}. {date} … {fees}...", {"fees": "20,00 kr.", "total": "3,00 €", "date": "1."})

    assert said == "20,00 kr. 3,00 €. 1. … 20,00 kr....\n"


@pytest.mark.parametrize(
    ("text", "halves"),
    [
        ("Kære {addressee, her er {items}", ["{addressee, her er "]),
        ("Kære addressee}\n{items}", ["}"]),
        ("{{items}}", ["{", "}"]),
        ("{addressee}\n{items}", []),
    ],
)
def test_finds_a_brace_without_its_other_half(text, halves):
    assert unknown_placeholders("OVERDUE_1", text) == halves


def test_knows_fees_only_where_there_are_some():
    assert "fees" in placeholders_of(NoticeKind.OVERDUE_1)
    assert "fees" not in placeholders_of(NoticeKind.COURTESY)


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "language"), EVERY_TEXT)
def test_previews_a_believable_case(alpha, now, kind, language):
    text = built_in_text(kind, language)

    shown = preview(place=Place(kind, language), subject=text.subject, body=text.body, branch=BranchFactory(), now=now)

    assert "{" not in shown.subject + shown.body
    assert len(shown.body) > 90


@pytest.mark.django_db
def test_preview_shows_amounts_and_days_as_the_language_has_them(alpha, now):
    shown = preview(
        place=Place(NoticeKind.INVOICE, "da"),
        subject="{patron}",
        body="{items}\n{total}\n{date}",
        branch=BranchFactory(),
        now=now,
    )

    assert shown.subject == "Karen Lind"
    assert shown.body.splitlines()[-2:] == ["1.017,00\xa0kr.", "19. november 2026"]
    assert len(shown.body.splitlines()) == 5


@pytest.fixture
def administrator(alpha):
    return StaffAccountFactory(it_admin=True)


def save(staff, **changes):
    values = {
        "kind": NoticeKind.COURTESY,
        "language": "da",
        "subject": " Husk {items} ",
        "body": "Kære {addressee}\r\n\r\n{items}\r\n",
        "staff": staff,
        **changes,
    }
    place = Place(
        **{name: values.pop(name) for name in list(values) if name in ("kind", "language", "channel", "branch")}
    )
    return save_template(place=place, **values)


@pytest.mark.django_db
def test_saves_the_municipalitys_own_text(administrator):
    save(administrator)
    save(administrator, subject="Afleveres snart")

    own = template(NoticeKind.COURTESY, "da")
    assert (own.subject, own.body, own.is_own) == ("Afleveres snart", "Kære {addressee}\n\n{items}", True)
    assert NoticeTemplate.objects.count() == 1
    assert AuditEntry.objects.filter(action="notices.save_template").count() == 2


@pytest.mark.django_db
def test_names_the_placeholder_that_it_does_not_know(administrator):
    with pytest.raises(TemplateRefused) as refusal:
        save(administrator, body="{items} {shelf_number} {nmae}")

    assert [reason.facts for reason in refusal.value.reasons] == [
        {"placeholder": "shelf_number"},
        {"placeholder": "nmae"},
    ]
    assert NoticeTemplate.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"subject": " ", "body": "\n"}, ["SUBJECT_MISSING", "BODY_MISSING"]),
        ({"subject": "x" * 151}, ["SUBJECT_TOO_LONG"]),
        ({"body": "x" * 10_001}, ["BODY_TOO_LONG"]),
        ({"kind": "BIRTHDAY", "language": "nb"}, ["UNKNOWN_KIND", "UNKNOWN_LANGUAGE"]),
    ],
)
def test_refuses_a_text_that_cannot_be_sent(administrator, changes, codes):
    with pytest.raises(TemplateRefused) as refusal:
        save(administrator, **changes)

    assert refusal.value.codes == codes
    assert NoticeTemplate.objects.count() == 0


@pytest.mark.django_db
def test_is_for_administrators(alpha):
    with pytest.raises(TemplateRefused) as refusal:
        save(StaffAccountFactory())

    assert refusal.value.codes == ["NOT_PERMITTED"]


@pytest.mark.django_db
def test_falls_back_to_the_built_in_text(administrator):
    save(administrator)

    assert reset_template(place=Place(NoticeKind.COURTESY, "da"), staff=administrator) is True
    assert reset_template(place=Place(NoticeKind.COURTESY, "da"), staff=administrator) is False
    assert template(NoticeKind.COURTESY, "da").is_own is False
