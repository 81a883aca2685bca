"""Many people, one world: random commands through the rules, among few enough things that they meet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from msgspec import structs

from core.casualty import CasualtiesRecorded, RecordCasualties
from core.dispatch import (
    AccountForCrew,
    AcknowledgeDispatch,
    ArriveTeam,
    CancelDispatch,
    CorrectMilestone,
    DepartTeam,
    DispatchTeam,
    ReleaseTeam,
    ReturnTeam,
    StartWork,
    WithdrawTeam,
)
from core.entry import AddEntry, EntryAdded, RestoreEntry, StrikeEntry
from core.incident import (
    AmendIncident,
    CloseIncident,
    LinkIncidents,
    MergeIncident,
    ReopenIncident,
    ReportIncident,
    UnmergeIncident,
    VerifyIncident,
)
from core.leadership import AssumeCommand, OfferCommand, TransferCommand
from core.log.protocol import Held
from core.messages import Place
from core.tables import Undo
from core.team import ReturnToService, TakeOutOfService
from handlers.desk.limits import DESK_LIMITS
from handlers.desk.loading import recall
from tests.rules.commands import BRIEFING
from tests.rules.given import Asked, History, Story, given, run

DUTY, LEAD, SITE, GRID = "gov/duty", "gov/duty_lead", "dept/site_commander", "com/grid"
WHY = "随机"

posts = st.sampled_from([DUTY, DUTY, DUTY, DUTY, DUTY, LEAD, SITE, GRID])
incident_ids = st.sampled_from([f"2026-{n:04d}" for n in range(1, 5)])
dispatch_ids = st.sampled_from([f"d-{n}" for n in range(1, 8)])
team_ids = st.sampled_from(["fs-1", "fs-2", "med-1"])
positions = st.integers(2, 40)
minutes = st.sampled_from([None, None, None, -30, -5, 0, 5, 30])
milestones = st.sampled_from(
    ["ordered", "acknowledged", "en_route", "on_scene", "working", "released", "returned", "cancelled", "failed", "left_scene"]
)  # fmt: skip
why = st.just(WHY)
few = st.integers(0, 1)
slots: st.SearchStrategy[Any] = st.sampled_from(["overall", "fireground"])
kinds = st.sampled_from(["structure_fire", "gas_leak", "flood"])
corrected = st.sampled_from([None, None, -20, -1, 3])

incident_commands: st.SearchStrategy[Any] = st.one_of(
    st.builds(ReportIncident, kind=kinds, place=st.just(Place(text="江湾路"))),
    st.builds(AmendIncident, incident=incident_ids, kind=kinds),
    st.builds(VerifyIncident, incident=incident_ids, real=st.booleans(), reason=why),
    st.builds(RecordCasualties, incident=incident_ids, missing=few),
    st.builds(LinkIncidents, incident=incident_ids, other=incident_ids, reason=why),
    st.builds(MergeIncident, incident=incident_ids, into=incident_ids),
    st.builds(UnmergeIncident, incident=incident_ids),
    st.builds(CloseIncident, incident=incident_ids, reason=why),
    st.builds(ReopenIncident, incident=incident_ids, reason=why),
)
notes = incident_ids.map(lambda id: AddEntry(incident=id, text=WHY))
legs = st.tuples(incident_ids, dispatch_ids).map(
    lambda ids: AddEntry(incident=ids[0], milestone="left_scene", dispatch=ids[1])
)
entry_commands: st.SearchStrategy[Any] = st.one_of(
    notes,
    legs,
    st.builds(StrikeEntry, position=positions, reason=why),
    st.builds(RestoreEntry, position=positions, reason=why),
)
crews = st.tuples(dispatch_ids, few).map(
    lambda drawn: AccountForCrew(dispatch=drawn[0], out=6 - drawn[1], inside=drawn[1], missing=0)
)
dispatch_commands: st.SearchStrategy[Any] = st.one_of(
    st.builds(DispatchTeam, incident=incident_ids, team=team_ids, divert=st.booleans()),
    *(
        st.builds(command, dispatch=dispatch_ids)
        for command in (AcknowledgeDispatch, DepartTeam, ArriveTeam, StartWork, ReleaseTeam, ReturnTeam)
    ),
    st.builds(WithdrawTeam, dispatch=dispatch_ids, reason=st.just("danger")),
    st.builds(CancelDispatch, dispatch=dispatch_ids, reason=st.just("not_needed")),
    crews,
    st.builds(TakeOutOfService, team=team_ids, reason=why),
    st.builds(ReturnToService, team=team_ids),
)
command_commands: st.SearchStrategy[Any] = st.one_of(
    st.builds(TransferCommand, incident=incident_ids, slot=slots),
    st.builds(
        OfferCommand, incident=incident_ids, slot=slots, to_post=posts, reason=why, briefing=st.just(BRIEFING)
    ),
    st.builds(AssumeCommand, incident=incident_ids, slot=slots, reason=why),
)
any_command = st.one_of(
    incident_commands, entry_commands, dispatch_commands, dispatch_commands, command_commands
)


def named(story: Story, command: Any) -> Any:
    """The command about things that exist, mostly: an id that was drawn at random becomes one of those that there are."""
    counters = story.world.counters
    incidents = counters.get("incident:2026", 0)
    entries = [
        one.position for one in story.records if isinstance(one.event, EntryAdded | CasualtiesRecorded)
    ]
    changed: dict[str, Any] = {}
    for field, prefix, count, width in (
        ("incident", "2026-", incidents, 4),
        ("other", "2026-", incidents, 4),
        ("into", "2026-", incidents, 4),
        ("dispatch", "d-", counters.get("dispatch", 0), 0),
    ):
        id = getattr(command, field, None)
        if id is not None and count:
            number = int(id.removeprefix(prefix))
            changed[field] = f"{prefix}{(number - 1) % count + 1:0{width}d}"
    if entries and (position := getattr(command, "position", None)) is not None:
        changed["position"] = entries[position % len(entries)]
    return structs.replace(command, **changed)


class District(RuleBasedStateMachine):
    """The world and everybody who asks something of it."""

    def __init__(self) -> None:
        super().__init__()
        self.story: Story = given()

    @initialize()
    def begin(self) -> None:
        for team, place in (("fs-1", "江湾路 1 号"), ("fs-2", "江湾路 2 号")):
            self.story.ask(Asked(ReportIncident(kind="structure_fire", place=Place(text=place))))
            number = "2026-0001" if team == "fs-1" else "2026-0002"
            self.story.ask(Asked(DispatchTeam(incident=number, team=team)))

    def ask(self, command: Any, by: str, minute: int | None = None, seen: int | None = None) -> None:
        occurred_at = None if minute is None else self.story.clock + timedelta(minutes=minute)
        self.story.ask(Asked(named(self.story, command), by, occurred_at=occurred_at, seen=seen))

    @rule(command=incident_commands, by=posts, seen=st.none() | positions)
    def about_an_incident(self, command: Any, by: str, seen: int | None) -> None:
        self.ask(command, by, seen=seen)

    @rule(command=dispatch_commands, by=posts, minute=minutes)
    def about_a_dispatch(self, command: Any, by: str, minute: int | None) -> None:
        self.ask(command, by, minute)

    @rule(command=entry_commands, by=posts, minute=minutes)
    def about_an_entry(self, command: Any, by: str, minute: int | None) -> None:
        self.ask(command, by, minute)

    @rule(command=command_commands, by=posts)
    def about_command(self, command: Any, by: str) -> None:
        self.ask(command, by)

    @rule(id=dispatch_ids, milestone=milestones, minute=corrected, by=posts)
    def correct(self, id: str, milestone: Any, minute: int | None, by: str) -> None:
        to = None if minute is None else self.story.clock + timedelta(minutes=minute)
        self.ask(CorrectMilestone(dispatch=id, milestone=milestone, to=to, reason=WHY), by)

    @rule(incident=incident_ids)
    def release_everything_and_close(self, incident: str) -> None:
        """The way to a close that random asking seldom finds."""
        incident = named(self.story, CloseIncident(incident=incident, reason=WHY)).incident
        found = self.story.world.incidents.get(incident)
        for id in found.dispatches if found else ():
            for command in (
                ArriveTeam(dispatch=id),
                ReleaseTeam(dispatch=id),
                AccountForCrew(dispatch=id, out=6, inside=0, missing=0),
            ):
                self.ask(command, DUTY)  # fmt: skip
        self.ask(RecordCasualties(incident=incident, missing=0), DUTY)
        self.ask(CloseIncident(incident=incident, reason=WHY), DUTY)

    @rule(commands=st.lists(any_command, min_size=2, max_size=5))
    def a_batch_that_does_not_become_durable(self, commands: list[Any]) -> None:
        """As the desk does it: recall, decide each on top of the last, take all of it back."""
        commands = [named(self.story, command) for command in commands]
        story, world = self.story, self.story.world
        before, position, recorded_at = world.snapshot(), world.position, world.recorded_at
        length = len(story.history)
        held = cast(Held, History(story.history))
        run(recall(story.operation, world, held, commands, DESK_LIMITS))
        undo: Undo = []
        for command in commands:
            story.fold_decided(Asked(command, DUTY), undo)
        world.take_back(undo, position, recorded_at)
        world.sweep()
        del story.history[length:], story.records[length:]
        assert world.snapshot() == before
