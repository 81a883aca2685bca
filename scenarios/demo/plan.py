"""From the demo files to an ordered list of commands: who asks for what, and when. Pure: no clock, no chance, no I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec
from msgspec import Struct

from core.catalogue import COMMANDS
from core.messages import Precision, Source
from core.world import World
from scenarios.demo.files import (
    Assignment,
    Day,
    DemoFileError,
    IncidentRow,
    Register,
    Step,
    from_report,
    from_start,
    moment_from_report,
)
from scenarios.demo.responses import is_reference, named

TEAM_LEAD = "team_lead"
_NAMES = uuid5(NAMESPACE_URL, "liandong/demo")
_REFERENCE = re.compile(r"\$([A-Za-z0-9._-]{1,64})")
_MOMENT_FIELDS = {
    ("CorrectMilestone", "to"),
    ("IssueWarning", "begins"),
    ("RelaySignal", "begins"),
    ("RelaySignal", "ends"),
    ("OrderControl", "until"),
    ("FileReport", "known_at"),
}
"""Fields of commands that hold an instant; in the file it is counted from the incident's report."""
_ANY_POSITION = 1
"""Stands for a position that is known only when the command is sent, while a file is checked."""
_ANY_ID = "any"
"""Stands for the id of what a response opens."""

_MILESTONES: tuple[tuple[str, str], ...] = (
    ("acknowledged", "AcknowledgeDispatch"),
    ("en_route", "DepartTeam"),
    ("on_scene", "ArriveTeam"),
    ("working", "StartWork"),
    ("left_scene", "AddEntry"),
    ("at_hospital", "AddEntry"),
    ("released", "ReleaseTeam"),
    ("returned", "ReturnTeam"),
)


class Planned(Struct, frozen=True, kw_only=True):
    """One command to send. `at`, `occurred` and `reported` count from the day's start; `key` is its name for ever."""

    key: str
    at: timedelta
    post: str
    do: str
    content: dict[str, Any]
    reported: timedelta = timedelta()
    occurred: timedelta | None = None
    source: Source = "app"
    precision: Precision = "second"
    label: str | None = None
    refused: str | None = None
    incident: str = ""
    optional: bool = False

    def command(self, start: datetime, positions: Mapping[str, int], world: World | None = None) -> Any:
        """The command itself, for a day that starts at `start`. Raises KeyError naming what is not there.

        Without a world, what a response opened is named by a stand-in: enough to look whether the command is well-formed.
        """
        content = dict(self.content)
        for name, value in content.items():
            if isinstance(value, str) and (found := _REFERENCE.fullmatch(value)):
                content[name] = positions[found[1]]
            elif is_reference(value):
                content[name] = _ANY_ID if world is None else named(world, self.incident, value)
            elif (self.do, name) in _MOMENT_FIELDS:
                content[name] = moment_from_report(value, start + self.reported)
        return msgspec.convert(content, COMMANDS[self.do])

    @property
    def looks_up(self) -> bool:
        """Does it name what a response opened?"""
        return any(map(is_reference, self.content.values()))

    @property
    def references(self) -> set[str]:
        """The labels that it needs."""
        values = (value for value in self.content.values() if isinstance(value, str))
        return {found[1] for value in values if (found := _REFERENCE.fullmatch(value))}


def command_id(day: str, operation: str, key: str) -> UUID:
    """The id of one command of one day in one operation: the same at every start."""
    return uuid5(_NAMES, f"{day}/{operation}/{key}")


def register_plan(register: Register, dispatcher: str) -> list[Planned]:
    """What enters the register into `live`, in its order; the district itself is there from the first start."""
    planned: list[Planned] = []

    def add(key: str, post: str, do: str, content: dict[str, Any]) -> None:
        planned.append(Planned(key=key, at=timedelta(), post=post, do=do, content=content))

    for row in register.organisations:
        content: dict[str, Any] = {
            "organisation": row.id,
            "name": msgspec.to_builtins(row.name),
            "level": row.level,
            "parent": row.parent,
        }
        if row.code is not None:
            content["code"] = row.code
        add(f"organisation/{row.id}", dispatcher, "RegisterOrganisation", content)
        for post in row.posts:
            add(f"post/{row.id}/{post}", dispatcher, "OpenPost", {"organisation": row.id, "post": post})
    for team in register.teams:
        content = {"team": team.id, **msgspec.to_builtins(team)}
        del content["id"]
        add(f"team/{team.id}", dispatcher, "RegisterTeam", content)
    for number, change in enumerate(register.changes, 1):
        add(f"change/{number}", change.by, change.do, change.content)
    _check_commands("register.toml", planned)
    return planned


def day_plan(day: Day, register: Register) -> list[Planned]:
    """The whole day in the order of its times; what stands earlier in the file comes first where times are equal.

    Raises DemoFileError for a command that does not exist or does not decode, and for a name that nothing bears.
    """
    owners = {team.id: team.organisation for team in register.teams}
    planned: list[Planned] = []
    for row in day.incidents:
        planned.extend(_incident(day, row, owners))
    for number, action in enumerate(day.actions, 1):
        planned.append(
            Planned(
                key=f"action/{number}",
                at=from_start(action.at),
                post=action.by,
                do=action.do,
                content=action.content,
            )
        )
    planned.sort(key=lambda one: one.at)
    _check_commands("day.toml", planned)
    _check_names(day, register, planned)
    return planned


