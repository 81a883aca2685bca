"""The file: its encoding, its header, its rows as cells. It opens and reads, and understands nothing of what the cells say."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from scenarios.replay.errors import FileError
from scenarios.replay.maps import Columns, ReplayMap, plain

CELL_CHARS_MAX = 1 << 20
"""A longer cell is a quote that was never closed."""
_PIECE_BYTES = 1 << 20
HEADER_ROW = 1


class Layout(NamedTuple):
    """Where the map's columns stand in this file (None: not there), what they are called in it, and how many there are."""

    place: dict[str, int | None]
    called: dict[str, str]
    notes: tuple[tuple[str, int], ...]
    width: int


class Row(NamedTuple):
    """One row as it lies in the file, numbered as a spreadsheet does; `done` is how many bytes have been read."""

    number: int
    cells: list[str]
    done: int


class Table:
    """A CSV file and a map. `layout` is known at once; `rows` reads the rest, a row at a time."""

    def __init__(self, path: Path, chart: ReplayMap) -> None:
        """Raises FileError: no file, no known encoding, nothing in it, a column missing."""
        self.path = path
        self._chart = chart
        try:
            self.bytes = path.stat().st_size
            self.encoding = _encoding_of(path, chart.encodings)
        except OSError as error:
            raise FileError(
                f"无法读取 {path}（{error.strerror}）：请检查文件名与权限。",
                f"{path} cannot be read ({error.strerror}): check the name and the permissions.",
            ) from error
        first = next(self._read(), None)
        if first is None or not any(cell.strip() for cell in first.cells):
            raise FileError(
                f"{path} 是空文件：第一行应为列名。", f"{path} is empty: its first row must be the header."
            )
        self.layout = lay_out(first.cells, chart, str(path))

    def rows(self) -> Iterator[Row]:
        """Every row after the header, blank ones too. Raises FileError where the file is no CSV."""
        rows = self._read()
        next(rows)
        yield from rows

    def _read(self) -> Iterator[Row]:
        csv.field_size_limit(CELL_CHARS_MAX)
        number = HEADER_ROW - 1
        with self.path.open("rb") as raw, io.TextIOWrapper(raw, self.encoding, newline="") as file:
            reader = csv.reader(file, delimiter=self._chart.delimiter)
            try:
                for number, cells in enumerate(reader, HEADER_ROW):
                    yield Row(number, cells, raw.tell())
            except csv.Error as error:
                raise FileError(
                    f"{self.path} 第 {number + 1} 行（文件第 {reader.line_num} 行附近）不是合法的 CSV：{error}；"
                    "常见原因是引号没有闭合。",
                    f"Row {number + 1} of {self.path} (near line {reader.line_num}) is no CSV: {error}; "
                    "often a quote was not closed.",
                ) from error


def _encoding_of(path: Path, encodings: tuple[str, ...]) -> str:
    """The first of the encodings that the whole file is in. Raises FileError: half an import is worse than none."""
    said: list[str] = []
    for encoding in encodings:
        try:
            decoder = codecs.getincrementaldecoder(encoding)()
        except LookupError as error:
            raise FileError(
                f"对照表中的编码 {encoding} 不存在；常用 utf-8-sig、gb18030。",
                f"The map names an encoding that does not exist, {encoding}: common ones are utf-8-sig and gb18030.",
            ) from error
        done = 0
        try:
            with path.open("rb") as file:
                while piece := file.read(_PIECE_BYTES):
                    decoder.decode(piece)
                    done += len(piece)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            said.append(f"{encoding} @ {done + error.start}")
            continue
        return encoding
    where = ", ".join(said)
    raise FileError(
        f"{path} 不是对照表所列的编码（{where} 字节处起不符）：请在对照表的 encodings 中加上它的编码，例如 gb18030。",
        f"{path} is in none of the map's encodings (they fail at byte: {where}): add its own to encodings in the map, "
        "for example gb18030.",
    )


def lay_out(header: list[str], chart: ReplayMap, where: str) -> Layout:
    """Find the map's columns in a header. Raises FileError naming those that are missing, and the header."""
    places: dict[str, int] = {}
    for number, name in enumerate(header):
        places.setdefault(plain(name), number)
    place: dict[str, int | None] = {}
    called: dict[str, str] = {}
    missing: list[str] = []
    for field in Columns.__struct_fields__:
        names: tuple[str, ...] | None = getattr(chart.columns, field)
        if names is None:
            continue
        found = next((places[plain(name)] for name in names if plain(name) in places), None)
        place[field] = found
        called[field] = names[0] if found is None else header[found].strip("\ufeff ")
        if found is None and field not in chart.optional:
            missing.append(f"{field} ({' / '.join(names)})")
    if missing:
        listed = ", ".join(cell.strip("\ufeff ") for cell in header)
        raise FileError(
            f"{where} 缺少列：{'；'.join(missing)}。文件的列名是：{listed}。请在对照表 columns 中加上文件用的名称。",
            f"{where} lacks columns: {'; '.join(missing)}. Its header is: {listed}. Add the file's own names to columns "
            "in the map.",
        )
    notes = tuple(
        (header[places[plain(name)]].strip("\ufeff "), places[plain(name)])
        for name in chart.notes
        if plain(name) in places
    )
    return Layout(place, called, notes, len(header))
