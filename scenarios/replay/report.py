"""The import report: what was read, what was sent, what became of it, and every oddity. Pure."""

from __future__ import annotations

from typing import Any

from scenarios.replay.book import Book
from scenarios.replay.order import Order
from scenarios.replay.run import Outcome


def report(
    operation: str, file: str, chart: str, encoding: str, book: Book, order: Order, outcome: Outcome | None
) -> dict[str, Any]:
    """Ready for JSON. Without an outcome it is of a dry run: nothing was sent."""
    return {
        "operation": operation,
        "file": file,
        "map": chart,
        "encoding": encoding,
        "dry_run": outcome is None,
        "rows": book.rows,
        "calls": len(book.calls),
        "units": len(book.units),
        "dispatches": len(book.assignments),
        "diverted": book.oddities.count("diverted"),
        "left_open": {
            "dispatches": [book.assignments[index].id for index in order.open_rows],
            "calls": len(book.calls) - len(order.closes),
        },
        **({} if outcome is None else outcome.to_json()),
        "oddities": book.oddities.to_json(),
        "not_understood": [
            {"row": one.row, "why": one.why, "entry_on": one.incident, "cells": one.cells}
            for one in book.listed
        ],
    }
