"""Rows of cells into a book. Pure: it is given rows and gives back what they say; it sends nothing."""

from __future__ import annotations

from collections.abc import Iterable

from core.messages import OriginalPoint, Place
from scenarios.replay.book import (
    ENTRY,
    LINE_CHARS_MAX,
    ORDERED,
    RECEIVED,
    TEXT_CHARS_MAX,
    Assignment,
    Book,
    Call,
    Listed,
    Reader,
    Unit,
)
from scenarios.replay.cells import Instant, OutOfRange, Point, with_hash
from scenarios.replay.ending import finish
from scenarios.replay.maps import STAMPS, code
from scenarios.replay.reading import HEADER_ROW, Row

COORDINATE_DECIMALS = 7
_COMPARED = ("call_type", "disposition", "place", "town", "point", "lon", "lat")
"""What all rows of a call should agree in."""
_POINT_COLUMNS = ("point", "lon", "lat")


def collect(rows: Iterable[Row], reader: Reader) -> Book:
    """Read every row. What cannot be understood is put on its call at the end, when all calls are known."""
    book = Book()
    for column in reader.absent():
        book.oddities.add("column_absent", HEADER_ROW, column)
    for row in rows:
        if not row.cells or (len(row.cells) <= 1 and not "".join(row.cells).strip()):
            book.oddities.add("blank_row", row.number)
            continue
        book.rows += 1
        _row(book, reader, row.number, row.cells)
    finish(book, reader)
    return book


def _row(book: Book, reader: Reader, number: int, cells: list[str]) -> None:
    width = reader.layout.width
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        book.oddities.add("extra_empty_cells", number)
        cells = cells[:width]
    if len(cells) != width:
        book.oddities.add("wrong_cells", number)
        book.listed.append(Listed(number, "wrong_cells", cells))
        return
    raw_call = reader.cell(cells, "call")
    if not raw_call:
        book.oddities.add("no_call", number)
        book.listed.append(Listed(number, "no_call", cells))
        return
    call = book.call_numbers.get(raw_call)
    if call is None:
        call = _first_of_call(book, reader, number, raw_call, cells)
    else:
        _compare(book, reader, number, call, cells)
    stamps = _stamps(book, reader, number, call, cells)
    unit = _unit(book, reader, number, call, reader.cell(cells, "unit"), reader.cell(cells, "unit_type"))
    if unit is None:
        book.oddities.add("no_unit", number)
        return
    _assign(book, reader, number, call, unit, stamps, cells)


def _first_of_call(book: Book, reader: Reader, number: int, raw: str, cells: list[str]) -> int:
    id, changed = book.names.calls.of(raw)
    if changed:
        book.oddities.add("id_changed", number, f"{raw} → {id}")
    word = reader.cell(cells, "call_type")
    kind = reader.call_kind(word)
    if kind is None:
        if word:
            book.oddities.add("unknown_call_type", number, word)
        kind = "other"
    call = book.call_numbers[raw] = len(book.calls)
    said = book.clip(word, number, LINE_CHARS_MAX) if word and kind == "other" else None
    notes = [f"{name}: {value}" for name, index in reader.layout.notes if (value := cells[index].strip())]
    if id != raw:
        notes.insert(0, f"{reader.layout.called['call']}: {raw}")
    text = book.clip("\n".join(notes), number, TEXT_CHARS_MAX) if notes else None
    book.calls.append(
        Call(
            row=number,
            id=id,
            kind=kind,
            said=said,
            place=Place(text=reader.chart.place_unknown),
            disposition=book.clip(reader.cell(cells, "disposition"), number, LINE_CHARS_MAX),
            text=text,
            first={name: reader.cell(cells, name) for name in _COMPARED}
            | {name: cells[index].strip() for name, index in reader.layout.notes},
        )
    )
    book.calls[call].place = _place(book, reader, number, call, cells)
    return call


def _compare(book: Book, reader: Reader, number: int, call: int, cells: list[str]) -> None:
    first = book.calls[call].first
    for name in _COMPARED:
        value = reader.cell(cells, name)
        if value and value != first[name]:
            book.differing(reader.layout.called[name], number, call, value)
    compared = {reader.layout.called.get(name) for name in _COMPARED}
    for name, index in reader.layout.notes:
        value = cells[index].strip()
        if value and value != first[name] and name not in compared:
            book.differing(name, number, call, value)


def _place(book: Book, reader: Reader, number: int, call: int, cells: list[str]) -> Place:
    words = [word for name in ("place", "town") if (word := reader.cell(cells, name))]
    text = book.clip(", ".join(words), number, LINE_CHARS_MAX) or reader.chart.place_unknown
    point = _point(book, reader, number, call, cells)
    if point is None:
        return Place(text=text)
    bounds = reader.chart.bounds
    if bounds is not None and not (
        bounds[0] <= point.lon <= bounds[2] and bounds[1] <= point.lat <= bounds[3]
    ):
        book.oddities.add("point_far", number)
    crs = reader.chart.source_crs
    converted = crs not in ("WGS-84", "CGCS2000")
    return Place(
        text=text,
        lon=round(point.lon, COORDINATE_DECIMALS),
        lat=round(point.lat, COORDINATE_DECIMALS),
        original=OriginalPoint(crs, point.original_lon, point.original_lat) if converted else None,
    )


