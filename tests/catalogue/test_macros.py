"""Macros of the editor: what each step does, what can't be read, and that nothing hostile takes long or grows."""

import time

import pytest

from catalogue.marc.record_lines import lines_of_record, record_in
from catalogue.marc.records import Flavour
from catalogue.rules.macro_lines import LONGEST, MacroFault, steps_for, steps_in
from catalogue.rules.macros import MacroOverflows, applied
from catalogue.rules.record_diff import record_diff

BEFORE = """LDR 00000nam#a2200000#c#4500
001 29147335
008 260102s2024####dk############000#1#und#c
245 10 $aDen blå have$h[lydbog]$cÅse Ørsted
260 ## $aKbh.$bForlaget$aKbh.
650 #4 $aHaver
650 #7 $aHaver$2sao
700 1# $aHolm, Anna$4ill
996 ## $aown"""
DANISH = """001 00 *a29147335*b870970
008 00 *tm*bdk*leng
245 00 *aDen blå have
652 00 *m86-096"""


def record(lines=BEFORE, flavour=Flavour.MARC21):
    return record_in(lines, flavour).record


def after(macro, lines=BEFORE, flavour=Flavour.MARC21):
    """Return the lines that weren't there before, and those that have gone."""
    steps, faults = steps_in(macro, flavour)
    assert faults == []
    new = lines_of_record(applied(steps, record(lines, flavour))).splitlines()
    return [line for line in new if line not in lines.splitlines()], [
        line for line in lines.splitlines() if line not in new
    ]


@pytest.mark.parametrize(
    ("macro", "come", "gone"),
    [
        ("+ 650 #4 $aHeste", ["650 #4 $aHeste"], []),
        ("+ 650 _4 $a Heste", ["650 #4 $aHeste"], []),
        ("+650 #4 $aHaver", [], []),
        ("+ 520 ## $a", ["520 ## $a"], []),
        ("+ 007 cr#|||", ["007 cr#|||"], []),
        ("+ 500 ## $aPrice @$5 a@@b", ["500 ## $aPrice @$5 a@@b"], []),
        ("- 9xx", [], ["996 ## $aown"]),
        ("- 9XX", [], ["996 ## $aown"]),
        ("- 650", [], ["650 #4 $aHaver", "650 #7 $aHaver$2sao"]),
        ("- 650 #4", [], ["650 #4 $aHaver"]),
        ("- 650 $2sao", [], ["650 #7 $aHaver$2sao"]),
        ("- 650 #7 $aHaver$2sao", [], ["650 #7 $aHaver$2sao"]),
        ("- 650 #7 $2", [], ["650 #7 $aHaver$2sao"]),
        ("- 650 $aNothing", [], []),
        ("- 245 $h", ["245 10 $aDen blå have$cÅse Ørsted"], [BEFORE.splitlines()[3]]),
        ("- 996 $a", [], ["996 ## $aown"]),
        ("- xx8", [], []),
        ("- 008", [], [BEFORE.splitlines()[2]]),
        ("= 008/35-37 dan", ["008 260102s2024####dk############000#1#dan#c"], [BEFORE.splitlines()[2]]),
        ("= 008/35 dan", ["008 260102s2024####dk############000#1#dan#c"], [BEFORE.splitlines()[2]]),
        ("= 008/15-17 fi#", ["008 260102s2024####fi############000#1#und#c"], [BEFORE.splitlines()[2]]),
        ("= LDR/06 i", ["LDR 00000nim#a2200000#c#4500"], [BEFORE.splitlines()[0]]),
        ("= 007/00 c", [], []),
        ("= 245 00", ["245 00 $aDen blå have$h[lydbog]$cÅse Ørsted"], [BEFORE.splitlines()[3]]),
        ("= 700 $4 trl", ["700 1# $aHolm, Anna$4trl"], ["700 1# $aHolm, Anna$4ill"]),
        ("= 700 $eauthor", ["700 1# $aHolm, Anna$4ill$eauthor"], ["700 1# $aHolm, Anna$4ill"]),
        ("= 041 $adan", ["041 ## $adan"], []),
        ("~ 260 $a /Kbh./København/", ["260 ## $aKøbenhavn$bForlaget$aKøbenhavn"], [BEFORE.splitlines()[4]]),
        ("~ 2xx $a |Kbh.||", ["260 ## $a$bForlaget$a"], [BEFORE.splitlines()[4]]),
        ("~ 245 $a /(.*)+$/x/", [], []),
        ("# a remark\n\n  \n+ 500 ## $aA", ["500 ## $aA"], []),
        ("- 650\r\n+ 650 #4 $aHaver", [], ["650 #7 $aHaver$2sao"]),
    ],
)
def test_each_step_does_what_it_says_and_nothing_else(macro, come, gone):
    assert after(macro) == (come, gone)


