"""The import report as tables for a person. It adds nothing to what the report says."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

ROWS_SHOWN = 8
"""Row numbers shown of each oddity; the JSON report has all of them."""
REFUSALS_SHOWN = 20


def print_report(report: dict[str, Any], console: Console) -> None:
    """Counts, oddities, refusals, rows that were not understood."""
    console.print(_counts(report))
    if report["oddities"]:
        console.print(_oddities(report["oddities"]))
    if report.get("refusals"):
        console.print(_refusals(report["refusals"]))
    if report["not_understood"]:
        console.print(_not_understood(report["not_understood"]))


def _counts(report: dict[str, Any]) -> Table:
    table = Table(title=f"{report['file']} → {report['operation']}", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    rows = [
        ("行 rows", report["rows"]),
        ("警情 calls", report["calls"]),
        ("队伍 units", report["units"]),
        ("调派 dispatches", report["dispatches"]),
        ("改派 diverted", report["diverted"]),
        ("未结调派 left open", len(report["left_open"]["dispatches"])),
    ]
    if not report["dry_run"]:
        commands, events = report["commands"], report["events"]
        rows += [
            ("命令 commands sent", commands["sent"]),
            ("　受理 accepted", commands["accepted"]),
            ("　无变化 nothing to change", commands["unchanged"]),
            ("　此前已答复 answered before", commands["repeated"]),
            ("　拒绝 refused", commands["refused"]),
            ("　由他人发送过 sent by another before", commands["sent_by_another"]),
            ("事件 events", f"{events['before']} → {events['after']} (+{events['added']})"),
            ("用时 seconds", report["seconds"]),
        ]
    else:
        rows.append(("试运行 dry run", "未发送 nothing was sent"))
    for name, value in rows:
        table.add_row(name, str(value))
    return table


def _oddities(oddities: list[dict[str, Any]]) -> Table:
    table = Table(title="异常 Oddities")
    for name in ("种类 kind", "细节 detail", "计数 count", "行 rows", "如何入日志 in the log"):
        table.add_column(name, justify="right" if name.startswith("计数") else "left", overflow="fold")
    for one in oddities:
        pairs = one.get("of")
        rows = [
            f"{row}←{pairs[number]}" if pairs else str(row)
            for number, row in enumerate(one["rows"][:ROWS_SHOWN])
        ]
        more = " …" if one["count"] > ROWS_SHOWN else ""
        kept = one["in_the_log"]
        table.add_row(
            f"{one['zh']}\n{one['en']}",
            one["detail"],
            str(one["count"]),
            " ".join(rows) + more,
            f"{kept['zh']}\n{kept['en']}",
        )
    return table


def _refusals(refusals: list[dict[str, Any]]) -> Table:
    table = Table(title=f"拒绝 Refusals ({len(refusals)})")
    for name in ("行 row", "命令 command", "代码 code", "说明 message"):
        table.add_column(name, overflow="fold")
    for one in refusals[:REFUSALS_SHOWN]:
        table.add_row(str(one["row"]), one["command"], one["code"], one["message"]["zh"])
    return table


def _not_understood(rows: list[dict[str, Any]]) -> Table:
    table = Table(title=f"无法读取的行 Rows not understood ({len(rows)})")
    for name in ("行 row", "原因 why", "去向 where", "内容 cells"):
        table.add_column(name, overflow="fold")
    for one in rows[:REFUSALS_SHOWN]:
        where = one["entry_on"]
        place = "仅列于此 listed here only" if where is None else f"记录于 entry on {where}"
        table.add_row(str(one["row"]), one["why"], place, " | ".join(one["cells"])[:200])
    return table
