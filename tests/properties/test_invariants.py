"""What must hold after every step, whatever anybody asked."""

from __future__ import annotations

from typing import Any, cast

from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant

from core.dispatch import DispatchMilestoneCorrected, TeamDispatched
from core.entry import EntryAdded, EntryRestored
from core.incident import IncidentClosed, IncidentReopened, ReopenIncident
from core.leadership import CommandTransferred
from core.log.protocol import Held
from core.messages import Stamp
from core.world import World
from handlers.desk.limits import DESK_LIMITS
from handlers.desk.loading import recall
from tests.properties.machine import District
from tests.rules.given import History, rows, run

EVENT_OF = {
    "ordered": "TeamDispatched",
    "acknowledged": "DispatchAcknowledged",
    "en_route": "TeamDeparted",
    "on_scene": "TeamArrived",
    "working": "WorkStarted",
    "released": "TeamReleased",
    "returned": "TeamReturned",
    "cancelled": "DispatchCancelled",
    "diverted": "DispatchCancelled",
    "failed": "TeamTakenOutOfService",
    "left_scene": "EntryAdded",
    "at_hospital": "EntryAdded",
}


class CheckedDistrict(District):
    @invariant()
    def a_team_holds_one_open_dispatch_at_most_and_knows_it(self) -> None:
        world = self.story.world
        for team in world.teams.values():
            open_ones = [one.id for one in world.dispatches.values() if one.team == team.id and one.open]
            assert open_ones == ([] if team.dispatch is None else [team.dispatch])
            assert team.in_service or team.dispatch is None

    @invariant()
    def every_dispatch_stands_where_its_incident_says(self) -> None:
        world = self.story.world
        listed = [id for incident in world.incidents.values() for id in incident.dispatches]
        assert sorted(listed) == sorted(world.dispatches)
        for incident in world.incidents.values():
            assert all(world.dispatches[id].incident == incident.id for id in incident.dispatches)
            for merged in incident.merged:
                assert world.incidents[merged].merged_into == incident.id

    @invariant()
    def positions_have_no_gap(self) -> None:
        numbers = [recorded.position for recorded in self.story.records]
        assert numbers == list(range(1, self.story.world.position + 1))

    @invariant()
    def a_replay_and_a_snapshot_are_the_live_world(self) -> None:
        live = rows(self.story.world)
        assert rows(self.story.replayed()) == live
        assert rows(World.restored(self.story.world.snapshot())) == live

    @invariant()
    def no_milestone_is_invented(self) -> None:
        for dispatch in self.story.world.dispatches.values():
            for milestone, event in EVENT_OF.items():
                stamp: Stamp | None = getattr(dispatch, milestone)
                if stamp is None:
                    continue
                said = self.story.records[stamp.position - 1]
                assert getattr(said.event, "dispatch", None) == dispatch.id
                if isinstance(said.event, DispatchMilestoneCorrected):
                    assert (said.event.milestone, said.event.to) == (milestone, stamp.at)
                else:
                    assert said.type == event
                    assert said.occurred_at == stamp.at

    @invariant()
    def command_passes_from_the_one_who_held_it(self) -> None:
        holders: dict[tuple[str, str], str] = {}
        for recorded in self.story.records:
            if isinstance(event := recorded.event, CommandTransferred):
                assert holders.get((event.incident, event.slot)) == event.from_post
                holders[event.incident, event.slot] = event.to_post

    @invariant()
    def what_is_closed_has_left_with_all_its_rows_and_comes_back_the_same(self) -> None:
        closed: dict[str, None] = {}
        for recorded in self.story.records:
            if isinstance(recorded.event, IncidentClosed):
                closed[recorded.event.incident] = None
            elif isinstance(recorded.event, IncidentReopened):
                closed.pop(recorded.event.incident)
        world = self.story.world
        assert not closed.keys() & world.incidents.keys()
        assert world.entries.keys() <= world.incidents.keys()
        before = world.snapshot()
        whole = World(keep_closed=True)
        for recorded in self.story.records:
            whole.apply(recorded)
        for id in closed:
            held = cast(Held, History(self.story.history))
            run(
                recall(
                    self.story.operation, world, held, [ReopenIncident(incident=id, reason="查")], DESK_LIMITS
                )
            )
            for one in (id, *whole.incidents[id].merged):
                assert world.incidents[one] == whole.incidents[one]
                assert world.entries.get(one) == whole.entries.get(one)
                for dispatch in whole.incidents[one].dispatches:
                    assert world.dispatches[dispatch] == whole.dispatches[dispatch]
            world.sweep()
        assert world.snapshot() == before

    @invariant()
    def numbers_are_given_once(self) -> None:
        ordered = [one.event.dispatch for one in self.story.records if isinstance(one.event, TeamDispatched)]
        assert len(set(ordered)) == len(ordered)

    @invariant()
    def a_medical_leg_is_set_by_an_entry_that_stands(self) -> None:
        for dispatch in self.story.world.dispatches.values():
            if (stamp := dispatch.left_scene) is None:
                continue
            event: Any = self.story.records[stamp.position - 1].event
            assert isinstance(event, EntryAdded | EntryRestored | DispatchMilestoneCorrected)
            standing = [
                entry
                for table in self.story.world.entries.values()
                for entry in table.values()
                if entry.dispatch == dispatch.id and not entry.struck
            ]
            assert standing


CheckedDistrict.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


TestDistrict = CheckedDistrict.TestCase
