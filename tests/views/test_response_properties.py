"""Random responses through the real rules: cascades, orders, warnings, deadlines; the page holds what a fresh board holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import (
    activation,
    control,
    dispatch,
    entry,
    finding,
    hazard,
    incident,
    link,
    organisation,
    report,
    task,
    warning,
)
from core.casualty import RecordCasualties
from core.messages import Name
from core.obligations import obligations
from core.scales import ResponseLevel, WarningColour
from tests.views.page import verify
from tests.views.play import BEGIN, DUTY, LEAD, REPLAY, Play
from tests.views.response_story import FIRE, FIRM, REACTIONS, prepare
from tests.views.story import SQUARE, district

INCIDENTS = st.sampled_from(["A", "B"])
PLANS = st.sampled_from(["gov-flood", "dep-flood", "ent-flood"])
LEVELS = st.sampled_from(list(ResponseLevel))
ACTIVATIONS, LINKS, TASKS, CONTROLS, WARNINGS = (
    st.sampled_from([f"{letter}-{number}" for number in range(1, 5)]) for letter in "altcw"
)
COLOURS = st.sampled_from(list(WarningColour))
WHY = st.just("理由")
SOON = BEGIN + timedelta(minutes=1)

COMMANDS: st.SearchStrategy[Any] = st.one_of(
    *(st.builds(activation.ActivatePlan, plan=PLANS, level=LEVELS, incident=INCIDENTS) for _ in range(4)),
    st.builds(activation.StandBy, plan=PLANS, incident=INCIDENTS, reason=WHY, warning=st.none() | WARNINGS),
    st.builds(activation.StandDown, activation=ACTIVATIONS, reason=WHY),
    st.builds(activation.ChangeResponseLevel, activation=ACTIVATIONS, level=LEVELS, reason=WHY),
    st.builds(activation.EndResponse, activation=ACTIVATIONS, reason=WHY, override_reason=WHY),
    st.builds(activation.ProposeActivation, plan=PLANS, level=LEVELS, incident=INCIDENTS),
    *(st.builds(kind, link=LINKS) for kind in (link.AcknowledgeLink, link.AcceptLink, link.TimeOutLink)),
    st.builds(link.DeclineLink, link=LINKS, reason=st.just("unsafe")),
    st.builds(task.CompleteTask, task=TASKS, evidence=WHY),
    st.builds(task.SkipTask, task=TASKS, reason=WHY),
    st.builds(
        control.OrderControl, incident=INCIDENTS, kind=st.sampled_from(["cordon", "traffic"]), area=WHY,
        executing=st.just("fire"), reason=WHY, ring=st.sampled_from(["hot", "cold"]),
    ),
    *(st.builds(kind, control=CONTROLS, reason=WHY) for kind in (control.ReviewControl, control.LiftControl)),
    st.builds(control.PutControlInForce, control=CONTROLS),
    st.builds(
        warning.IssueWarning, hazard_type=st.sampled_from(["rainstorm", "heat"]), colour=COLOURS, area=WHY, text=WHY,
        measures=WHY, begins=st.just(SOON), addressees=st.just(("fire/duty",)),
    ),
    st.builds(warning.UpdateWarning, warning=WARNINGS, colour=COLOURS, text=WHY),
    st.builds(warning.AcknowledgeWarning, warning=WARNINGS),
    st.builds(warning.CancelWarning, warning=WARNINGS, reason=WHY),
    st.builds(hazard.RecordCrowdReading, point=st.just("广场"), value=st.integers(0, 9), threshold=st.just(5)),
    st.builds(hazard.DecideCrowdMeasure, point=st.just("广场"), measure=st.just("限流"), reason=WHY),
    st.builds(
        entry.AddEntry, incident=INCIDENTS, text=WHY, tag=st.sampled_from(["no_response", "mayday", "explosion"])
    ),
    st.builds(entry.AddEntry, incident=INCIDENTS, fact=st.sampled_from(["known_on_scene", "head_told"]), value=st.just("ent-a")),
    st.builds(entry.StrikeEntry, position=st.integers(20, 40), reason=WHY),
    st.builds(
        report.FileReport, incident=INCIDENTS, kind=st.sampled_from(["first", "supplement"]),
        to=st.sampled_from(["gov/duty", "fire/duty"]), known_at=st.just(BEGIN), elements=st.just(report.Elements()),
    ),
    st.builds(RecordCasualties, incident=INCIDENTS, dead=st.integers(0, 4)),
    st.builds(dispatch.DispatchTeam, incident=INCIDENTS, team=st.sampled_from(["FS001", "FS002"])),
    *(
        st.builds(kind, dispatch=st.sampled_from(["d-1", "d-2"]))
        for kind in (dispatch.ArriveTeam, dispatch.StartWork, dispatch.ReleaseTeam)
    ),
    st.builds(dispatch.WithdrawTeam, dispatch=st.just("d-1"), reason=st.just("danger")),
    st.builds(incident.VerifyIncident, incident=INCIDENTS, real=st.booleans(), reason=WHY),
    st.builds(incident.MergeIncident, incident=INCIDENTS, into=INCIDENTS),
    st.builds(incident.UnmergeIncident, incident=INCIDENTS),
    st.builds(incident.CloseIncident, incident=INCIDENTS, reason=WHY),
    st.builds(incident.ReopenIncident, incident=INCIDENTS, reason=WHY),
    st.sampled_from(["miss", "waive"]),
)  # fmt: skip
ACTORS = st.sampled_from([DUTY, LEAD, FIRE, FIRM, REACTIONS, REPLAY])


def ready() -> Play:
    """Two incidents in a district that has plans."""
    play = district(teams=2)
    play.accept(
        organisation.RegisterOrganisation(
            organisation="ent-a", name=Name(zh="企业"), level="enterprise", parent="gov"
        )
    )
    prepare(play)
    for id in ("A", "B"):
        play.accept(incident.ReportIncident(kind="flood", place=SQUARE, incident=id))
    return play


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(COMMANDS, ACTORS, st.integers(0, 20)), min_size=10, max_size=40))
def test_whatever_the_response_the_page_holds_what_a_fresh_board_holds(
    asked: list[tuple[Any, Any, int]],
) -> None:
    play = ready()
    for command, actor, minutes in asked:
        play.now += timedelta(minutes=minutes)
        if command in ("miss", "waive"):
            owed = next(obligations(play.world), None)
            if owed is None:
                continue
            if command == "miss":
                play.send(finding.MissObligation(obligation=owed.id, due_at=owed.due_at), REACTIONS)
            else:
                play.send(finding.WaiveObligation(obligation=owed.id, reason="理由"))
        else:
            play.send(command, actor)
    verify(play.log)
