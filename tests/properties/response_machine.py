"""Many people, four linked plans: random commands of the response, among few enough things that they meet."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any, cast

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from msgspec import structs

from core.activation import (
    ActivatePlan,
    ChangeResponseLevel,
    DeclineProposal,
    EndResponse,
    ProposeActivation,
    ReleaseActivation,
    StandBy,
    StandDown,
)
from core.adoption import AdoptPlan, RetirePlan
from core.control import AmendControl, LiftControl, OrderControl, PutControlInForce, ReviewControl
from core.dispatch import ArriveTeam, DispatchTeam, ReleaseTeam
from core.entry import AddEntry
from core.finding import MissObligation, WaiveObligation
from core.incident import CloseIncident, MergeIncident, ReopenIncident, ReportIncident, UnmergeIncident
from core.leadership import OfferCommand, TransferCommand
from core.link import AcceptLink, AcknowledgeLink, DeclineLink, TimeOutLink, TriggerLinks
from core.log.protocol import Held
from core.messages import Place
from core.obligations import obligations
from core.scales import ResponseLevel
from core.tables import Undo
from core.task import CompleteTask, SkipTask, StartTask
from core.world import World
from handlers.desk.limits import DESK_LIMITS
from handlers.desk.loading import recall
from tests.rules.commands import BRIEFING
from tests.rules.given import Asked, History, Story, rows, run
from tests.rules.plans import DISTRICT, DUTY, ENTERPRISE, PLANS, SYSTEM, plan_story, source

WHY = "随机"
why = st.just(WHY)
plans = st.sampled_from(PLANS)
levels = st.sampled_from(list(ResponseLevel))
incidents = st.sampled_from(["2026-0001", "2026-0002"])
numbers = st.integers(1, 12)
posts = st.sampled_from(
    [*[DUTY] * 12, "ent-slc/general_manager", "ent-slc/site_commander", "dept-yj/director", "dept-fire/duty", "gov-xc/commander",
     "dept-fire/commander", "dept-fire/site_lead", "com-demo/duty", "com-demo/director"]
)  # fmt: skip


def ids(prefix: str) -> st.SearchStrategy[str]:
    return numbers.map(lambda number: f"{prefix}-{number}")


response_commands: st.SearchStrategy[Any] = st.one_of(
    st.builds(ActivatePlan, plan=plans, level=levels, incident=incidents, override_reason=st.none() | why),
    st.builds(ActivatePlan, plan=plans, level=levels, incident=incidents, link=ids("l")),
    st.builds(ChangeResponseLevel, activation=ids("a"), level=levels, reason=st.none() | why),
    st.builds(StandBy, plan=plans, incident=incidents, reason=why),
    st.builds(StandDown, activation=ids("a"), reason=why),
    st.builds(EndResponse, activation=ids("a"), reason=why, override_reason=why),
    st.builds(ReleaseActivation, activation=ids("a"), conditions=why),
    st.builds(DeclineProposal, proposal=ids("p"), reason=why),
    st.builds(RetirePlan, plan=plans, reason=why),
)
link_commands: st.SearchStrategy[Any] = st.one_of(
    st.builds(AcknowledgeLink, link=ids("l")),
    st.builds(AcceptLink, link=ids("l")),
    st.builds(AcceptLink, link=ids("l")),
    st.builds(DeclineLink, link=ids("l"), reason=st.sampled_from(["unsafe", "no_capacity"])),
    st.builds(StartTask, task=ids("t")),
    st.builds(CompleteTask, task=ids("t"), evidence=why),
    st.builds(SkipTask, task=ids("t"), reason=why),
)
order_commands: st.SearchStrategy[Any] = st.one_of(
    incidents.map(
        lambda id: OrderControl(
            incident=id, kind="cordon", area="厂区", executing="dept-fire", reason=WHY, ring="hot"
        )
    ),
    st.builds(PutControlInForce, control=ids("c")),
    ids("c").map(lambda id: AmendControl(control=id, change=WHY, area="厂区北侧")),
    st.builds(ReviewControl, control=ids("c"), reason=why),
    st.builds(LiftControl, control=ids("c"), reason=why),
)
incident_commands: st.SearchStrategy[Any] = st.one_of(
    st.builds(ReportIncident, kind=st.just("toxic_release"), place=st.just(Place(text="厂区"))),
    st.builds(CloseIncident, incident=incidents, reason=why, override_reason=why),
    st.builds(ReopenIncident, incident=incidents, reason=why),
    st.builds(MergeIncident, incident=incidents, into=incidents),
    st.builds(UnmergeIncident, incident=incidents),
    st.builds(DispatchTeam, incident=incidents, team=st.just("fs-1"), divert=st.booleans()),
    st.builds(ArriveTeam, dispatch=ids("d")),
    st.builds(ReleaseTeam, dispatch=ids("d")),
    st.builds(TransferCommand, incident=incidents, slot=st.just(cast(Any, "overall"))),
    incidents.map(
        lambda id: OfferCommand(
            incident=id, slot="overall", to_post="dept-fire/site_lead", reason=WHY, briefing=BRIEFING
        )
    ),
    incidents.map(lambda id: AddEntry(incident=id, evidence=WHY, condition="e1")),
)
system_commands: st.SearchStrategy[Any] = st.one_of(
    st.builds(TimeOutLink, link=ids("l")),
    st.builds(TriggerLinks, activation=ids("a")),
    st.builds(ProposeActivation, plan=plans, level=levels, incident=incidents),
)
any_command = st.one_of(response_commands, link_commands, order_commands, incident_commands)
PREFIXES = {"activation": "a", "link": "l", "task": "t", "control": "c", "proposal": "p"}


def named(story: Story, command: Any) -> Any:
    """The command about things that exist, mostly: an id that was drawn at random becomes one of those that there are."""
    changed: dict[str, Any] = {}
    for field, prefix in PREFIXES.items():
        id = getattr(command, field, None)
        count = story.world.counters.get(prefix, 0)
        if id is not None and count:
            changed[field] = f"{prefix}-{(int(id.partition('-')[2]) - 1) % count + 1}"
    return structs.replace(command, **changed)


class Base:
    """The beginning of every story, told once: reading plan files takes longer than all that follows."""

    def __init__(self) -> None:
        self.story = plan_story(Asked(ReportIncident(kind="toxic_release", place=Place(text="厂区")), DUTY))
        self.snapshot = self.story.world.snapshot()

    def again(self) -> Story:
        story = Story(self.story.operation)
        story.world, story.clock = World.restored(self.snapshot), self.story.clock
        story.history, story.records = list(self.story.history), list(self.story.records)
        return story

    def replayed(self, story: Story) -> World:
        """What came after the beginning, folded anew."""
        world = World.restored(self.snapshot)
        for recorded in story.records[len(self.story.records) :]:
            world.apply(recorded)
        return world


@cache
def base() -> Base:
    return Base()


class Response(RuleBasedStateMachine):
    """The base set of plans, two incidents, and everybody who asks something of them."""

    def __init__(self) -> None:
        super().__init__()
        self.base = base()
        self.story: Story = self.base.again()
        self.versions: dict[str, int] = dict.fromkeys([*PLANS], 10)

    def ask(self, command: Any, by: str, minutes: int = 1) -> None:
        at = self.story.clock + timedelta(minutes=minutes)
        self.story.ask(Asked(named(self.story, command), by, at=at))

    @initialize(first=levels, second=levels)
    def begin(self, first: ResponseLevel, second: ResponseLevel) -> None:
        """Something runs already."""
        self.ask(ActivatePlan(plan=ENTERPRISE, level=first, incident="2026-0001", override_reason=WHY), DUTY)
        self.ask(ActivatePlan(plan=DISTRICT, level=second, incident="2026-0002", override_reason=WHY), DUTY)

    @rule(command=response_commands, by=posts)
    def about_a_response(self, command: Any, by: str) -> None:
        self.ask(command, by)

    @rule(command=link_commands)
    def about_a_link_or_task(self, command: Any) -> None:
        """Mostly by whom it went to: others are refused, which the tables of authority tell."""
        command = named(self.story, command)
        link = self.story.world.links.get(getattr(command, "link", ""))
        self.ask(command, DUTY if link is None else link.to_post)

    @rule(command=order_commands)
    def about_an_order(self, command: Any) -> None:
        self.ask(command, DUTY)

    @rule(command=incident_commands, by=posts)
    def about_an_incident(self, command: Any, by: str) -> None:
        self.ask(command, by)

    @rule(command=system_commands, minutes=st.integers(1, 30))
    def the_system(self, command: Any, minutes: int) -> None:
        self.ask(command, SYSTEM, minutes)

    @rule(waive=st.booleans(), number=numbers)
    def a_deadline(self, waive: bool, number: int) -> None:
        owing = [one for one in obligations(self.story.world) if one.incident is not None]
        if not owing:
            return
        owed = owing[number % len(owing)]
        if waive:
            self.ask(WaiveObligation(obligation=owed.id, reason=WHY), DUTY)
        else:
            self.ask(MissObligation(obligation=owed.id, due_at=owed.due_at), SYSTEM, 120)

    @rule(plan=plans, often=numbers)
    def a_new_version(self, plan: str, often: int) -> None:
        if often > 2:
            return
        self.versions[plan] += 1
        text = source(plan)
        before = next(line for line in text.splitlines() if line.startswith("version: "))
        self.ask(AdoptPlan(source=text.replace(before, f"version: {self.versions[plan]}", 1)), DUTY)

    @rule(incident=incidents, often=numbers)
    def end_everything_and_close(self, incident: str, often: int) -> None:
        """The way to a close that random asking seldom finds."""
        if often > 3:
            return
        world = self.story.world
        for id in world.members(incident):
            for control in world.part_of("controls", id):
                self.ask(LiftControl(control=control.id, reason=WHY), DUTY)
        found = world.incidents.get(world.members(incident)[0])
        for dispatch in found.dispatches if found is not None else ():
            self.ask(ArriveTeam(dispatch=dispatch), DUTY)
            self.ask(ReleaseTeam(dispatch=dispatch), DUTY)
        for _ in range(4):  # a lower one after its upper one
            for one in world.open_activations(incident):
                if one.level is None:
                    self.ask(StandDown(activation=one.id, reason=WHY), DUTY)
                for by in (
                    "ent-slc/site_commander",
                    "gov-xc/commander",
                    "dept-fire/commander",
                    "com-demo/director",
                    one.by,
                ):
                    self.ask(EndResponse(activation=one.id, reason=WHY, override_reason=WHY), by)
        self.ask(CloseIncident(incident=incident, reason=WHY, override_reason=WHY), DUTY)
        if often > 1:
            self.ask(ReopenIncident(incident=incident, reason=WHY), DUTY)

    @rule(commands=st.lists(any_command, min_size=2, max_size=5))
    def a_batch_that_does_not_become_durable(self, commands: list[Any]) -> None:
        """As the desk does it: recall, decide each on top of the last, take all of it back."""
        commands = [named(self.story, command) for command in commands]
        story, world = self.story, self.story.world
        before, position, recorded_at = rows(world), world.position, world.recorded_at
        length = len(story.history)
        run(recall(story.operation, world, cast(Held, History(story.history)), commands, DESK_LIMITS))
        undo: Undo = []
        for command in commands:
            story.fold_decided(Asked(command, DUTY), undo)
        world.take_back(undo, position, recorded_at)
        world.sweep()
        del story.history[length:], story.records[length:]
        assert rows(world) == before
