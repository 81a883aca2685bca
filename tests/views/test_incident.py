"""One incident's story, closed and merged ones too."""

from __future__ import annotations

from core import dispatch, entry, incident
from core.catalogue import Recorded
from projections.incident import merged_into, tell
from tests.views.page import plain
from tests.views.play import Play
from tests.views.story import BRIDGE, SQUARE, district


def about(play: Play, *ids: str) -> list[Recorded]:
    """What a log gives for the tags of these incidents."""
    tags = {f"incident:{id}" for id in ids}
    return [recorded for recorded in play.log if tags.intersection(recorded.tags)]


def test_a_closed_incident_is_told_whole_with_names_from_the_register() -> None:
    play = district()
    play.accept(incident.ReportIncident(kind="gas_leak", place=SQUARE, incident="A"))
    play.accept(dispatch.DispatchTeam(incident="A", team="FS001", dispatch="d-1"))
    play.accept(dispatch.ArriveTeam(dispatch="d-1"))
    play.accept(entry.AddEntry(incident="A", text="关阀"))
    play.accept(dispatch.ReleaseTeam(dispatch="d-1"))
    play.accept(incident.CloseIncident(incident="A", reason="完"))
    play.accept(dispatch.ReturnTeam(dispatch="d-1"))
    assert "A" not in play.world.incidents
    story = plain(tell("A", about(play, "A"), play.world))
    assert story["closed_at"] is not None
    assert story["incident"]["dispatches"] == ["d-1"]
    assert [one["state"] for one in story["dispatches"]] == ["returned"]
    assert [line["type"] for line in story["timeline"]] == [
        *("IncidentReported", "TeamDispatched", "TeamArrived", "EntryAdded"),
        *("TeamReleased", "IncidentClosed", "TeamReturned"),
    ]
    assert "消防1队" in story["timeline"][1]["text"]["zh"]


def test_what_happened_before_a_merger_is_part_of_the_story() -> None:
    play = district()
    for id in ("A", "B"):
        play.accept(incident.ReportIncident(kind="gas_leak", place=BRIDGE, incident=id))
    play.accept(dispatch.DispatchTeam(incident="B", team="FS002", dispatch="d-2"))
    play.accept(incident.MergeIncident(incident="B", into="A"))
    others = merged_into("A", about(play, "A"))
    assert others == {"B"}
    story = plain(tell("A", about(play, "A", *others), play.world))
    assert story["incident"]["teams"] == 1
    assert [one["id"] for one in story["dispatches"]] == ["d-2"]
    assert story["merged"] == ["B"]


def test_there_is_no_story_of_what_was_never_reported() -> None:
    assert tell("Z", []) is None


def test_telling_a_story_changes_nothing_of_the_world_that_gave_the_names() -> None:
    play = district()
    play.accept(incident.ReportIncident(kind="gas_leak", place=SQUARE, incident="A"))
    play.accept(dispatch.DispatchTeam(incident="A", team="FS001", dispatch="d-1"))
    before = play.world.snapshot()
    assert tell("A", about(play, "A"), play.world) is not None
    assert play.world.snapshot() == before
