"""The rules of dispatch 调派: one team, one open assignment; a milestone lands on its own assignment, once, however late."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, assert_never

from msgspec import structs

from core.catalogue import AnyEvent
from core.dispatch import (
    AccountForCrew,
    AcknowledgeDispatch,
    ArriveTeam,
    CancelDispatch,
    CorrectMilestone,
    CrewAccountedFor,
    DepartTeam,
    Dispatch,
    DispatchAcknowledged,
    DispatchCancelled,
    DispatchMilestoneCorrected,
    DispatchTeam,
    ReleaseTeam,
    ReturnTeam,
    StartWork,
    TeamArrived,
    TeamDeparted,
    TeamDispatched,
    TeamReleased,
    TeamReturned,
    TeamWithdrawn,
    WithdrawTeam,
    WorkStarted,
)
from core.errors import AlreadyExists, Rule
from core.messages import Context, Stamp
from core.team import Team
from core.world import World
from handlers.numbers import chosen, next_dispatch
from handlers.times import stated

Reported = AcknowledgeDispatch | DepartTeam | ArriveTeam


def dispatch_team(world: World, command: DispatchTeam, context: Context) -> Iterator[AnyEvent]:
    """A free team goes. A committed one is refused, with who, where and since when, unless the order says `divert`."""
    incident = world.open_incident(command.incident)
    team = world.team(command.team)
    if not team.in_service:
        raise out_of_service(team)
    if command.dispatch is not None and (known := world.dispatches.get(command.dispatch)) is not None:
        if (known.team, known.incident) == (team.id, incident.id):
            return
        raise AlreadyExists("dispatch", "调派", command.dispatch)
    if command.agreement is not None:
        world.agreement(
            command.agreement
        )  # it must be there; one that has ended is a finding (W16), not a refusal
    id = chosen(command.dispatch) or next_dispatch(world)
    bound = world.dispatches.get(team.dispatch or "")
    if bound is not None:
        if bound.incident == incident.id and command.dispatch is None:
            return  # it is assigned there already
        if not command.divert:
            raise committed(team, bound)
        yield DispatchCancelled(
            dispatch=bound.id, team=team.id, incident=bound.incident, reason="diverted", to=id
        )
    yield TeamDispatched(
        dispatch=id,
        team=team.id,
        incident=incident.id,
        strength=team.strength,
        diverted_from=bound.id if bound else None,
        agreement=command.agreement,
    )


def out_of_service(team: Team) -> Rule:
    """The refusal of a team that cannot be sent at all."""
    return Rule(
        "team_out_of_service",
        f"{team.name.zh}（{team.id}）已停用，不能执行任务；请先恢复待命。",
        f"Team {team.id} is out of service: return it to service first.",
        team=team.id,
        since=team.since,
    )


def committed(team: Team, bound: Dispatch) -> Rule:
    """The refusal that names where a team is and since when."""
    since = bound.ordered.at if bound.ordered else None
    return Rule(
        "team_committed",
        f"{team.name.zh}（{team.id}）正在执行 {bound.incident} 的任务，如需改派请注明“改派”（divert）。",
        f"Team {team.id} is committed to {bound.incident}: say divert to take it from there.",
        team=team.id,
        organisation=team.organisation,
        incident=bound.incident,
        dispatch=bound.id,
        state=bound.state,
        since=since,
        by=bound.by,
    )


def report_milestone(world: World, command: Reported, context: Context) -> Iterator[AnyEvent]:
    """接令、出动、到场: each once, in any order, after the end too (kept and marked late)."""
    dispatch = world.dispatch(command.dispatch)
    late = not dispatch.open
    match command:
        case AcknowledgeDispatch():
            _unset(dispatch, "acknowledged", dispatch.acknowledged, context)
            yield DispatchAcknowledged(
                dispatch=dispatch.id, team=dispatch.team, incident=dispatch.incident, late=late
            )
        case DepartTeam():
            _unset(dispatch, "en_route", dispatch.en_route, context)
            yield TeamDeparted(
                dispatch=dispatch.id, team=dispatch.team, incident=dispatch.incident, late=late
            )
        case ArriveTeam():
            _unset(dispatch, "on_scene", dispatch.on_scene, context)
            yield TeamArrived(dispatch=dispatch.id, team=dispatch.team, incident=dispatch.incident, late=late)
        case _:
            assert_never(command)


def start_work(world: World, command: StartWork, context: Context) -> Iterator[AnyEvent]:
    """From any earlier state; again after the team was pulled back, which sets no second milestone."""
    dispatch = world.dispatch(command.dispatch)
    withdrawn = dispatch.withdrawn
    since = withdrawn is not None and context.occurred_at >= withdrawn.at
    resumed = dispatch.open and dispatch.pulled_back and dispatch.working is not None and since
    if not resumed:
        _unset(dispatch, "working", dispatch.working, context)
    yield WorkStarted(
        dispatch=dispatch.id,
        team=dispatch.team,
        incident=dispatch.incident,
        resumed=resumed,
        late=not dispatch.open,
    )


def withdraw_team(world: World, command: WithdrawTeam, context: Context) -> Iterator[AnyEvent]:
    """Only who is there can be pulled back."""
    dispatch = world.dispatch(command.dispatch)
    if dispatch.open and dispatch.pulled_back:
        return
    if dispatch.state not in ("on_scene", "working"):
        raise _wrong_state(dispatch, "撤离", "withdrawn", "on_scene, working")
    yield TeamWithdrawn(
        dispatch=dispatch.id, team=dispatch.team, incident=dispatch.incident, reason=command.reason
    )


def release_team(world: World, command: ReleaseTeam, context: Context) -> Iterator[AnyEvent]:
    """A team that was there is free again. Of a diverted or returned assignment the release may still be told, once."""
    dispatch = world.dispatch(command.dispatch)
    _unset(dispatch, "released", dispatch.released, context)
    never_there = dispatch.on_scene is None and dispatch.working is None
    if never_there or dispatch.cancelled is not None or dispatch.failed is not None:
        raise _wrong_state(dispatch, "解除", "released", "on_scene, working")
    yield TeamReleased(
        dispatch=dispatch.id, team=dispatch.team, incident=dispatch.incident, late=dispatch.ended is not None
    )


def return_team(world: World, command: ReturnTeam, context: Context) -> Iterator[AnyEvent]:
    """Back at base; a release that nobody reported stays null."""
    dispatch = world.dispatch(command.dispatch)
    _unset(dispatch, "returned", dispatch.returned, context)
    never_there = dispatch.on_scene is None and dispatch.working is None and dispatch.released is None
    if never_there or dispatch.ended is not None:
        raise _wrong_state(dispatch, "归队", "returned", "on_scene, working, released")
    yield TeamReturned(dispatch=dispatch.id, team=dispatch.team, incident=dispatch.incident)


def cancel_dispatch(world: World, command: CancelDispatch, context: Context) -> Iterator[AnyEvent]:
    """Before the team is there. Of a diverted assignment the real end (released or cancelled) may still be told, once."""
    dispatch = world.dispatch(command.dispatch)
    _unset(dispatch, "cancelled", dispatch.cancelled, context)
    late = dispatch.diverted is not None
    was_there = (dispatch.on_scene or dispatch.working or dispatch.released) is not None
    if was_there or (not late and dispatch.state not in ("ordered", "acknowledged", "en_route")):
        raise _wrong_state(dispatch, "取消", "cancelled", "ordered, acknowledged, en_route")
    yield DispatchCancelled(
        dispatch=dispatch.id, team=dispatch.team, incident=dispatch.incident, reason=command.reason, late=late
    )


def account_for_crew(world: World, command: AccountForCrew, context: Context) -> Iterator[AnyEvent]:
    """Out, inside and missing add up to the strength that was sent."""
    dispatch = world.dispatch(command.dispatch)
    total = command.out + command.inside + command.missing
    if total != dispatch.strength:
        raise Rule(
            "crew_does_not_add_up",
            f"清点人数 {total} 与派出人数 {dispatch.strength} 不符，请重新清点。",
            f"The count is {total}, but {dispatch.strength} were sent: count again.",
            dispatch=dispatch.id,
            counted=total,
            sent=dispatch.strength,
        )
    yield CrewAccountedFor(
        dispatch=dispatch.id,
        team=dispatch.team,
        incident=dispatch.incident,
        out=command.out,
        inside=command.inside,
        missing=command.missing,
    )


def correct_milestone(world: World, command: CorrectMilestone, context: Context) -> Iterator[AnyEvent]:
    """Both values stay visible. Withdrawing one may not leave a team with two open assignments."""
    dispatch = world.dispatch(command.dispatch)
    before: Stamp | None = getattr(dispatch, command.milestone)
    if before is None:
        raise Rule(
            "milestone_not_recorded",
            f"{dispatch.id} 尚未记录该时间，请直接补录。",
            f"{dispatch.id} has no {command.milestone} yet: report it instead of correcting it.",
            dispatch=dispatch.id,
            milestone=command.milestone,
        )
    if command.milestone == "ordered" and command.to is None:
        raise Rule(
            "order_cannot_be_withdrawn",
            "调派时间不能撤回；如系误派，请取消该调派。",
            "The order itself cannot be withdrawn: cancel the dispatch instead.",
            dispatch=dispatch.id,
        )
    to = None if command.to is None else stated(command.to, context)
    if to == before.at and command.precision == before.precision:
        return
    corrected = DispatchMilestoneCorrected(
        dispatch=dispatch.id,
        team=dispatch.team,
        incident=dispatch.incident,
        milestone=command.milestone,
        before=before.at,
        to=to,
        corrects=before.position,
        reason=command.reason,
        source=command.source,
        precision=command.precision,
        late=not dispatch.open,
    )
    if to is None and not dispatch.open:
        _may_open_again(world, dispatch, corrected)
    yield corrected


def _may_open_again(world: World, dispatch: Dispatch, corrected: DispatchMilestoneCorrected) -> None:
    """Withdrawing an end may open the assignment again: only on an open incident and for a team that is free."""
    withdrawn: Any = {corrected.milestone: None}
    if not structs.replace(dispatch, **withdrawn).open:
        return
    world.open_incident(dispatch.incident)
    team = world.team(dispatch.team)
    if not team.in_service:
        raise out_of_service(team)
    bound = world.dispatches.get(team.dispatch or "")
    if bound is not None and bound.id != dispatch.id:
        raise committed(team, bound)


def _unset(dispatch: Dispatch, milestone: str, stamp: Stamp | None, context: Context) -> None:
    if stamp is not None:
        raise Rule(
            "already_recorded",
            f"{dispatch.id} 的该时间已于序号 {stamp.position} 记录；如有误请更正。",
            f"{milestone} of {dispatch.id} is recorded already (position {stamp.position}): correct it if it is wrong.",
            dispatch=dispatch.id,
            milestone=milestone,
            recorded=stamp.at,
            said=context.occurred_at,
            position=stamp.position,
        )


def _wrong_state(dispatch: Dispatch, zh: str, en: str, legal: str) -> Rule:
    return Rule(
        "wrong_state",
        f"{dispatch.id} 当前状态为 {dispatch.state}，不能{zh}；可从 {legal} 进行。",
        f"{dispatch.id} is {dispatch.state}: it can be {en} from {legal}.",
        dispatch=dispatch.id,
        state=dispatch.state,
        legal=legal.split(", "),
    )
