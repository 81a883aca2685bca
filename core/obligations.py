"""The obligations of a world: a fold that rules, board and watches share. Each costs a look at what is open, never at the log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from core.control import Control
from core.dispatch import Dispatch
from core.incident import Incident
from core.link import Link
from core.obligation import LIMITS, Obligation, ObligationKind
from core.tables import Tables
from core.task import Task
from core.warning import Warned


def obligations(world: Tables) -> Iterator[Obligation]:
    """Everything that is owed and open, waived ones left out, in no order."""
    for found in _all(world):
        if found.id not in world.waived:
            yield found


def obligation(world: Tables, id: str) -> Obligation | None:
    """One open obligation by its id: kind|subject|position."""
    kind, _, rest = id.partition("|")
    subject, _, _ = rest.rpartition("|")
    candidates: Iterator[Obligation]
    if kind == "task" and (task := world.tasks.get(subject)):
        candidates = of_task(task)
    elif kind == "link.ack" and (link := world.links.get(subject)):
        candidates = of_link(link)
    elif kind.startswith("control.") and (control := world.controls.get(subject)):
        candidates = of_control(control)
    elif kind == "dispatch.ack" and (dispatch := world.dispatches.get(subject)):
        candidates = of_dispatch(world, dispatch)
    else:
        candidates = _all(world)
    return next((found for found in candidates if found.id == id and id not in world.waived), None)


def _all(world: Tables) -> Iterator[Obligation]:
    for task in world.tasks.values():
        yield from of_task(task)
    for link in world.links.values():
        yield from of_link(link)
    for proposal in world.proposals.values():
        if proposal.due_at is not None:
            yield Obligation(
                f"link.decide|{proposal.id}|{proposal.position}",
                "link.decide",
                proposal.authority,
                proposal.id,
                proposal.opened_at,
                proposal.due_at,
                LIMITS["link.decide"].citation,
                proposal.position,
                proposal.incident,
                f"决定是否启动 {proposal.plan} {proposal.level.value} 级响应",
                f"decide on {proposal.plan} at level {proposal.level.value}",
            )
    for dispatch in world.dispatches.values():
        yield from of_dispatch(world, dispatch)
    for control in world.controls.values():
        yield from of_control(control)
    for warning in world.warnings.values():
        yield from of_warning(warning)
    for incident in world.incidents.values():
        yield from of_incident(world, incident)


def of_task(task: Task) -> Iterator[Obligation]:
    """A task that is open and has a time."""
    if task.due_at is not None and task.state in ("open", "started"):
        yield Obligation(
            f"task|{task.id}|{task.position}",
            "task",
            task.post,
            task.id,
            task.opened_at,
            task.due_at,
            task.citation or f"预案任务 {task.plan_task}",
            task.position,
            task.incident,
            task.title,
            task.title,
        )


def of_link(link: Link) -> Iterator[Obligation]:
    """A link that nobody answered enough for its kind; owed by whom it went to last."""
    if link.due_at is not None and not link.answered:
        owner = link.escalated[-1] if link.escalated else link.to_post
        yield Obligation(
            f"link.ack|{link.id}|{link.position}",
            "link.ack",
            owner,
            link.id,
            link.opened_at,
            link.due_at,
            link.citation or f"预案 {link.plan} 衔接 {link.plan_link}",
            link.position,
            link.incident,
            f"答复 {link.plan} 的衔接 {link.plan_link}",
            f"answer link {link.plan_link} of {link.plan}",
        )


def of_dispatch(world: Tables, dispatch: Dispatch) -> Iterator[Obligation]:
    """An order that the team has not taken up: any later milestone counts as its answer."""
    ordered = dispatch.ordered
    if ordered is None or ordered.precision == "unknown" or dispatch.state != "ordered":
        return
    team = world.teams.get(dispatch.team)
    yield _limited(
        "dispatch.ack",
        f"{team.organisation if team else dispatch.team}/duty",
        dispatch.id,
        ordered.at,
        ordered.position,
        dispatch.incident,
        f"{dispatch.team} 接令",
        f"{dispatch.team} to take the order",
    )


def of_control(control: Control) -> Iterator[Obligation]:
    """To confirm it, then to look at it again in time."""
    if control.state == "ordered":
        yield _limited(
            "control.in_force",
            f"{control.executing}/duty",
            control.id,
            control.ordered_at,
            control.position,
            control.incident,
            f"确认 {control.area} 管制生效",
            f"confirm that the order for {control.area} is in force",
        )
    elif control.state == "in_force":
        basis = max(control.in_force_at or control.ordered_at, control.reviewed_at or control.ordered_at)
        yield _limited(
            "control.review",
            control.by,
            control.id,
            basis,
            control.position,
            control.incident,
            f"复核 {control.area} 管制",
            f"review the order for {control.area}",
        )


def of_warning(warning: Warned) -> Iterator[Obligation]:
    """Each addressee owes an answer for the present colour."""
    for post in warning.addressees:
        if post not in warning.acknowledged:
            yield _limited(
                "warning.ack",
                post,
                f"{warning.id}@{post}",
                warning.since,
                warning.position,
                None,
                f"{post} 确认预警 {warning.id}",
                f"{post} to acknowledge the warning {warning.id}",
            )


def of_incident(world: Tables, incident: Incident) -> Iterator[Obligation]:
    """A graded, declared or responded-to incident owes its first report (首报)."""
    if incident.real is False or incident.merged_into is not None or world.reports.get(incident.id):
        return
    if incident.grade is None and not incident.declared_major:
        return
    root = next(iter(world.organisations.values()), None)
    yield _limited(
        "report.first",
        f"{root.id if root else 'gov'}/duty",
        incident.id,
        incident.reported.at,
        incident.reported.position,
        incident.id,
        f"{incident.id} 首报",
        f"first report of {incident.id}",
    )


def _limited(
    kind: ObligationKind,
    owner: str,
    subject: str,
    basis_at: datetime,
    position: int,
    incident: str | None,
    zh: str,
    en: str,
) -> Obligation:
    limit = LIMITS[kind]
    return Obligation(
        f"{kind}|{subject}|{position}",
        kind,
        owner,
        subject,
        basis_at,
        basis_at + timedelta(seconds=limit.seconds),
        limit.citation,
        position,
        incident,
        zh,
        en,
    )
