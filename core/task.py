"""Tasks 任务: what a post does within a time, because an activation says so."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, assert_never

from msgspec import Struct, structs

from core.messages import Command, Event, Id, Line

TaskState = Literal["open", "started", "completed", "skipped"]


# --- asked ---


class StartTask(Command, frozen=True):
    """The post works on it 开始任务."""

    task: Id


class CompleteTask(Command, frozen=True):
    """It is done 完成任务, with the evidence that the plan asks for."""

    task: Id
    evidence: Line | None = None


class SkipTask(Command, frozen=True):
    """It is not done, and why 跳过任务."""

    task: Id
    reason: Line


TaskCommand = StartTask | CompleteTask | SkipTask


# --- happened ---


class TaskOpened(Event, frozen=True):
    """任务已下达; `due_at` was computed once, from the opening."""

    task: str
    activation: str
    plan: str
    incident: str
    plan_task: str
    title: str
    post: str
    duty: str | None = None
    due_at: datetime | None = None
    evidence: str | None = None
    critical: bool = False
    citation: str | None = None


class TaskStarted(Event, frozen=True):
    """任务已开始."""

    task: str
    activation: str
    incident: str


class TaskCompleted(Event, frozen=True):
    """任务已完成."""

    task: str
    activation: str
    incident: str
    evidence: str | None = None


class TaskSkipped(Event, frozen=True):
    """任务已跳过."""

    task: str
    activation: str
    incident: str
    reason: str


TaskEvent = TaskOpened | TaskStarted | TaskCompleted | TaskSkipped


# --- remembered ---


class Task(Struct, frozen=True, omit_defaults=True):
    """A task of an activation."""

    id: str
    activation: str
    incident: str
    plan_task: str
    title: str
    post: str
    opened_at: datetime
    position: int
    due_at: datetime | None = None
    evidence: str | None = None
    critical: bool = False
    state: TaskState = "open"
    done_at: datetime | None = None
    duty: str | None = None
    citation: str | None = None


def evolve(before: Task | None, event: TaskEvent, at: datetime, position: int) -> Task | None:
    """The task after an event; none of one never opened."""
    if isinstance(event, TaskOpened):
        return Task(
            event.task,
            event.activation,
            event.incident,
            event.plan_task,
            event.title,
            event.post,
            at,
            position,
            event.due_at,
            event.evidence,
            event.critical,
            duty=event.duty,
            citation=event.citation,
        )
    if before is None:
        return None
    match event:
        case TaskStarted():
            return structs.replace(before, state="started")
        case TaskCompleted():
            return structs.replace(before, state="completed", done_at=at)
        case TaskSkipped():
            return structs.replace(before, state="skipped", done_at=at)
        case _:
            assert_never(event)