def _incident(day: Day, row: IncidentRow, owners: Mapping[str, str]) -> Iterator[Planned]:
    reported = from_start(row.at)
    report: dict[str, Any] = {
        "incident": row.id,
        "kind": row.kind,
        "place": msgspec.to_builtins(row.place),
        "text": row.text,
    }
    report.update((name, value) for name in ("field", "said") if (value := getattr(row, name)) is not None)
    yield Planned(
        key=f"{row.id}/report",
        at=reported,
        post=row.by or day.dispatcher,
        do="ReportIncident",
        content=report,
        source=row.source,
    )
    for assignment in row.teams:
        yield from _assignment(day, row.id, reported, assignment, owners)
    for number, step in enumerate(row.steps, 1):
        yield _step(row.id, reported, number, step)


def _assignment(
    day: Day, incident: str, reported: timedelta, row: Assignment, owners: Mapping[str, str]
) -> Iterator[Planned]:
    if row.team not in owners:
        raise DemoFileError(
            "day.toml",
            f"{row.dispatch}：没有队伍 {row.team}。",
            f"{row.dispatch}: there is no team {row.team}.",
        )
    order: dict[str, Any] = {"incident": incident, "team": row.team, "dispatch": row.dispatch}
    if row.divert:
        order["divert"] = True
    yield Planned(
        key=f"{row.dispatch}/ordered",
        at=reported + from_report(row.ordered),
        post=row.by or day.dispatcher,
        do="DispatchTeam",
        content=order,
    )
    lead = f"{owners[row.team]}/{TEAM_LEAD}"
    for name, do in _MILESTONES:
        told: str | None = getattr(row, name)
        if told is None:
            continue
        content: dict[str, Any] = {"dispatch": row.dispatch}
        if do == "AddEntry":
            content = {"incident": incident, "milestone": name, "dispatch": row.dispatch}
        released = do == "ReleaseTeam"
        yield Planned(
            key=f"{row.dispatch}/{name}",
            at=reported + from_report(told),
            post=(row.released_by or day.dispatcher) if released else lead,
            do=do,
            content=content,
            source="app" if released else "radio",
        )


def _step(incident: str, reported: timedelta, number: int, step: Step) -> Planned:
    content = dict(step.content)
    command = COMMANDS.get(step.do)
    if command is not None and "incident" in command.__struct_fields__:
        content.setdefault("incident", incident)
    return Planned(
        key=f"{incident}/step/{number}",
        at=reported + from_report(step.at),
        post=step.by,
        do=step.do,
        content=content,
        reported=reported,
        occurred=None if step.occurred is None else reported + from_report(step.occurred),
        source=step.source,
        precision=step.precision,
        label=step.label,
        refused=step.refused,
        incident=incident,
        optional=step.optional,
    )


def _check_commands(file: str, planned: list[Planned]) -> None:
    """Every command exists and decodes; every key is there once; every label is set before it is used."""
    start = datetime.fromisoformat("2026-01-01T00:00:00+08:00")
    keys: set[str] = set()
    labels: set[str] = set()
    for one in planned:
        if one.key in keys:
            raise DemoFileError(file, f"{one.key} 出现两次。", f"{one.key} is there twice.")
        keys.add(one.key)
        if one.do not in COMMANDS:
            raise DemoFileError(
                file, f"{one.key}：没有命令 {one.do}。", f"{one.key}: there is no command {one.do}."
            )
        if unset := one.references - labels:
            names = "、".join(sorted(unset))
            raise DemoFileError(
                file,
                f"{one.key}：标签 {names} 在此之前没有设定。",
                f"{one.key}: the label {names} is not set before it.",
            )
        try:
            one.command(start, dict.fromkeys(labels, _ANY_POSITION))
        except msgspec.ValidationError as error:
            raise DemoFileError(
                file, f"{one.key}：{one.do} 内容不合格式：{error}。", f"{one.key}: {one.do}: {error}."
            ) from error
        if one.label is not None:
            labels.add(one.label)


def _check_names(day: Day, register: Register, planned: list[Planned]) -> None:
    """Posts, teams, incidents and dispatches that commands name are in the register or in the file."""
    posts = {f"{row.id}/{post}" for row in register.organisations for post in row.posts}
    known = {
        "team": {team.id for team in register.teams},
        "incident": {row.id for row in day.incidents},
        "dispatch": {one.dispatch for row in day.incidents for one in row.teams},
    }
    known["other"] = known["into"] = known["incident"]
    for one in planned:
        # The district's posts are opened by the first start, not by the register.
        if one.post not in posts and not one.post.startswith(register.district + "/"):
            raise DemoFileError(
                "day.toml", f"{one.key}：没有岗位 {one.post}。", f"{one.key}: there is no post {one.post}."
            )
        for name, ids in known.items():
            value = one.content.get(name)
            if isinstance(value, str) and value not in ids:
                raise DemoFileError(
                    "day.toml",
                    f"{one.key}：{name} {value} 不存在。",
                    f"{one.key}: there is no {name} {value}.",
                )
