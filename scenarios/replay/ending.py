"""The end of reading: what can be said only when all rows are known. Pure."""

from __future__ import annotations

from scenarios.replay.book import (
    AT_HOSPITAL,
    AVAILABLE,
    LEFT_SCENE,
    ON_SCENE,
    ORDERED,
    TEXT_CHARS_MAX,
    Book,
    Reader,
)


def finish(book: Book, reader: Reader) -> None:
    """Keep what contradicts, put rows that were not understood on their calls, tell what is missing."""
    _keep_other_reports(book, reader)
    _place_listed(book, reader)
    _tell_missing(book, reader)


def _keep_other_reports(book: Book, reader: Reader) -> None:
    """The earliest time of a call's report is the report; what other rows say instead is kept beside it."""
    column = reader.layout.called["received"]
    for index, call in enumerate(book.calls):
        for instant in sorted(call.reports)[1:]:
            row, words = call.reports[instant]
            book.keep(index, row, column, words, at=instant)


def _place_listed(book: Book, reader: Reader) -> None:
    """A row that was not understood goes on its call as it is, where its first cells name one."""
    index = reader.layout.place["call"]
    assert index is not None
    for listed in book.listed:
        named = listed.cells[index].strip() if index < len(listed.cells) else ""
        call = book.call_numbers.get(named)
        if call is None:
            continue
        listed.incident = book.calls[call].id
        text = book.clip(reader.chart.delimiter.join(listed.cells), listed.row, TEXT_CHARS_MAX)
        book.keep(call, listed.row, "unreadable_row", str(len(listed.cells)), text)


def _tell_missing(book: Book, reader: Reader) -> None:
    """What no row of an assignment says, now that all rows are read."""
    stages = [
        (stage, reader.layout.called[name])
        for stage, name, index in reader.stamps
        if stage >= ORDERED and index is not None
    ]
    for one in book.assignments:
        for stage, column in stages:
            if one.stamps[stage] is None:
                book.oddities.add("missing_order" if stage == ORDERED else "missing", one.row, column)
        moved = one.stamps[LEFT_SCENE] is not None or one.stamps[AT_HOSPITAL] is not None
        if moved and one.stamps[ON_SCENE] is None:
            book.oddities.add("transport_without_arrival", one.row)
        if one.stamps[AVAILABLE] is None:
            book.oddities.add("not_freed", one.row)