def _point(book: Book, reader: Reader, number: int, call: int, cells: list[str]) -> Point | None:
    both = reader.cell(cells, "point")
    lon, lat = reader.cell(cells, "lon"), reader.cell(cells, "lat")
    if not (both or lon or lat):
        return None
    kind = "point_unreadable"
    try:
        found = reader.points.read(both) if both else None
        if found is None and (lon or lat):
            found = reader.points.pair(lon, lat)
        if found is not None:
            return found
    except OutOfRange:
        kind = "point_out_of_range"
    book.oddities.add(kind, number)
    for name in _POINT_COLUMNS:
        if value := reader.cell(cells, name):
            book.keep(call, number, reader.layout.called[name], value)
    return None


def _stamps(book: Book, reader: Reader, number: int, call: int, cells: list[str]) -> list[Instant | None]:
    stamps: list[Instant | None] = [None] * len(STAMPS)
    before: int | None = None
    for stage, name, index in reader.stamps:
        if index is None or not (text := cells[index].strip()):
            continue
        column = reader.layout.called[name]
        read = reader.times.read(text)
        if read is None:
            book.oddities.add("stamp_unreadable", number, column)
            book.keep(
                call, number, column, text, reader.cell(cells, "row") or reader.cell(cells, "unit") or None
            )
            continue
        if read.dst:
            book.oddities.add(f"dst_{read.dst}", number, column)
        stamps[stage] = read.instant
        book.earliest(call, read.instant)
        if before is not None and read.instant < (stamps[before] or 0):
            earlier = reader.layout.called[STAMPS[before]]
            book.oddities.add("out_of_order", number, f"{earlier} > {column}")
        before = stage
    if (received := stamps[RECEIVED]) is not None:
        reports = book.calls[call].reports
        if received not in reports:
            if reports:
                book.oddities.add("report_differs", number, of=book.calls[call].row)
            reports[received] = (number, reader.cell(cells, "received"))
    else:
        book.oddities.add("missing_report", number)
    if (entered := stamps[ENTRY]) is not None:
        book.keep(call, number, reader.layout.called["entry"], reader.cell(cells, "entry"), at=entered)
    return stamps


def _unit(book: Book, reader: Reader, number: int, call: int, raw: str, word: str) -> Unit | None:
    if not raw:
        return None
    id, changed = book.names.units.of(raw)
    if changed:
        book.oddities.add("id_changed", number, f"{raw} → {id}")
    unit = book.units.get(id)
    if unit is None:
        unit = book.units[id] = Unit(id, book.clip(raw, number, LINE_CHARS_MAX), word)
    elif word and not unit.type:
        unit.type = word
    elif word and code(word) != code(unit.type):
        book.oddities.add("unit_type_differs", number, f"{raw}: {unit.type} / {word}")
        book.keep(call, number, reader.layout.called["unit_type"], word, raw)
    if word and code(word) not in reader.unit_kinds:
        book.oddities.add("unknown_unit_type", number, word)
    return unit


def _assign(
    book: Book,
    reader: Reader,
    number: int,
    call: int,
    unit: Unit,
    stamps: list[Instant | None],
    cells: list[str],
) -> None:
    incident = book.calls[call].id
    raw = reader.cell(cells, "row")
    if not raw and reader.layout.place.get("row") is not None:
        book.oddities.add("row_id_missing", number)
    id, changed = book.names.assignments.of(raw or f"{incident}-{unit.id}")
    if changed:
        book.oddities.add("id_changed", number, f"{raw or id} → {id}")
    known = book.by_id.get(id)
    if known is not None and (book.assignments[known].call, book.assignments[known].unit) != (call, unit.id):
        book.oddities.add("row_id_taken", number, raw, of=book.assignments[known].row)
        id = with_hash(id, f"{incident}\n{unit.id}")
        known = book.by_id.get(id)
    whole = hash(tuple(cells))
    if known is not None:
        _again(book, reader, number, book.assignments[known], stamps, whole, cells)
        return
    book.by_id[id] = len(book.assignments)
    book.calls[call].assignments.append(len(book.assignments))
    book.assignments.append(Assignment(number, call, unit.id, id, stamps, whole))


def _again(
    book: Book,
    reader: Reader,
    number: int,
    first: Assignment,
    stamps: list[Instant | None],
    whole: int,
    cells: list[str],
) -> None:
    """A row that repeats: what the first lacks is filled in, what differs is kept beside it."""
    if whole == first.cells:
        book.oddities.add("repeated_identical", number, of=first.row)
        return
    book.oddities.add("repeated_differing", number, of=first.row)
    for stage in range(ORDERED, len(STAMPS)):
        said = stamps[stage]
        if said is None or said == first.stamps[stage]:
            continue
        if first.stamps[stage] is None:
            first.stamps[stage] = said
        else:
            name = STAMPS[stage]
            book.keep(
                first.call, number, reader.layout.called[name], reader.cell(cells, name), first.id, said
            )
