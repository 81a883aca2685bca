"""Who is in command, what is written down, and the clock of an exercise."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.casualty import RecordCasualties
from core.clock import ChangeClockRate, ClockJumped, JumpClock, PauseClock, ResumeClock, StartClock
from core.dispatch import CorrectMilestone
from core.entry import AddEntry, EntryAdded, EntryRestored, EntryStruck, RestoreEntry, StrikeEntry
from core.incident import IncidentReported
from core.leadership import AssumeCommand, CommandOffered, CommandTransferred, OfferCommand, TransferCommand
from core.organisation import ClosePost
from core.scales import IncidentGrade
from tests.rules.commands import ARRIVED, BRIEFING, FIRST, report
from tests.rules.given import Asked, asked, given, t, tell

HOLDER = "dept/site_commander"


def take(by: str, slot: str = "overall", offer: int | None = None) -> Asked:
    return asked(TransferCommand(incident=FIRST, slot=slot, offer=offer), by=by)  # type: ignore[arg-type]  # a test names it as text


def offer(by: str, to: str, slot: str = "overall") -> Asked:
    return asked(
        OfferCommand(incident=FIRST, slot=slot, to_post=to, reason="换班", briefing=BRIEFING),  # type: ignore[arg-type]  # a test names it as text
        by=by,
    )


# --- command ---


def test_command_passes_when_it_is_taken_and_not_when_it_is_offered() -> None:
    story = given(report(), take(HOLDER)).when(offer(HOLDER, "gov/commander"))
    story.then(
        CommandOffered(
            incident=FIRST, slot="overall", to_post="gov/commander", reason="换班", briefing=BRIEFING
        )
    )
    assert story.world.incident(FIRST).commander == HOLDER
    story.when(take("gov/commander", offer=4))
    story.then(
        CommandTransferred(incident=FIRST, slot="overall", to_post="gov/commander", from_post=HOLDER, offer=4)
    )
    assert story.world.incident(FIRST).commander == "gov/commander"
    assert story.world.incident(FIRST).offers == {}


def test_only_the_holder_offers() -> None:
    story = given(report(), take(HOLDER))
    story.when(offer("gov/duty", "gov/commander")).then_refused("not_authorised", holder=HOLDER)
    given(report()).when(offer(HOLDER, "gov/commander")).then_refused("not_authorised", holder=None)


def test_an_offer_is_for_one_post_and_one_slot() -> None:
    story = given(report(), take(HOLDER), take(HOLDER, "fireground"), offer(HOLDER, "gov/commander"))
    story.when(take("gov/duty_lead")).then_refused("no_offer")
    story.when(take("gov/commander", "fireground")).then_refused("no_offer")
    story.when(take("gov/commander", offer=99)).then_refused("no_offer", offer=5)


def test_an_offer_to_a_post_that_was_closed_can_be_replaced() -> None:
    story = given(report(), take(HOLDER), offer(HOLDER, "com/grid"))
    story.when(offer(HOLDER, "gov/commander")).then_refused("offer_open", to_post="com/grid")
    tell(story, ClosePost(organisation="com", post="grid"))
    story.when(offer(HOLDER, "gov/commander")).then_yes(CommandOffered)


def test_assuming_command_takes_the_slot_and_the_open_offer_with_it() -> None:
    story = given(report(), take(HOLDER), offer(HOLDER, "gov/commander"))
    story.when(AssumeCommand(incident=FIRST, slot="overall", reason="失联"), by="gov/duty_lead")
    story.then(
        CommandTransferred(
            incident=FIRST, slot="overall", to_post="gov/duty_lead", from_post=HOLDER, assumed=True, reason="失联"
        )
    )  # fmt: skip
    story.when(take("gov/commander", offer=4)).then_refused("no_offer", holder="gov/duty_lead")


def test_the_two_slots_are_held_apart() -> None:
    story = given(report(), take(HOLDER), take("dept/commander", "fireground"))
    assert story.world.incident(FIRST).holders == {"overall": HOLDER, "fireground": "dept/commander"}


# --- entries ---


def test_a_struck_figure_counts_no_more_and_comes_back() -> None:
    story = given(
        report(), RecordCasualties(incident=FIRST, dead=2), RecordCasualties(incident=FIRST, dead=3)
    )
    assert story.world.incident(FIRST).grade is IncidentGrade.LARGE
    story.when(StrikeEntry(position=4, reason="重复计数"))
    story.then(EntryStruck(incident=FIRST, corrects=4, reason="重复计数"))
    assert story.world.incident(FIRST).figure("dead") == 2
    assert story.world.incident(FIRST).grade is IncidentGrade.ORDINARY
    story.when(RestoreEntry(position=4, reason="无误")).then(
        EntryRestored(incident=FIRST, corrects=4, reason="无误")
    )
    assert story.world.incident(FIRST).grade is IncidentGrade.LARGE


def test_without_an_unstruck_figure_there_is_no_grade() -> None:
    story = given(report(), RecordCasualties(incident=FIRST, dead=2), StrikeEntry(position=3, reason="误"))
    assert story.world.incident(FIRST).grade is None


LEFT = AddEntry(incident=FIRST, milestone="left_scene", dispatch="d-1")
"""After ARRIVED it stands at position 5."""


def test_a_medical_leg_is_a_milestone_of_its_own_dispatch() -> None:
    story = given(*ARRIVED).when(LEFT, occurred_at=t("08:03:40"))
    story.then(EntryAdded(incident=FIRST, milestone="left_scene", dispatch="d-1", team="fs-1"))
    stamp = story.world.dispatch("d-1").left_scene
    assert stamp is not None
    assert stamp.at == t("08:03:40")
    story.when(LEFT).then_refused("already_recorded", position=5)


def test_a_struck_medical_leg_is_null_and_comes_back_as_it_was_corrected() -> None:
    story = given(*ARRIVED, LEFT)
    to = t("08:03:20")
    tell(story, CorrectMilestone(dispatch="d-1", milestone="left_scene", to=to, reason="误"))
    tell(story, StrikeEntry(position=5, reason="误"))
    assert story.world.dispatch("d-1").left_scene is None
    tell(story, RestoreEntry(position=5, reason="无误"))
    stamp = story.world.dispatch("d-1").left_scene
    assert stamp is not None
    assert stamp.at == to


def test_striking_a_withdrawn_leg_leaves_the_one_that_was_told_anew() -> None:
    withdraw = CorrectMilestone(dispatch="d-1", milestone="left_scene", to=None, reason="误")
    story = given(*ARRIVED, LEFT, withdraw, LEFT)
    tell(story, StrikeEntry(position=5, reason="重复"))
    stamp = story.world.dispatch("d-1").left_scene
    assert stamp is not None
    assert stamp.position == 7
    story.when(RestoreEntry(position=5, reason="无误")).then_refused("already_recorded", position=7)


@pytest.mark.parametrize(
    "entry",
    [
        AddEntry(incident=FIRST, fact="风向"),
        AddEntry(incident=FIRST, value="西北"),
        AddEntry(incident=FIRST, text="证", evidence="监测达标"),
        AddEntry(incident=FIRST, milestone="at_hospital"),
    ],
)
def test_what_goes_together_is_given_together(entry: AddEntry) -> None:
    story = given(report()).when(entry)
    assert story.refusal is not None
    assert story.refusal.code in ("incomplete", "nothing_stated")


# --- the clock of an exercise ---


def test_a_drill_runs_on_its_own_clock_from_its_start() -> None:
    story = given(operation="drill-1")
    start = t("09:00").replace(year=2031)
    tell(story, asked(StartClock(at=start, rate_n=60), at=t("08:00")))
    tell(story, asked(report(), at=t("08:01")))
    assert story.records[-1].occurred_at == start + timedelta(hours=1)
    assert isinstance(story.records[-1].event, IncidentReported)
    assert story.records[-1].event.incident == "2031-0001"


def test_the_future_is_judged_by_the_clock_of_the_exercise() -> None:
    story = given(StartClock(at=t("20:00")), operation="drill-1")
    story.when(report(), at=story.clock, occurred_at=t("20:10")).then_yes(IncidentReported)
    story.when(report(), at=story.clock, occurred_at=t("20:10:01")).then_refused("future_time")


def test_a_pause_holds_the_players_and_not_the_controllers() -> None:
    story = given(StartClock(at=t("09:00")), report(), PauseClock(), operation="drill-1")
    note = AddEntry(incident=FIRST, text="讲评")
    story.when(note).then_refused("exercise_paused")
    story.when(note, by="gov/controller").then_yes(EntryAdded)
    story.when(note, by="gov/evaluator").then_yes(EntryAdded)
    tell(story, ResumeClock())
    story.when(note).then_yes(EntryAdded)


def test_a_paused_clock_stands_and_goes_on_from_there() -> None:
    story = given(operation="drill-1")
    tell(story, asked(StartClock(at=t("09:00")), at=t("08:00")), asked(PauseClock(), at=t("08:10")))
    tell(story, asked(ResumeClock(), at=t("12:00")), asked(report(), at=t("12:05")))
    assert story.records[-1].occurred_at == t("09:15")


def test_a_jump_goes_forward_only() -> None:
    story = given(operation="drill-1")
    tell(story, asked(StartClock(at=t("09:00")), at=t("08:00")))
    story.when(JumpClock(to=t("09:00")), at=t("08:01")).then_nothing()
    story.when(JumpClock(to=t("13:00")), at=t("08:02")).then(ClockJumped(to=t("13:00")))
    tell(story, asked(ChangeClockRate(rate_n=2), at=t("08:03")), asked(report(), at=t("08:04")))
    assert story.records[-1].occurred_at == t("13:03")
