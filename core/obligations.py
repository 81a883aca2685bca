"""The obligations of a world on one page: a fold that rules, board and watches share. Each costs a look at what is open, never at the log.

Asked of one thing at a time (`of_thing`), so that after an event only what it is about is looked at again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from core.control import Control
from core.dispatch import Dispatch
from core.link import Link
from core.obligation import LIMITS, Obligation, owed
from core.obligation_plans import of_plan
from core.obligation_reports import ReportFacts, report_clocks
from core.obligation_scene import of_crew, of_point, of_warning
from core.tables import Tables
from core.task import Task


def obligations(world: Tables) -> Iterator[Obligation]:
    """Everything that is owed and open, waived ones left out, in no order."""
    for kind, table in _tables(world):
        for id in table:
            yield from of_thing(world, kind, id)


def _tables(world: Tables) -> tuple[tuple[str, Iterable[str]], ...]:
    return (
        ("task", world.tasks),
        ("link", world.links),
        ("proposal", world.proposals),
        ("dispatch", world.dispatches),
        ("control", world.controls),
        ("warning", world.warnings),
        ("incident", world.incidents),
        ("point", world.crowds),
        ("plan", world.plans),
    )


def of_thing(world: Tables, kind: str, id: str) -> Iterator[Obligation]:
    """What is owed about one thing, waived ones left out; nothing about a thing that owes nothing."""
    ask = _OF.get(kind)
    if ask is not None:
        for found in ask(world, id):
            if found.id not in world.waived:
                yield found


def obligation(world: Tables, id: str) -> Obligation | None:
    """One open obligation by its id: kind|subject|position."""
    return next((found for found in of_thing(world, *thing_of(id)) if found.id == id), None)


def thing_of(id: str) -> tuple[str, str]:
    """The thing that an obligation is about, from its id."""
    kind, _, rest = id.partition("|")
    subject, _, _ = rest.rpartition("|")
    thing = _THING_OF.get(kind) or _THING_OF.get(kind.partition(".")[0], "")
    return thing, subject if kind in _WHOLE_SUBJECT else _thing_named(thing, subject)


_THING_OF = {
    "task": "task",
    "link": "link",
    "link.decide": "proposal",
    "dispatch": "dispatch",
    "crew": "dispatch",
    "control": "control",
    "warning": "warning",
    "crowd": "point",
    "report": "incident",
    "plan": "plan",
}
_WHOLE_SUBJECT = frozenset(
    {
        "task",
        "link.ack",
        "link.decide",
        "dispatch.ack",
        "control.in_force",
        "control.review",
        "crew.count",
        "crew.hot",
        "plan.review",
        "plan.drill",
    }
)


def _thing_named(thing: str, subject: str) -> str:
    """The id within a subject: i-1@ent, i-1>gov/duty, w-1@dept/duty, w-1:red, point:5000."""
    if thing == "point":
        return subject.rpartition(":")[0]
    for mark in ("@", ">", ":"):
        subject = subject.partition(mark)[0]
    return subject


# --- one thing at a time ---


def of_task(task: Task) -> Iterator[Obligation]:
    """A task that is open and has a time."""
    if task.due_at is not None and task.state in ("open", "started"):
        yield owed(
            "task",
            task.post,
            task.id,
            task.opened_at,
            task.position,
            task.title,
            task.title,
            incident=task.incident,
            due_at=task.due_at,
            citation=task.citation or f"预案任务 {task.plan_task}",
        )


def of_link(link: Link) -> Iterator[Obligation]:
    """A link that nobody answered enough for its kind; owed by whom it went to last."""
    if link.due_at is not None and not link.answered:
        yield owed(
            "link.ack",
            link.escalated[-1] if link.escalated else link.to_post,
            link.id,
            link.opened_at,
            link.position,
            f"答复 {link.plan} 的衔接 {link.plan_link}",
            f"answer link {link.plan_link} of {link.plan}",
            incident=link.incident,
            due_at=link.due_at,
            citation=link.citation or f"预案 {link.plan} 衔接 {link.plan_link}",
        )


def of_dispatch(world: Tables, dispatch: Dispatch) -> Iterator[Obligation]:
    """An order that the team has not taken up: any later milestone counts as its answer."""
    ordered = dispatch.ordered
    if ordered is None or ordered.precision == "unknown" or dispatch.state != "ordered":
        return
    team = world.teams.get(dispatch.team)
    yield owed(
        "dispatch.ack",
        f"{team.organisation if team else dispatch.team}/duty",
        dispatch.id,
        ordered.at,
        ordered.position,
        f"{dispatch.team} 接令",
        f"{dispatch.team} to take the order",
        incident=dispatch.incident,
    )


def of_control(control: Control) -> Iterator[Obligation]:
    """To confirm it, then to look at it again in time: each look starts the next."""
    if control.state == "ordered":
        yield owed(
            "control.in_force",
            f"{control.executing}/duty",
            control.id,
            control.ordered_at,
            control.position,
            f"确认 {control.area} 管制生效",
            f"confirm that the order for {control.area} is in force",
            incident=control.incident,
        )
    elif control.state == "in_force":
        yield owed(
            "control.review",
            control.by,
            control.id,
            max(control.ordered_at, control.reviewed_at or control.ordered_at),
            control.looked_position or control.position,
            f"复核 {control.area} 管制",
            f"review the order for {control.area}",
            incident=control.incident,
        )


def _task(world: Tables, id: str) -> Iterator[Obligation]:
    if (found := world.tasks.get(id)) is not None:
        yield from of_task(found)


def _link(world: Tables, id: str) -> Iterator[Obligation]:
    if (found := world.links.get(id)) is not None:
        yield from of_link(found)


def _proposal(world: Tables, id: str) -> Iterator[Obligation]:
    found = world.proposals.get(id)
    if found is not None and found.due_at is not None:
        yield owed(
            "link.decide",
            found.authority,
            found.id,
            found.opened_at,
            found.position,
            f"决定是否启动 {found.plan} {found.level.value} 级响应",
            f"decide on {found.plan} at level {found.level.value}",
            incident=found.incident,
            due_at=found.due_at,
            citation=LIMITS["link.decide"].citation,
        )


def _dispatch(world: Tables, id: str) -> Iterator[Obligation]:
    if (found := world.dispatches.get(id)) is not None:
        yield from of_dispatch(world, found)
        yield from of_crew(world, found)


def _control(world: Tables, id: str) -> Iterator[Obligation]:
    if (found := world.controls.get(id)) is not None:
        yield from of_control(found)


def _warning(world: Tables, id: str) -> Iterator[Obligation]:
    if (found := world.warnings.get(id)) is not None:
        yield from of_warning(world, found)


def _incident(world: Tables, id: str) -> Iterator[Obligation]:
    facts = report_facts(world, id)
    if facts is not None:
        yield from (clock.owed for clock in report_clocks(facts, world.organisations) if clock.met_at is None)


def report_facts(world: Tables, id: str) -> ReportFacts | None:
    """What the reporting clocks of an incident follow from; nothing of one that is not here."""
    found = world.incidents.get(id)
    if found is None:
        return None
    return ReportFacts(found, tuple(world.told.get(id, {}).values()), world.reports.get(id, ()))


_OF: dict[str, Callable[[Tables, str], Iterator[Obligation]]] = {
    "task": _task,
    "link": _link,
    "proposal": _proposal,
    "dispatch": _dispatch,
    "control": _control,
    "warning": _warning,
    "incident": _incident,
    "point": of_point,
    "plan": of_plan,
}
