"""Stories that nobody thought of: commands in any order at any time, those that the rules refuse left out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from core.activation import ActivatePlan, EndResponse, StandBy
from core.casualty import RecordCasualties
from core.control import (
    AmendControl,
    Evacuated,
    LiftControl,
    OrderControl,
    PutControlInForce,
    ReviewControl,
    Shape,
    Site,
)
from core.dispatch import (
    AccountForCrew,
    AcknowledgeDispatch,
    ArriveTeam,
    CancelDispatch,
    DepartTeam,
    DispatchTeam,
    ReleaseTeam,
    StartWork,
    WithdrawTeam,
)
from core.entry import AddEntry, RestoreEntry, StrikeEntry
from core.finding import WaiveObligation
from core.hazard import DecideCrowdMeasure, DeclareHazardContents, RecordCrowdReading
from core.incident import (
    CloseIncident,
    DeclareMajorIncident,
    LinkIncidents,
    MergeIncident,
    ReopenIncident,
    ReportIncident,
    UnmergeIncident,
    VerifyIncident,
)
from core.leadership import TransferCommand
from core.link import AcknowledgeLink, DeclineLink
from core.report import Elements, FileReport
from core.scales import ResponseLevel, WarningColour
from core.warning import CancelWarning, RelaySignal, UpdateWarning
from tests.rules.given import DAY, Asked
from tests.watch.log import Log, place
from tests.watch.plans import RAIN_PLAN, plan

LINKED = """{I: {start: {mode: decision, decide_within: PT10M, authority: gov/duty,
       when: {fact: out_of_control, op: is, value: true}},
     tasks: [{id: t1, title: 警戒, post: dept/duty, duty: cordon.hazmat, within: PT10M, evidence: entry}],
     links_out: [{id: r1, kind: request, to: {post: med/duty}, asks: team.medical, trigger: activated, channel: phone,
       ack_within: PT5M, escalate_to: gov/duty}],
     end: {authority: gov/duty, conditions: []}}}"""
INCIDENTS = st.sampled_from(["i-1", "i-2", "i-3", "i-4"])
DISPATCHES = st.sampled_from(["d-1", "d-2", "d-3", "d-4"])
CONTROLS = st.sampled_from(["c-1", "c-2", "c-3"])
TEAMS = st.sampled_from(["fs-1", "fs-2", "med-1", "micro"])
TAGS = st.sampled_from(
    ["hazard_open", "substance", "stand_down", "no_evacuation", "no_response", "review", "explosion", "mayday",
     "one_way_breached", "command_claimed", "acknowledged"]
)  # fmt: skip
FACTS = st.sampled_from(
    [("offsite_effect", "true"), ("premises", "hospital"), ("found_safe", "2"), ("hazard", "haz-1"), ("strategy", "defensive"),
     ("wind_from_deg", "270"), ("head_told", "ent"), ("known_on_scene", "ent"), ("point", "plaza")]
)  # fmt: skip
POSTS = st.sampled_from(
    ["gov/duty", "gov/duty", "gov/duty", "dept/duty", "med/duty", "ent/duty", "gov/duty_lead"]
)
KINDS = st.sampled_from(["structure_fire", "gas_leak", "toxic_release", "crowd", "collapse"])
SMALL = st.integers(0, 6)
METRES = st.sampled_from([0, 50, 100, 400])


def _shape(metres: int) -> Shape:
    there = place(metres)
    return Shape(circle=(there.lon or 0, there.lat or 0), radius_m=200)


def _order(incident: str, id: str, kind: Any, metres: int) -> OrderControl:
    there = place(metres)
    site = Site(kind="shelter", name="小学", at=(there.lon or 0, there.lat or 0))
    return OrderControl(
        incident=incident, control=id, kind=kind, area="plaza", executing="dept", reason="防护",
        shape=_shape(metres) if kind == "cordon" else None, ring="hot" if kind == "cordon" else None,
        sites=(site,) if kind == "evacuation" else (), until=DAY + timedelta(hours=20),
        evacuated=Evacuated(expected=9) if kind == "evacuation" else None,
    )  # fmt: skip


def _casualties(incident: str, dead: int, missing: int) -> RecordCasualties:
    return RecordCasualties(incident=incident, dead=dead, injured=2, missing=missing)


# One typed function for each command that is put together of several parts.


def _report(incident: str, kind: str, metres: int) -> ReportIncident:
    return ReportIncident(incident=incident, kind=kind, place=place(metres))


def _alarm(metres: int) -> ReportIncident:
    return ReportIncident(kind="alarm", place=place(metres))


def _send(incident: str, dispatch: str, team: str, divert: bool) -> DispatchTeam:
    return DispatchTeam(incident=incident, team=team, dispatch=dispatch, divert=divert)


def _tagged(incident: str, tag: Any) -> AddEntry:
    return AddEntry(incident=incident, tag=tag, text="记")


def _fact(incident: str, fact: tuple[str, str]) -> AddEntry:
    return AddEntry(incident=incident, fact=fact[0], value=fact[1])


def _amend(control: str, metres: int) -> AmendControl:
    return AmendControl(control=control, change="调整", shape=_shape(metres))


def _take(incident: str) -> TransferCommand:
    return TransferCommand(incident=incident, slot="overall")


def _signal(colour: WarningColour) -> RelaySignal:
    begins = DAY + timedelta(hours=1)
    return RelaySignal(
        warning="w-1",
        hazard_type="rainstorm",
        colour=colour,
        area="区",
        text="雨",
        issuer="台",
        begins=begins,
    )


def _update(colour: WarningColour) -> UpdateWarning:
    return UpdateWarning(warning="w-1", colour=colour, text="雨")


def _stand_by(incident: str) -> StandBy:
    return StandBy(plan="gov-rain", incident=incident, reason="预警")


def _activate(incident: str, plan_id: str) -> ActivatePlan:
    return ActivatePlan(plan=plan_id, level=ResponseLevel.I, incident=incident)


def _override(incident: str, level: ResponseLevel) -> ActivatePlan:
    return ActivatePlan(plan="gov-rain", level=level, incident=incident, override_reason="指示")


def _file(incident: str, kind: Any) -> FileReport:
    return FileReport(incident=incident, kind=kind, to="gov/duty", known_at=DAY, elements=Elements())


def _waive(dispatch: str) -> WaiveObligation:
    return WaiveObligation(obligation=f"dispatch.ack|{dispatch}|9", reason="电话确认")


CONTROL_KINDS = st.sampled_from(["cordon", "evacuation", "shelter_in_place", "traffic"])
COLOURS = st.sampled_from(list(WarningColour))
LEVELS = st.sampled_from(list(ResponseLevel))
LINKS = st.sampled_from(["l-1", "l-2"])
ON_SCENE: tuple[Any, ...] = (AcknowledgeDispatch, DepartTeam, ArriveTeam, StartWork, ReleaseTeam)
COMMANDS: st.SearchStrategy[Any] = st.one_of(
    st.builds(_report, INCIDENTS, KINDS, METRES),
    st.builds(_alarm, METRES),
    st.builds(VerifyIncident, incident=INCIDENTS, real=st.booleans(), reason=st.just("核实")),
    st.builds(DeclareMajorIncident, incident=INCIDENTS, reason=st.just("多人被困")),
    st.builds(LinkIncidents, incident=INCIDENTS, other=INCIDENTS, reason=st.just("同源")),
    st.builds(MergeIncident, incident=INCIDENTS, into=INCIDENTS),
    st.builds(UnmergeIncident, incident=INCIDENTS),
    st.builds(CloseIncident, incident=INCIDENTS, reason=st.just("处置完毕")),
    st.builds(ReopenIncident, incident=INCIDENTS, reason=st.just("复燃")),
    st.builds(_send, INCIDENTS, DISPATCHES, TEAMS, st.booleans()),
    *(st.builds(kind, dispatch=DISPATCHES) for kind in ON_SCENE),
    st.builds(WithdrawTeam, dispatch=DISPATCHES, reason=st.sampled_from(["danger", "relief"])),
    st.builds(CancelDispatch, dispatch=DISPATCHES, reason=st.just("not_needed")),
    st.builds(
        AccountForCrew,
        dispatch=DISPATCHES,
        out=st.sampled_from([3, 4, 6]),
        inside=st.just(0),
        missing=st.just(0),
    ),
    st.builds(_tagged, INCIDENTS, TAGS),
    st.builds(_fact, INCIDENTS, FACTS),
    st.builds(StrikeEntry, position=st.integers(2, 60), reason=st.just("误记")),
    st.builds(RestoreEntry, position=st.integers(2, 60), reason=st.just("无误")),
    st.builds(_casualties, INCIDENTS, SMALL, SMALL),
    st.builds(_order, INCIDENTS, CONTROLS, CONTROL_KINDS, METRES),
    st.builds(PutControlInForce, control=CONTROLS),
    st.builds(_amend, CONTROLS, METRES),
    st.builds(ReviewControl, control=CONTROLS, reason=st.just("维持")),
    st.builds(LiftControl, control=CONTROLS, reason=st.just("解除")),
    st.builds(_take, INCIDENTS),
    st.builds(_signal, COLOURS),
    st.builds(_update, COLOURS),
    st.just(CancelWarning(warning="w-1", reason="解除")),
    st.builds(_stand_by, INCIDENTS),
    st.builds(_activate, INCIDENTS, st.sampled_from(["gov-rain", "gov-x"])),
    st.builds(_override, INCIDENTS, LEVELS),
    st.builds(EndResponse, activation=st.sampled_from(["a-1", "a-2"]), reason=st.just("完毕")),
    st.builds(AcknowledgeLink, link=LINKS),
    st.builds(DeclineLink, link=LINKS, reason=st.just("no_capacity")),
    st.builds(
        RecordCrowdReading,
        point=st.just("plaza"),
        value=st.sampled_from([10, 60, 90]),
        threshold=st.sampled_from([50, 80]),
    ),
    st.just(DecideCrowdMeasure(point="plaza", measure="限流", reason="超限")),
    st.just(DeclareHazardContents(hazard="haz-1", contents="液氨")),
    st.builds(_file, INCIDENTS, st.sampled_from(["first", "supplement"])),
    st.builds(_waive, DISPATCHES),
)
STEPS = st.lists(
    st.tuples(COMMANDS, POSTS, st.integers(0, 1500), st.integers(0, 900)), min_size=25, max_size=60
)


def told(steps: list[tuple[Any, str, int, int]]) -> Log:
    """The log of a story: each command so many seconds after the last, about something so many seconds older."""
    log = Log().adopt("00:01", RAIN_PLAN).adopt("00:02", plan("gov-x", levels=LINKED))
    clock = DAY + timedelta(minutes=10)
    for number, (kind, team) in enumerate(
        (("structure_fire", "fs-1"), ("toxic_release", "fs-2"), ("gas_leak", "med-1")), 1
    ):
        log.story.ask(
            Asked(
                ReportIncident(incident=f"i-{number}", kind=kind, place=place(50 * number)), "gov/duty", clock
            )
        )
        log.story.ask(
            Asked(DispatchTeam(incident=f"i-{number}", team=team, dispatch=f"d-{number}"), "gov/duty", clock)
        )
    for command, by, later_s, older_s in steps:
        clock += timedelta(seconds=later_s)
        log.story.ask(Asked(command, by, clock, clock - timedelta(seconds=older_s)))
    return log
