"""Short ways to say the commands that most stories are made of."""

from __future__ import annotations

from typing import Any

from core.dispatch import ArriveTeam, DepartTeam, DispatchTeam, ReleaseTeam, StartWork
from core.incident import CloseIncident, MergeIncident, ReportIncident
from core.leadership import Briefing
from core.messages import Place

FIRST, SECOND = "2026-0001", "2026-0002"
BRIEFING = Briefing(
    situation="三楼过火",
    casualties="不明",
    teams="一队在场",
    orders="无",
    tasks="无",
    residual_risk="余火未清",
)


def report(kind: str = "structure_fire", place: str = "江湾路 1 号", **said: Any) -> ReportIncident:
    return ReportIncident(kind=kind, place=Place(text=place), **said)


def send(team: str = "fs-1", incident: str = FIRST, **said: Any) -> DispatchTeam:
    return DispatchTeam(incident=incident, team=team, **said)


def close(incident: str = FIRST) -> CloseIncident:
    return CloseIncident(incident=incident, reason="处置完毕")


def merge(incident: str = SECOND, into: str = FIRST) -> MergeIncident:
    return MergeIncident(incident=incident, into=into)


SENT = (report(), send())
"""One incident, one team ordered to it: d-1."""
ARRIVED = (*SENT, ArriveTeam(dispatch="d-1"))
WORKING = (*SENT, DepartTeam(dispatch="d-1"), ArriveTeam(dispatch="d-1"), StartWork(dispatch="d-1"))
RELEASED = (*ARRIVED, ReleaseTeam(dispatch="d-1"))
CLOSED = (*RELEASED, close())
DIVERTED = (*SENT, report(place="江湾路 2 号"), send(incident=SECOND, divert=True))
"""The team went on to the second incident: d-1 diverted, d-2 open."""
