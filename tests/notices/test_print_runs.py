"""Letters as PDF: address in the window, list in front, page numbers, printing again, and letters that come back."""

import io

import pypdf
import pytest

from accounts.models import AuditEntry
from notices import relevance
from notices.errors import NoticeRefused
from notices.letters import Sheet, letters_pdf
from notices.letters.fonts import MISSING, pieces, unprintable, width
from notices.models import Notice, NoticeKind, PrintRun
from notices.selectors import count_letters, print_runs
from notices.services.print_runs import came_back, letters_of, make_print_run, run_pdf, window_test_pdf
from notices.services.problems import send_again
from notices.services.settings import change_message_settings
from tests.factories import BranchFactory, PatronFactory, StaffAccountFactory

MM = 72 / 25.4


@pytest.fixture(autouse=True)
def _no_checks(monkeypatch):
    monkeypatch.setattr(relevance, "_checks", {})


@pytest.fixture
def staff(alpha):
    return StaffAccountFactory(name="Bente Printer")


@pytest.fixture
def branch(alpha):
    return BranchFactory(name="Skovby Bibliotek", address="Torvet 4, 8000 Aarhus", email="skovby@library.example")


@pytest.fixture
def letter(branch, now):
    numbers = iter(range(1000))

    def make(patron=None, **changes):
        number = next(numbers)
        return Notice.objects.create(
            **{
                "patron": patron or PatronFactory(),
                "branch": branch,
                "kind": NoticeKind.OVERDUE_1,
                "key": f"key-{number}",
                "channel": "LETTER",
                "address": f"Žofie Solvang {number}\nHavnegade {number}\n8000 Aarhus C",
                "addressee": f"Žofie Solvang {number}",
                "language": "da",
                "subject": "Påmindelse",
                "body": "Kære Žofie\n\nHuset ved fjorden.\n\nVenlig hilsen\nSkovby Bibliotek\n",
                "created_at": now,
                **changes,
            }
        )

    return make


def pages_of(file):
    return pypdf.PdfReader(io.BytesIO(file)).pages


def words_on(page):
    return " ".join(page.extract_text().split())


def place_of(page, text):
    """Where a piece of text begins, in millimetres from the left and the upper edge."""
    found = []

    def visit(piece, matrix, text_matrix, *_):
        if text in piece:
            found.append((text_matrix[4] / MM, 297 - text_matrix[5] / MM))

    page.extract_text(visitor_text=visit)
    return found[0]


