"""Random days through the real rules: whatever people ask for, in whatever order, the page holds what a fresh board holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import dispatch, entry, incident, leadership, team
from core.casualty import RecordCasualties
from tests.views.page import verify
from tests.views.play import BEGIN, DUTY, LEAD
from tests.views.story import BRIDGE, SQUARE, district

INCIDENTS = st.sampled_from(["A", "B", "C"])
TEAMS = st.sampled_from(["FS001", "FS002", "FS003"])
DISPATCHES = st.sampled_from([f"d-{number}" for number in range(1, 7)])
PLACES = st.sampled_from([SQUARE, BRIDGE])
POSITIONS = st.integers(8, 50)
MILESTONES: Any = st.sampled_from(["ordered", "acknowledged", "en_route", "on_scene", "working", "released"])
WHY = st.just("理由")

COMMANDS: st.SearchStrategy[Any] = st.one_of(
    st.builds(incident.ReportIncident, kind=st.just("flood"), place=PLACES, incident=INCIDENTS),
    st.builds(incident.AmendIncident, incident=INCIDENTS, place=PLACES),
    st.builds(incident.VerifyIncident, incident=INCIDENTS, real=st.booleans(), reason=WHY),
    st.builds(incident.MergeIncident, incident=INCIDENTS, into=INCIDENTS),
    st.builds(incident.UnmergeIncident, incident=INCIDENTS),
    st.builds(incident.CloseIncident, incident=INCIDENTS, reason=WHY),
    st.builds(incident.ReopenIncident, incident=INCIDENTS, reason=WHY),
    st.builds(incident.LinkIncidents, incident=INCIDENTS, other=INCIDENTS, reason=WHY),
    st.builds(RecordCasualties, incident=INCIDENTS, dead=st.integers(0, 40)),
    st.builds(leadership.TransferCommand, incident=INCIDENTS, slot=st.just("overall")),
    *(
        st.builds(dispatch.DispatchTeam, incident=INCIDENTS, team=TEAMS, divert=st.booleans())
        for _ in range(3)  # more often than the others: everything else of a dispatch needs one
    ),
    st.builds(dispatch.AcknowledgeDispatch, dispatch=DISPATCHES),
    st.builds(dispatch.DepartTeam, dispatch=DISPATCHES),
    st.builds(dispatch.ArriveTeam, dispatch=DISPATCHES),
    st.builds(dispatch.ArriveTeam, dispatch=DISPATCHES),
    st.builds(dispatch.StartWork, dispatch=DISPATCHES),
    st.builds(dispatch.WithdrawTeam, dispatch=DISPATCHES, reason=st.just("danger")),
    st.builds(dispatch.ReleaseTeam, dispatch=DISPATCHES),
    st.builds(dispatch.ReturnTeam, dispatch=DISPATCHES),
    st.builds(dispatch.CancelDispatch, dispatch=DISPATCHES, reason=st.just("not_needed")),
    st.builds(
        dispatch.CorrectMilestone,
        dispatch=DISPATCHES,
        milestone=MILESTONES,
        to=st.none() | st.just(BEGIN + timedelta(minutes=5)),
        reason=WHY,
    ),
    st.builds(team.TakeOutOfService, team=TEAMS, reason=WHY),
    st.builds(team.ReturnToService, team=TEAMS),
    st.builds(entry.AddEntry, incident=INCIDENTS, milestone=st.just("left_scene"), dispatch=DISPATCHES),
    st.builds(entry.StrikeEntry, position=POSITIONS, reason=WHY),
    st.builds(entry.RestoreEntry, position=POSITIONS, reason=WHY),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(COMMANDS, st.sampled_from([DUTY, LEAD])), max_size=40))
def test_whatever_is_asked_for_the_page_holds_what_a_fresh_board_holds(asked: list[tuple[Any, Any]]) -> None:
    play = district()
    for command, actor in asked:
        play.send(command, actor)
    verify(play.log)