@pytest.mark.parametrize(
    ("macro", "come", "gone"),
    [
        ("= 008 *ldan", ["008 00 *tm*bdk*ldan"], ["008 00 *tm*bdk*leng"]),
        ("= 009 *aa", ["009 00 *aa"], []),
        ("+ 666 00 *fheste", ["666 00 *fheste"], []),
        ("+ d08 00 *aown", ["d08 00 *aown"], []),
        ("~ 652 *m /86/87/", ["652 00 *m87-096"], ["652 00 *m86-096"]),
    ],
)
def test_steps_for_danmarc2_have_its_signs(macro, come, gone):
    assert after(macro, DANISH, Flavour.DANMARC2) == (come, gone)


def test_a_field_stands_behind_the_last_of_its_tag_or_in_the_order_of_tags():
    steps, _ = steps_in("+ 650 #4 $aHeste\n+ 651 #4 $aFyn\n+ 999 ## $az", Flavour.MARC21)

    tags = [field.tag for field in applied(steps, record()).fields]

    assert tags == ["001", "008", "245", "260", "650", "650", "650", "651", "700", "996", "999"]


def test_a_record_without_008_gets_one():
    steps, _ = steps_in("= 008/35-37 dan", Flavour.MARC21)

    made = applied(steps, record("245 00 $aA"))

    assert made.control("008") == " " * 35 + "dan" + "  "


def test_the_record_that_it_is_applied_to_stays_as_it_is():
    old = record()
    steps, _ = steps_in("- 650\n= LDR/06 i\n~ 245 $a /blå/røde/", Flavour.MARC21)

    applied(steps, old)

    assert lines_of_record(old) == BEFORE


FAULTS = [
    ("", MacroFault.NOTHING),
    ("# only this", MacroFault.NOTHING),
    ("650 #4 $aHeste", MacroFault.NO_STEP),
    ("* 650", MacroFault.NO_STEP),
    ("+", MacroFault.NO_FIELD),
    ("+ 650", MacroFault.NO_FIELD),
    ("+ 6xx #4 $aHeste", MacroFault.NO_FIELD),
    ("+ LDR 00000nam", MacroFault.NO_FIELD),
    ("+ 001 123", MacroFault.OWN_NUMBER),
    ("-", MacroFault.NO_TAG),
    ("- xxx", MacroFault.NO_TAG),
    ("- LDR", MacroFault.NO_TAG),
    ("- 001", MacroFault.OWN_NUMBER),
    ("- 65", MacroFault.NO_TAG),
    ("- 650 Heste", MacroFault.NO_SUBFIELD),
    ("= 008/35-37 da", MacroFault.WRONG_LENGTH),
    ("= 008/38-41 danx", MacroFault.WRONG_LENGTH),
    ("= 008/37-35 dan", MacroFault.WRONG_LENGTH),
    ("= 008/35", MacroFault.WRONG_LENGTH),
    ("= 245/00 a", MacroFault.NO_POSITIONS),
    ("= 008/-1 a", MacroFault.NO_POSITIONS),
    ("= 008/٣٥ dan", MacroFault.NO_POSITIONS),
    ("= 245", MacroFault.NO_SUBFIELD),
    ("= 245 $a", MacroFault.NO_SUBFIELD),
    ("= 245 $aA$bB", MacroFault.NO_SUBFIELD),
    ("= 001 $aA", MacroFault.OWN_NUMBER),
    ("~ 245 /a/b/", MacroFault.NO_SUBFIELD),
    ("~ 245 $a", MacroFault.NO_REPLACEMENT),
    ("~ 245 $a /a/b", MacroFault.NO_REPLACEMENT),
    ("~ 245 $a //b/", MacroFault.NO_REPLACEMENT),
    ("~ 245 $a /a/b/c/", MacroFault.NO_REPLACEMENT),
    ("~ 245 $a xaxbx", MacroFault.NO_REPLACEMENT),
    ("~ 245 $a /", MacroFault.NO_REPLACEMENT),
    ("+ 500 ## $aA\x00B", MacroFault.HIDDEN_SIGN),
    ("+ 500 ## $aA\u2028B", MacroFault.HIDDEN_SIGN),
    ("+ 500 ## $aA\ud800B", MacroFault.HIDDEN_SIGN),
    ("+ 500 ## $a" + "A" * 1000, MacroFault.TOO_LONG),
    ("+ 500 ## $aA\n" * LONGEST, MacroFault.TOO_LONG),
]


