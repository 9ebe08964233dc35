"""Small exports of school registers, made here."""

import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any

_FULL = "https://brugerdatabasen.stil.dk/bpi/wsieksport/7/full"
_COMMON = "https://brugerdatabasen.stil.dk/bpi/wsieksport/7/common"


def stil(*entries: str, sources: Mapping[str, str] | None = None, number: str = "999001") -> BytesIO:
    """Return an export of one institution with these elements, as `group`, `pupil` and `employee` write them."""
    said = {"Elev": "2026-2027"} if sources is None else sources
    head = "".join(f'<c:ImportSource source="{name}" schoolYear="{year}"/>' for name, year in said.items())
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?><UNILoginExportFull xmlns="{_FULL}" xmlns:c="{_COMMON}">{head}'
        f"<Institution><c:InstitutionNumber>{number}</c:InstitutionNumber>"
        f"<c:InstitutionName>Åskolen</c:InstitutionName>{''.join(entries)}</Institution></UNILoginExportFull>"
    )
    return BytesIO(text.encode())


def group(key: str, name: str = "", *, kind: str = "Hovedgruppe", more: str = "") -> str:
    """Return a group."""
    named = f"<c:GroupName>{name}</c:GroupName>" if name else ""
    return f"<c:Group><c:GroupId>{key}</c:GroupId>{named}<c:GroupType>{kind}</c:GroupType>{more}</c:Group>"


def pupil(key: str, given: str, family: str = "Holm", *, main: str = "", **more: str) -> str:
    """Return a pupil.

    :param more: `person` and `student` are further elements within these, `source` and `protected` their attributes
    """
    inside = f"<c:MainGroupId>{main}</c:MainGroupId>{more.get('student', '')}"
    return _person(key, given, family, f"<Student><c:Role>Elev</c:Role>{inside}</Student>", more)


def employee(key: str, given: str, *roles: str, **more: str) -> str:
    """Return somebody who works there."""
    said = "".join(f"<c:Role>{role}</c:Role>" for role in roles)
    return _person(key, given, "Dahl", f"<c:Employee>{said}<c:ShortName>XY</c:ShortName></c:Employee>", more)


def _person(key: str, given: str, family: str, role: str, more: Mapping[str, str]) -> str:
    names = f"<c:FirstName>{given}</c:FirstName><c:FamilyName>{family}</c:FamilyName><c:UserId>{key}</c:UserId>"
    person = f'<Person protected="{more.get("protected", "false")}">{names}{more.get("person", "")}</Person>'
    return f'<InstitutionPerson source="{more.get("source", "Elev")}">{person}{role}</InstitutionPerson>'


def contact(key: str, given: str, *, relation: str, custody: str = "true") -> str:
    """Return somebody to be asked about a pupil."""
    names = f"<c:FirstName>{given}</c:FirstName><c:FamilyName>Holm</c:FamilyName><c:UserId>{key}</c:UserId>"
    person = f'<Person protected="false">{names}</Person>'
    return f'<ContactPerson relation="{relation}" childCustody="{custody}">{person}</ContactPerson>'


def archive(files: Mapping[str, str | bytes]) -> BytesIO:
    """Return a ZIP archive."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    out.seek(0)
    return out


def table(columns: str, *rows: Sequence[str]) -> str:
    """Return a CSV file; columns with blanks between."""
    lines = [columns.split(), *rows]
    return "\ufeff" + "\r\n".join(",".join(f'"{cell}"' for cell in line) for line in lines) + "\r\n"


def answer(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return a page of an interface's answer."""
    return json.dumps({"data": list(rows), "pageToken": None}, ensure_ascii=False)
