"""Files within an uploaded archive, with a bound on what they unpack to."""

import csv
import json
import lzma
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from io import TextIOWrapper
from typing import Any, BinaryIO

from common.tables import clean
from schools.register.people import RegisterUnreadable, Unreadable

# A municipality with 25,000 pupils takes some 20 MB.
_MOST_BYTES = 500_000_000
# JSON is in memory whole, and takes several times its size there.
_MOST_BYTES_OF_JSON = 100_000_000
_LONGEST_FIELD = 100_000
# How it shows that an archive is cut off, broken, or encrypted or packed in a way that we don't know (RuntimeError).
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, OSError, EOFError)


class Archive:
    """A ZIP archive's files by their names, wherever in it they lie."""

    def __init__(self, file: BinaryIO) -> None:
        """Look into the archive.

        :raises RegisterUnreadable: DAMAGED_ARCHIVE or TOO_LARGE
        """
        try:
            self._zip = zipfile.ZipFile(file)
        except (*_DAMAGE, ValueError) as problem:
            raise RegisterUnreadable(Unreadable.DAMAGED_ARCHIVE) from problem
        self._infos = {info.filename.rpartition("/")[2].lower(): info for info in self._zip.infolist()}
        # What's unpacked is never more than this: the archive's own word is checked when it's read.
        if sum(info.file_size for info in self._infos.values()) > _MOST_BYTES:
            raise RegisterUnreadable(Unreadable.TOO_LARGE)

    def __contains__(self, name: str) -> bool:
        return name in self._infos

    def rows(self, name: str, *columns: str) -> Iterator[tuple[int, Mapping[str, str]]]:
        """Yield the rows of a CSV file with their lines' numbers; none if there's no such file.

        :param columns: what it must have
        :raises RegisterUnreadable: COLUMN_MISSING, NOT_TEXT or DAMAGED_ARCHIVE
        """
        if name not in self._infos:
            return
        csv.field_size_limit(_LONGEST_FIELD)
        try:
            with self._zip.open(self._infos[name]) as raw, TextIOWrapper(raw, "utf-8-sig", newline="") as text:
                reader = csv.DictReader(text)
                for column in columns:
                    if column not in (reader.fieldnames or ()):
                        raise RegisterUnreadable(Unreadable.COLUMN_MISSING, f"{name}: {column}")
                for row in reader:
                    yield reader.line_num, {key: one_line(value or "") for key, value in row.items() if key}
        except UnicodeDecodeError as problem:
            raise RegisterUnreadable(Unreadable.NOT_TEXT, name) from problem
        except csv.Error as problem:
            raise RegisterUnreadable(Unreadable.NOT_TEXT, f"{name}: {problem}"[:100]) from problem
        except _DAMAGE as problem:
            raise RegisterUnreadable(Unreadable.DAMAGED_ARCHIVE, name) from problem

    def data(self, name: str) -> list[dict[str, Any]]:
        """Return the objects of a JSON file, a page of an interface's answer or a plain list; none if there's no file.

        :raises RegisterUnreadable: NOT_JSON, TOO_LARGE or DAMAGED_ARCHIVE
        """
        if name not in self._infos:
            return []
        if self._infos[name].file_size > _MOST_BYTES_OF_JSON:
            raise RegisterUnreadable(Unreadable.TOO_LARGE, name)
        try:
            with self._zip.open(self._infos[name]) as raw:
                found = json.load(raw)
        except (ValueError, RecursionError) as problem:
            raise RegisterUnreadable(Unreadable.NOT_JSON, name) from problem
        except _DAMAGE as problem:
            raise RegisterUnreadable(Unreadable.DAMAGED_ARCHIVE, name) from problem
        rows = found.get("data") if isinstance(found, dict) else found
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise RegisterUnreadable(Unreadable.NOT_JSON, name)
        return rows


def one_line(text: str) -> str:
    """Return a text without what no table can hold, its blanks and line ends as single blanks."""
    return " ".join(clean(text).split())