@pytest.mark.parametrize(("macro", "fault"), FAULTS)
def test_what_cannot_be_read_says_why(macro, fault):
    assert steps_in(macro, Flavour.MARC21)[1] == [(1, fault)]


def test_every_wrong_line_is_named_with_its_own_number():
    steps, faults = steps_in("- 9xx\nnonsense\n\n# remark\n= 008/35 d\n~ 245 $a", Flavour.MARC21)

    assert [line for line, _ in steps] == [1, 5]
    assert faults == [(2, MacroFault.NO_STEP), (6, MacroFault.NO_REPLACEMENT)]


def test_a_danish_macro_has_no_positions():
    assert steps_in("= 008/35-37 dan", Flavour.DANMARC2)[1] == [(1, MacroFault.NO_POSITIONS)]


def test_too_many_steps_are_named_at_the_first_too_many():
    assert steps_in("- 900\n" * 101, Flavour.MARC21)[1] == [(101, MacroFault.TOO_MANY)]


def test_a_text_that_doubles_itself_stops_before_it_is_too_much_for_the_machine():
    macro = "\n".join(["+ 500 ## $aaaaaaaaaaa", *["~ 500 $a /a/" + "a" * 30 + "/"] * 50])
    steps, faults = steps_in(macro, Flavour.MARC21)
    assert faults == []

    begun = time.process_time()
    with pytest.raises(MacroOverflows) as stopped:
        applied(steps, record())

    assert stopped.value.line == 4
    assert time.process_time() - begun < 1


def test_a_text_made_for_patterns_to_choke_on_takes_no_time():
    lines = "500 ## $a" + "a" * 19_000 + "!"
    steps, _ = steps_in("\n".join(["~ 500 $a /(a+)+$/x/", "~ 500 $a /aaab/x/"] * 50), Flavour.MARC21)

    begun = time.process_time()
    made = applied(steps, record(lines))

    assert lines_of_record(made).splitlines() == [lines]
    assert time.process_time() - begun < 1


@pytest.mark.parametrize("letters", ["$*/@#=~+-x0 \n", "650 $a/xæ\u202e\ufffd\n"])
def test_no_text_breaks_the_reading(letters):
    for length in range(1, 60):
        text = "".join(letters[(length * place * 7 + place) % len(letters)] for place in range(length))
        for flavour in Flavour:
            for sign in "+-=~":
                steps, _ = steps_in(sign + text, flavour)
                applied(steps, record(DANISH if flavour == Flavour.DANMARC2 else BEFORE, flavour))


@pytest.mark.parametrize(
    ("flavour", "old", "new", "lines"),
    [
        (Flavour.MARC21, BEFORE, BEFORE.replace("und", "dan"), ["= 008/35 dan"]),
        (Flavour.MARC21, BEFORE, BEFORE.replace("nam", "nim"), ["= LDR/06 i"]),
        (Flavour.MARC21, BEFORE, BEFORE + "\n999 ## $a@@", ["+ 999 ## $a@@"]),
        (Flavour.MARC21, BEFORE, BEFORE.replace("\n996 ## $aown", ""), ["- 996 ## $aown"]),
        (
            Flavour.MARC21,
            BEFORE,
            BEFORE.replace("Anna$4ill", "Anna$4trl"),
            ["- 700 1# $aHolm, Anna$4ill", "+ 700 1# $aHolm, Anna$4trl"],
        ),
        (Flavour.MARC21, BEFORE, BEFORE.replace("29147335", "1"), []),
        (Flavour.DANMARC2, DANISH, DANISH.replace("eng", "dan"), ["- 008 00 *tm*bdk*leng", "+ 008 00 *tm*bdk*ldan"]),
    ],
)
def test_what_was_changed_becomes_a_macro_that_does_it_again(flavour, old, new, lines):
    before, wanted = record(old, flavour), record(new, flavour)

    macro = steps_for(record_diff(before, wanted), flavour)

    assert macro.splitlines() == lines
    if lines:
        steps, faults = steps_in(macro, flavour)
        assert faults == []
        assert lines_of_record(applied(steps, before)) == new
