"""The rules of reports 信息报告: the first before the others, numbered supplements, lateness computed from when it was known."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from core.catalogue import AnyEvent
from core.errors import Rule
from core.messages import Context
from core.obligation import LIMITS
from core.obligation_reports import kind_of_report
from core.report import FileReport, ReportFiled
from core.world import World
from handlers.leadership import known_post


def file_report(world: World, command: FileReport, context: Context) -> Iterator[AnyEvent]:
    """On the limit exactly is in time. The same kind to the same post again is a correction, a report of its own."""
    incident = world.incident(command.incident)
    known_post(world, command.to)
    if command.known_at > context.occurred_at:
        raise Rule(
            "known_after_reported",
            "获知时间不能晚于报送时间。",
            "It cannot have become known after it was reported.",
            known_at=command.known_at,
            reported_at=context.occurred_at,
        )
    filed = world.reports.get(incident.id, ())
    to_there = [one for one in filed if one.to == command.to]
    if command.kind != "first" and not to_there:
        raise Rule(
            "first_report_missing",
            f"尚未向 {command.to} 首报，请先首报。",
            f"{command.to} has had no first report: file that first.",
            to=command.to,
        )
    limit = LIMITS[kind_of_report(command.kind, context.actor.post_id, world.organisations)]
    taken_s = ceil((context.occurred_at - command.known_at).total_seconds())
    yield ReportFiled(
        incident=incident.id,
        kind=command.kind,
        to=command.to,
        known_at=command.known_at,
        limit_s=limit.seconds,
        late_s=max(0, taken_s - limit.seconds) if command.kind != "final" else 0,
        elements=command.elements,
        number=1 + sum(one.kind == command.kind for one in to_there),
        positions=command.positions,
        citation=limit.citation,
    )
