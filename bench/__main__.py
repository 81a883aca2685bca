"""`python -m bench`: every measurement beside its peer, at 10 k and at 1 M events; a table for people, JSON for programs."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from bench.common import Figure

SCALES = (10_000, 1_000_000)
PARTS: tuple[str, ...] = (
    "commands",
    "http",
    "conditional",
    "replay_fold",
    "live_fanout",
    "plan_lint",
    "cascade",
    "watch",
)
"""In the order of the table in docs/performance.md; each module has `run(scale) -> list[Figure]`."""
ONE_SCALE = {"live_fanout", "http", "plan_lint", "cascade"}
"""These do not depend on the length of a log; for plan_lint and cascade the first scale is the number of plans."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=PARTS, help="one part; may be given again")
    parser.add_argument(
        "--scale", action="append", type=int, help="events in the log before (default: 10000 and 1000000)"
    )
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    asked = parser.parse_args(arguments)
    console = Console(stderr=True)
    figures: list[Figure] = []
    for part in asked.only or PARTS:
        run: Callable[[int], list[Figure]] = importlib.import_module(f"bench.{part}").run
        scales = tuple(asked.scale or SCALES)
        for scale in scales[:1] if part in ONE_SCALE else scales:
            console.print(f"[dim]{part} · {scale:,} events …[/dim]")
            start = time.perf_counter()
            figures += run(scale)
            console.print(f"[dim]{part} · {scale:,} events: {time.perf_counter() - start:.0f} s[/dim]")
    _table(figures)
    if asked.json is not None:
        machine = {"python": platform.python_version(), "cores": os.cpu_count(), "system": platform.system()}
        asked.json.write_bytes(
            msgspec.json.format(msgspec.json.encode({"machine": machine, "figures": figures}))
        )
    return 0


def _table(figures: list[Figure]) -> None:
    table = Table(title="Liandong beside its peers: believe ratios of one run only")
    for heading in ("work", "scale", "ours", "peer", "unit", "ratio", "must", "", "note"):
        table.add_column(heading, overflow="fold")
    for one in figures:
        met = "✓" if one.met else "✗"
        ours, theirs = f"{one.ours_value:,.2f}", f"{one.peer_value:,.2f} ({one.peer})"
        table.add_row(
            one.work, one.scale, ours, theirs, one.unit, f"{one.ratio:.2f}×", one.must, met, one.note
        )
    Console(width=200 if not sys.stdout.isatty() else None).print(table)


if __name__ == "__main__":
    sys.exit(main())
