"""The rules of tasks 任务."""

from __future__ import annotations

from collections.abc import Iterator

from core.catalogue import AnyEvent
from core.errors import Rule
from core.messages import Context
from core.task import CompleteTask, SkipTask, StartTask, Task, TaskCompleted, TaskSkipped, TaskStarted
from core.world import World


def start_task(world: World, command: StartTask, context: Context) -> Iterator[AnyEvent]:
    """Once, before it is done."""
    task = world.task(command.task)
    _not_done(task)
    if task.state == "open":
        yield TaskStarted(task=task.id, activation=task.activation, incident=task.incident)


def complete_task(world: World, command: CompleteTask, context: Context) -> Iterator[AnyEvent]:
    """A critical task is done with its evidence."""
    task = world.task(command.task)
    if task.state == "completed":
        return
    _not_done(task)
    if task.critical and task.evidence is not None and command.evidence is None:
        raise Rule(
            "evidence_required",
            f"关键任务“{task.title}”须附证据（{task.evidence}）。",
            f"The critical task {task.id} needs its evidence ({task.evidence}).",
            task=task.id,
            evidence=task.evidence,
        )
    yield TaskCompleted(
        task=task.id, activation=task.activation, incident=task.incident, evidence=command.evidence
    )


def skip_task(world: World, command: SkipTask, context: Context) -> Iterator[AnyEvent]:
    """With a reason."""
    task = world.task(command.task)
    if task.state == "skipped":
        return
    _not_done(task)
    yield TaskSkipped(task=task.id, activation=task.activation, incident=task.incident, reason=command.reason)


def _not_done(task: Task) -> None:
    if task.state in ("completed", "skipped"):
        raise Rule(
            "task_closed",
            f"任务 {task.id} 已是 {task.state}。",
            f"The task {task.id} is {task.state} already.",
            task=task.id,
            state=task.state,
        )
