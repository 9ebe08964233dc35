"""A school's people as a plain table (CSV): somebody says which column is what."""

import csv
import re
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from io import TextIOWrapper
from itertools import islice
from typing import BinaryIO

from common.encryption import keyed_hash
from schools.register.archives import one_line
from schools.register.gathering import SchoolGatherer, level_and_line
from schools.register.people import (
    GroupKind,
    RegisterGroup,
    RegisterPerson,
    RegisterUnreadable,
    Role,
    SchoolExport,
    Slip,
    Unreadable,
)

COLUMNS = (
    *("key", "given_name", "family_name", "name", "school_class", "role", "birth_date"),
    *("protected", "alias", "email", "phone", "address", "postal_code", "city"),
)
_MOST_ROWS, _MOST_COLUMNS, _LONGEST_FIELD = 50_000, 100, 10_000
_SAMPLE = 64_000
_DAYS = ("%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%Y")
_YES = {"1", "x", "ja", "yes", "y", "true", "kyllä", "on"}
_TEACHERS = {"teacher", "lærer", "lärare", "opettaja", "pædagog", "lehrer", "employee"}
_STAFF = {"staff", "personale", "personal", "henkilökunta", "medarbejder", "tap", "leder"}
# What columns are often called, in small letters without anything but letters.
_CALLED = {
    "key": {"id", "uniid", "unilogin", "elevid", "personid", "key", "nøgle", "brugernavn", "username", "tunnus"},
    "given_name": {"fornavn", "fornavne", "förnamn", "etunimi", "givenname", "firstname"},
    "family_name": {"efternavn", "efternamn", "sukunimi", "familyname", "lastname", "surname"},
    "name": {"navn", "namn", "nimi", "name", "elev", "elevnavn"},
    "school_class": {"klasse", "klass", "luokka", "class", "homeroom"},
    "role": {"rolle", "roll", "rooli", "role", "type"},
    "birth_date": {"fødselsdato", "fødselsdag", "födelsedatum", "syntymäaika", "birthdate", "dateofbirth"},
    "protected": {"beskyttet", "navnebeskyttet", "skyddad", "turvakielto", "protected"},
    "alias": {"alias", "dæknavn"},
    "email": {"email", "epost", "mail", "sähköposti"},
    "phone": {"telefon", "mobil", "mobile", "phone", "puhelin"},
    "address": {"adresse", "adress", "osoite", "address", "vej"},
    "postal_code": {"postnr", "postnummer", "postinumero", "postalcode", "zip"},
    "city": {"by", "postdistrikt", "ort", "postort", "paikkakunta", "city"},
}


@dataclass(frozen=True, slots=True)
class TablePlan:
    """How a table is read.

    :ivar columns: the place of the column for each of `COLUMNS` that there's one for, from 0
    """

    number: str
    name: str
    school_year: str
    columns: Mapping[str, int]


def looks_like_table(start: bytes) -> bool:
    """Return whether a file's first bytes may be a table's: text in lines with something between its columns."""
    line = start.split(b"\n", 1)[0]
    return b"\x00" not in start and any(separator in line for separator in (b";", b",", b"\t"))


def first_rows(file: BinaryIO, count: int) -> list[list[str]]:
    """Return a table's head and its first rows.

    :raises RegisterUnreadable: NOT_TEXT, or NOT_A_REGISTER if it has no columns
    """
    with closing(_rows(file)) as read:
        rows = [row[:_MOST_COLUMNS] for row in islice(read, count + 1)]
    if not rows or len(rows[0]) < 2:
        raise RegisterUnreadable(Unreadable.NOT_A_REGISTER)
    return rows


def guess_columns(head: Sequence[str]) -> dict[str, int]:
    """Return which column is what by what it's called, as far as that tells."""
    found: dict[str, int] = {}
    for place, title in enumerate(head):
        called = re.sub(r"[^a-zæøåäö]", "", title.lower())
        for name, names in _CALLED.items():
            if called in names:
                found.setdefault(name, place)
    return found


