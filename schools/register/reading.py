"""Finds out what format an export has, and reads it."""

from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from schools.register.archives import Archive
from schools.register.oneroster import read_oneroster
from schools.register.people import RegisterUnreadable, SchoolExport, Unreadable
from schools.register.ss12000 import read_ss12000
from schools.register.stil import read_stil

_ARCHIVE = b"PK\x03\x04"
_XML_STARTS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<", b"\xfe\xff\x00<")


def is_register(start: bytes) -> bool:
    """Return whether a file's first bytes may be one of the formats that `read_register` reads."""
    return start.startswith(_ARCHIVE) or start.lstrip().startswith(_XML_STARTS)


def read_register(file: BinaryIO, *, today: date) -> Iterator[SchoolExport]:
    """Yield the schools of an export: STIL's XML, or OneRoster's CSV or SS12000's JSON in an archive.

    :param file: can be read from any place, as files and uploads can
    :param today: what's over by then doesn't count
    :raises RegisterUnreadable: when nothing of it can be used; what's wrong with an entry is told with its school
    """
    start = file.read(64)
    file.seek(0)
    if start.lstrip().startswith(_XML_STARTS):
        yield from read_stil(file)
    elif start.startswith(_ARCHIVE):
        archive = Archive(file)
        if "users.csv" in archive:
            yield from read_oneroster(archive)
        elif "persons.json" in archive:
            yield from read_ss12000(archive, today=today)
        else:
            raise RegisterUnreadable(Unreadable.UNKNOWN_FORMAT)
    else:
        raise RegisterUnreadable(Unreadable.UNKNOWN_FORMAT)