@pytest.mark.django_db
class TestRuns:
    def test_makes_one_file_with_a_list_in_front(self, letter, staff, now):
        first, second = letter(), letter()

        run = make_print_run(branch=None, staff=staff, now=now)
        contents, *letters = pages_of(run_pdf(run))

        assert len(letters) == 2
        assert "2 letters" in words_on(contents) or "2 breve" in words_on(contents)
        assert "Bente Printer" in words_on(contents)
        assert [notice.addressee in words_on(contents) for notice in (first, second)] == [True, True]
        assert "Havnegade 1" in words_on(letters[1])
        assert "Huset ved fjorden." in words_on(letters[0])
        assert "Side 1 af 1" in words_on(letters[0])

    def test_counts_the_letters_as_sent(self, letter, staff, now):
        notices = [letter(), letter()]

        run = make_print_run(branch=None, staff=staff, now=now)

        for notice in notices:
            notice.refresh_from_db()
        assert [(each.state, each.sent_at, each.print_run) for each in notices] == [("SENT", now, run)] * 2
        assert (run.letters, count_letters()) == (2, 0)
        assert AuditEntry.objects.get(action="notices.make_print_run").facts == {"letters": 2}

    def test_prints_the_same_again(self, letter, staff, now):
        letter()
        run = make_print_run(branch=None, staff=staff, now=now)

        assert run_pdf(run) == run_pdf(PrintRun.objects.get())

    def test_prints_nothing_twice(self, letter, staff, now):
        letter()
        make_print_run(branch=None, staff=staff, now=now)

        with pytest.raises(NoticeRefused) as refusal:
            make_print_run(branch=None, staff=staff, now=now)

        assert refusal.value.codes == ["NOTHING_TO_PRINT"]
        assert PrintRun.objects.count() == 1

    def test_leaves_out_what_is_not_true_any_more(self, letter, staff, now):
        gone, current = letter(), letter()
        relevance.register_check([NoticeKind.OVERDUE_1], lambda notices: {n.pk for n in notices} - {gone.pk})

        run = make_print_run(branch=None, staff=staff, now=now)

        gone.refresh_from_db()
        assert (gone.state, gone.problem) == ("CANCELLED", "OUTDATED")
        assert [each.notices for each in letters_of(run)] == [(current,)]

    def test_cancels_what_is_outdated_also_when_nothing_is_left(self, letter, staff, now):
        gone = letter()
        relevance.register_check([NoticeKind.OVERDUE_1], lambda notices: set())

        with pytest.raises(NoticeRefused):
            make_print_run(branch=None, staff=staff, now=now)

        gone.refresh_from_db()
        assert gone.state == "CANCELLED"

    def test_a_branch_prints_its_own(self, letter, staff, branch, now):
        letter(branch=BranchFactory())
        own = letter()

        run = make_print_run(branch=branch, staff=staff, now=now)

        assert [each.notices[0] for each in letters_of(run)] == [own]
        assert print_runs(branch) == [run]
        assert print_runs(BranchFactory()) == []

    def test_puts_all_for_one_address_into_one_envelope(self, letter, staff, now):
        patron = PatronFactory()
        same = {"patron": patron, "address": "Liv Sol\nHavnegade 1\n8000 Aarhus", "addressee": "Liv Sol"}
        letter(**same)
        letter(**same, kind=NoticeKind.HOLD_EXPIRED, subject="Reserveringen er slettet")
        letter(**same, kind=NoticeKind.INVOICE, subject="Regning")

        run = make_print_run(branch=None, staff=staff, now=now)

        assert run.letters == 2
        assert [len(each.notices) for each in letters_of(run)] == [2, 1]
        assert letters_of(run)[0].sheet.subject == "2 beskeder fra Skovby Bibliotek"

    def test_is_for_staff(self, letter, now):
        letter()

        with pytest.raises(NoticeRefused) as refusal:
            make_print_run(branch=None, staff=StaffAccountFactory(operator=True), now=now)

        assert refusal.value.codes == ["NOT_PERMITTED"]
        assert count_letters() == 1

    def test_a_letter_that_comes_back_waits_for_staff_and_goes_another_way(self, letter, staff, now):
        notice = letter(PatronFactory(email="new@post.example"))
        make_print_run(branch=None, staff=staff, now=now)

        came_back(notice=notice, staff=staff, now=now)
        notice.refresh_from_db()
        assert (notice.state, notice.problem) == ("FAILED", "CAME_BACK")

        again = send_again(notice=notice, staff=staff, now=now, channel="EMAIL")
        assert (again.state, again.channel, again.address) == ("QUEUED", "EMAIL", "new@post.example")
        assert again.print_run is None

    def test_only_a_sent_letter_comes_back(self, letter, staff, now):
        waiting, mail = letter(), letter(channel="EMAIL", state="SENT")

        for notice in (waiting, mail):
            with pytest.raises(NoticeRefused) as refusal:
                came_back(notice=notice, staff=staff, now=now)
            assert refusal.value.codes == ["NOT_A_SENT_LETTER"]

    def test_list_says_what_no_font_can_print(self, letter, staff, now):
        letter(address="محمد\nHavnegade 1\n8000 Aarhus", addressee="محمد")
        run = make_print_run(branch=None, staff=staff, now=now)

        [printed] = letters_of(run)

        assert printed.missing == "محد"


@pytest.mark.django_db
@pytest.mark.parametrize(("country", "left"), [("DK", 20), ("SE", 115), ("FI", 20)])
def test_address_stands_in_the_window(alpha, country, left, letter, staff, now):
    type(alpha).objects.filter(pk=alpha.pk).update(country=country)
    alpha.country = country
    letter()

    _, page = pages_of(run_pdf(make_print_run(branch=None, staff=staff, now=now)))

    x, y = place_of(page, "Havnegade 0")
    assert (round(x), round(y)) == (left, 55)
    # C5 windows end 35 mm below their upper edge; the sender's line above the address is the upper end.
    assert 44 <= place_of(page, "Skovby Bibliotek, Torvet 4")[1] < y < place_of(page, "8000 Aarhus C")[1] < 79