def read_table(file: BinaryIO, plan: TablePlan) -> SchoolExport:
    """Return the school that a table describes, the whole of it.

    Without a column for the key somebody is known by name and birth date. A name in one column is the family name
    after the last blank, or before a comma.

    :raises RegisterUnreadable: NOT_TEXT, TOO_LARGE, or COLUMN_MISSING when there's none for names
    """
    if not {"given_name", "name"} & plan.columns.keys():
        raise RegisterUnreadable(Unreadable.COLUMN_MISSING, "name")
    gatherer, known = SchoolGatherer(), set[str]()
    for line, row in enumerate(_rows(file), 1):
        if line == 1 or not any(row):
            continue
        if line > _MOST_ROWS:
            raise RegisterUnreadable(Unreadable.TOO_LARGE)
        said = {name: row[place] if place < len(row) else "" for name, place in plan.columns.items()}
        _read_person(gatherer, said, str(line), known)
    return gatherer.export(number=plan.number, name=plan.name, school_year=plan.school_year)


def _read_person(gatherer: SchoolGatherer, said: Mapping[str, str], place: str, known: set[str]) -> None:
    given, family = _names(said)
    born = _day(gatherer, said.get("birth_date", ""), place)
    # The table's own keys, and those that are made here, are never another register's. What's wrong with an entry is
    # kept with its key, so a key tells nobody's name.
    key = said.get("key", "") or (keyed_hash(f"{given} {family} {born or ''}".lower()).hex() if given else "")
    role = _role(said.get("role", ""))
    name = said.get("school_class", "")
    if name and name not in known:
        known.add(name)
        level, line = level_and_line(name)
        gatherer.group(RegisterGroup(f"table:{name}", name, GroupKind.CLASS, level, line))
    group = f"table:{name}" if name else ""
    gatherer.person(
        RegisterPerson(
            key=f"table:{key}" if key else "",
            given_name=given,
            family_name=family,
            roles=frozenset({role}),
            is_protected=said.get("protected", "").lower() in _YES or bool(said.get("alias")),
            alias=said.get("alias", ""),
            birth_date=born,
            main_group=group if role is Role.PUPIL else "",
            groups=(group,) if group else (),
            email=said.get("email", ""),
            phone=said.get("phone", ""),
            address=said.get("address", ""),
            postal_code=said.get("postal_code", ""),
            city=said.get("city", ""),
        ),
        place,
    )


def _names(said: Mapping[str, str]) -> tuple[str, str]:
    if said.get("given_name"):
        return said["given_name"], said.get("family_name", "")
    whole = said.get("name", "")
    if "," in whole:
        family, _, given = (part.strip() for part in whole.partition(","))
        return given, family
    given, _, family = whole.rpartition(" ")
    return (given, family) if given else (family, "")


def _role(text: str) -> Role:
    text = text.lower()
    return Role.TEACHER if text in _TEACHERS else Role.STAFF if text in _STAFF else Role.PUPIL


def _day(gatherer: SchoolGatherer, text: str, place: str) -> date | None:
    if not text:
        return None
    for form in _DAYS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day of birth has no zone
        except ValueError:
            continue
    gatherer.slip(Slip.DATE_UNREADABLE, place, text[:20])
    return None


def _rows(file: BinaryIO) -> Generator[list[str], None, None]:
    file.seek(0)
    sample = file.read(_SAMPLE)
    file.seek(0)
    encoding = _encoding(sample)
    head = sample.decode(encoding, "replace").split("\n", 1)[0]
    separator = max(";,\t", key=head.count)
    csv.field_size_limit(_LONGEST_FIELD)
    text = TextIOWrapper(file, encoding, newline="")
    try:
        for row in csv.reader(text, delimiter=separator):
            yield [one_line(field) for field in row]
    except (UnicodeDecodeError, csv.Error) as problem:
        raise RegisterUnreadable(Unreadable.NOT_TEXT) from problem
    finally:
        # The file is the caller's to close.
        text.detach()


def _encoding(sample: bytes) -> str:
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as problem:
        # A letter may be cut in two where the sample ends.
        if problem.start < len(sample) - 4:
            return "cp1252"
    return "utf-8-sig"
