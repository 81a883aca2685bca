"""What must hold of plans, links, tasks and orders after every step, whatever anybody asked."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant

from core.activation import PlanActivated, PlanStoodBy, PlanStoodDown, ResponseEnded
from core.link import LinkAccepted, LinkDeclined, LinkEscalated, LinkOpened, LinkTimedOut
from core.tables import PARTS
from core.task import TaskOpened
from core.world import World
from handlers.cascade import DEPTH_MAX
from handlers.link import ESCALATIONS_MAX
from tests.properties.response_machine import Response
from tests.rules.given import rows
from tests.rules.plans import PLANS


class CheckedResponse(Response):
    def events(self, *kinds: type[Any]) -> list[Any]:
        return [one.event for one in self.story.records if isinstance(one.event, kinds)]

    @invariant()
    def a_plan_runs_once_for_an_incident(self) -> None:
        running: dict[tuple[str, str], str] = {}
        for event in self.events(PlanActivated, PlanStoodBy, PlanStoodDown, ResponseEnded):
            key = (event.incident, event.plan)
            if isinstance(event, PlanActivated | PlanStoodBy):
                assert key not in running, (event, running[key])
                running[key] = event.activation
            else:
                assert running.pop(key) == event.activation
        world = self.story.world
        assert set(running.values()) == {one.id for one in world.activations.values() if one.open}

    @invariant()
    def a_replay_and_a_snapshot_are_the_live_world(self) -> None:
        live = rows(self.story.world)
        assert rows(self.base.replayed(self.story)) == live
        assert rows(World.restored(self.story.world.snapshot())) == live

    @invariant()
    def nothing_outlives_its_incident(self) -> None:
        world = self.story.world
        things = world.incidents.keys() | world.plans.keys() | world.warnings.keys()
        for name in PARTS:
            owners = {
                key.partition(" ")[2] for key, of in world.parts.items() if of and key.startswith(f"{name} ")
            }
            assert owners <= things, (name, owners - things)
            indexed = [id for key, of in world.parts.items() if key.startswith(f"{name} ") for id in of]
            assert sorted(indexed) == sorted(getattr(world, name)), name
        for table in (world.activations, world.tasks, world.links, world.proposals, world.controls):
            assert {row.incident for row in table.values()} <= world.incidents.keys()
        assert {key.partition(" ")[0] for key in world.running} <= world.incidents.keys()
        assert world.zones.keys() <= world.incidents.keys()

    @invariant()
    def no_link_is_both_accepted_and_declined_and_none_is_answered_twice(self) -> None:
        answers = Counter(event.link for event in self.events(LinkAccepted, LinkDeclined))
        assert all(count == 1 for count in answers.values())

    @invariant()
    def a_link_is_overdue_once_and_goes_up_twice_at_the_most(self) -> None:
        assert all(count == 1 for count in Counter(one.link for one in self.events(LinkTimedOut)).values())
        steps: dict[str, list[int]] = {}
        for event in self.events(LinkEscalated):
            steps.setdefault(event.link, []).append(event.step)
        for taken in steps.values():
            assert taken == list(range(1, len(taken) + 1))
            assert len(taken) <= ESCALATIONS_MAX

    @invariant()
    def cascades_are_bounded_and_make_one_tree(self) -> None:
        depth: dict[str, int] = {}
        by_command: dict[Any, Counter[str]] = {}
        for recorded in self.story.records:
            event = recorded.event
            if not isinstance(event, PlanActivated):
                continue
            assert event.depth < DEPTH_MAX + len(PLANS)
            if event.cause is None:
                assert event.depth == 0
            else:
                assert event.depth == depth[event.cause] + 1
            depth[event.activation] = event.depth
            by_command.setdefault(recorded.recorded_at, Counter())[event.plan] += 1
        assert all(count == 1 for plans in by_command.values() for count in plans.values())

    @invariant()
    def a_task_or_link_of_a_plan_opens_once_for_an_activation(self) -> None:
        opened = Counter((one.activation, one.plan_task) for one in self.events(TaskOpened))
        opened += Counter((one.activation, one.plan_link) for one in self.events(LinkOpened))
        assert all(count == 1 for count in opened.values()), opened.most_common(1)

    @invariant()
    def numbers_are_given_once(self) -> None:
        given = Counter(
            getattr(one, name)
            for kind, name in ((PlanActivated, "activation"), (PlanStoodBy, "activation"), (TaskOpened, "task"), (LinkOpened, "link"))
            for one in self.events(kind)
        )  # fmt: skip
        assert all(count == 1 for count in given.values())

    @invariant()
    def proposals_wait_for_what_is_not_so_yet(self) -> None:
        world = self.story.world
        for proposal in world.proposals.values():
            running = world.activations.get(world.running.get(f"{proposal.incident} {proposal.plan}", ""))
            if running is not None and running.open and running.level is not None:
                assert running.level < proposal.level

    @invariant()
    def only_versions_that_something_runs_on_are_kept(self) -> None:
        world = self.story.world
        for one in world.activations.values():
            if one.open:
                assert world.plan(one.plan).pinned(one.version) is not None, "what runs keeps its version"
        for adopted in world.plans.values():
            kept, former = 0, adopted.before
            while former is not None:
                kept, former = kept + 1, former.before
            assert kept <= 3


CheckedResponse.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


TestResponse = CheckedResponse.TestCase