@pytest.mark.django_db
def test_window_can_be_moved(alpha, letter, staff, now):
    change_message_settings(values={"window_left": 30, "window_top": 60}, staff=StaffAccountFactory(it_admin=True))
    letter()

    _, page = pages_of(run_pdf(make_print_run(branch=None, staff=staff, now=now)))

    assert tuple(round(each) for each in place_of(page, "Havnegade 0")) == (30, 65)
    assert "1234" in words_on(pages_of(window_test_pdf())[0])


def sheet(**changes):
    return Sheet(
        **{
            "sender": ("Skovby",),
            "sender_line": "Skovby",
            "address": ("Liv Sol",),
            "dated": "Aarhus",
            "subject": "Subject",
            "body": "Body",
            "page_word": "Page {page} of {pages}",
            "reference": "7",
            "window": (20, 50),
            **changes,
        }
    )


LONG_NAME = "Åge Ørnulf Bartholomæus Christiansen-Sjöström af Hällestad och Østergårdsminde"
LONG_STREET = "c/o Ingvild Sørensen, Gammel Kongelige Skolevej 117, 14. sal, dør 1407, ved havnen"


@pytest.mark.parametrize(
    "address",
    [
        (LONG_NAME, LONG_STREET, "8200 Aarhus N"),
        (LONG_NAME, f"c/o {LONG_NAME}", LONG_STREET, LONG_STREET, "8200 Aarhus N"),
        ("Liv Sol", *[LONG_STREET] * 9, "8200 Aarhus N"),
    ],
)
def test_a_long_address_stays_inside_the_window(address):
    [page] = pages_of(letters_pdf([sheet(address=address)]))

    lines = []
    page.extract_text(
        visitor_text=lambda piece, _cm, place, _font, size: lines.append(
            (place[4] / MM, 297 - place[5] / MM, width(piece.strip(), size) / MM, piece.strip())
        )
    )
    shown = [line for line in lines if line[3] and 49 < line[1] < 90]
    assert [line for line in shown if line[0] + line[2] > 20 + 80.1 or line[1] > 50 + 27.6] == []
    assert shown[-1][3] == "8200 Aarhus N"
    assert shown[0][3].startswith(address[0][:20])


def test_a_usual_address_keeps_its_size_and_every_line():
    [page] = pages_of(letters_pdf([sheet(address=("Liv Sol", "c/o Bo", "Hus 2", "Vej 7", "Egå", "8250 Egå"))]))

    assert [round(place_of(page, text)[1], 1) for text in ("Liv Sol", "Hus 2", "8250 Egå")] == [50.0, 59.2, 73.0]


def test_a_long_sender_stays_on_the_sheet():
    name = "Kulturhuset og Hovedbiblioteket ved Østre Havnepladsvej"
    [page] = pages_of(letters_pdf([sheet(sender=(name, "Torvet 4, 8000 Aarhus"))]))

    assert place_of(page, "Kulturhuset")[1] < place_of(page, "Havnepladsvej")[1] < place_of(page, "Torvet 4")[1]


def test_a_long_letter_has_numbered_pages():
    body = "\n".join(f"– Item number {number}" for number in range(100))

    pages = pages_of(letters_pdf([sheet(body=body), sheet()]))

    assert [words_on(page)[-11:] for page in pages] == ["Page 1 of 3", "Page 2 of 3", "Page 3 of 3", "Page 1 of 1"]
    told = " ".join(words_on(page) for page in pages)
    assert [number for number in range(100) if f"Item number {number} " not in told + " "] == []


def test_a_word_longer_than_the_line_is_cut():
    [page] = pages_of(letters_pdf([sheet(body="https://library.example/" + "q" * 300)]))

    assert page.extract_text().count("q") == 300


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Æbleø Åsa Þór ß – “x” … €", ""),
        ("Žofie Kovářová Ștefan Gülşen Ģirts Łódź", ""),
        ("Привет Ελλάδα", ""),
        ("Nguyễn", ""),
        ("中文", "中文"),
        ("שלום", "שלום"),
    ],
)
def test_letters_beyond_latin_1(text, missing):
    assert unprintable(text) == missing


def test_sets_a_word_in_one_font_and_shows_what_is_missing():
    assert list(pieces("Hej Kovářová 中")) == [
        ("LetterRegular", "Hej "),
        ("LetterWide", "Kovářová"),
        ("LetterRegular", " "),
        ("LetterWide", MISSING),
    ]
