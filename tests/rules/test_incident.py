"""Incidents from report to close: numbering, conflicts, merging and taking apart, closing, reopening."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.casualty import CasualtiesRecorded, RecordCasualties
from core.dispatch import AccountForCrew, ArriveTeam, ReleaseTeam, TeamArrived
from core.entry import AddEntry, EntryAdded
from core.incident import (
    AmendIncident,
    DeclareMajorIncident,
    IncidentAmended,
    IncidentClosed,
    IncidentMerged,
    IncidentReopened,
    IncidentReported,
    IncidentUnmerged,
    IncidentVerified,
    LinkIncidents,
    MajorIncidentDeclared,
    ReopenIncident,
    UnmergeIncident,
    VerifyIncident,
)
from core.messages import Place
from tests.rules.commands import ARRIVED, CLOSED, FIRST, RELEASED, SECOND, SENT, close, merge, report, send
from tests.rules.given import Story, asked, given, rows, t, tell

THIRD = "2026-0003"


def number_of(story: Story) -> str:
    event = story.events[0]
    assert isinstance(event, IncidentReported)
    return event.incident


# --- numbers ---


def test_incidents_are_numbered_by_year_in_beijing_time() -> None:
    story = given()
    last_second = t("08:00").replace(month=12, day=31, hour=15, minute=59, second=59)
    assert number_of(story.when(report(), at=last_second)) == "2026-0001"
    assert number_of(story.when(report(), at=last_second + timedelta(seconds=1))) == "2027-0001"
    assert number_of(story.when(report(), at=last_second + timedelta(seconds=2))) == "2027-0002"


def test_a_number_that_a_sender_chose_moves_the_row_on() -> None:
    story = given(report(incident="2026-0041"))
    assert number_of(story.when(report())) == "2026-0042"


def test_the_largest_number_a_sender_can_choose_does_not_use_the_row_up() -> None:
    story = given(report(incident="2026-999999999"))
    assert number_of(story.when(report())) == "2026-1000000000"
    assert number_of(story.when(report())) == "2026-1000000001"


@pytest.mark.parametrize("id", ["call-7", "20260001", "2026-12a", "i.2026-0009"])
def test_another_name_does_not_move_the_row(id: str) -> None:
    assert number_of(given(report(incident=id)).when(report())) == FIRST


def test_dispatches_are_numbered_in_one_row() -> None:
    story = given(report(), send(dispatch="d-7")).when(send("fs-2"))
    assert "d-8" in story.world.dispatches


def test_the_id_of_a_closed_incident_stays_taken() -> None:
    story = given(report(incident="i-1"), close("i-1"))
    story.when(report(incident="i-1", kind="flood")).then_refused("already_exists")
    story.when(report(incident="i-1")).then_nothing()


# --- what two people change ---


def test_the_same_field_changed_meanwhile_is_asked_about() -> None:
    story = given(report(), AmendIncident(incident=FIRST, kind="explosion"))
    story.when(AmendIncident(incident=FIRST, kind="gas_leak"), by="gov/duty_lead", seen=2)
    story.then_refused("changed_meanwhile", field="kind", position=3, by="gov/duty")
    story.when(AmendIncident(incident=FIRST, kind="gas_leak"), by="gov/duty_lead", seen=3)
    story.then(IncidentAmended(incident=FIRST, kind="gas_leak"))


def test_different_fields_changed_meanwhile_bother_nobody() -> None:
    story = given(report(), AmendIncident(incident=FIRST, kind="explosion"))
    story.when(AmendIncident(incident=FIRST, place=Place(text="江湾路 3 号")), by="gov/duty_lead", seen=2)
    story.then(IncidentAmended(incident=FIRST, place=Place(text="江湾路 3 号")))


def test_two_people_of_one_mind_bother_nobody() -> None:
    story = given(report(), AmendIncident(incident=FIRST, kind="explosion"))
    story.when(AmendIncident(incident=FIRST, kind="explosion"), by="gov/duty_lead", seen=2).then_nothing()


def test_without_seen_the_later_change_counts() -> None:
    story = given(report(), AmendIncident(incident=FIRST, kind="explosion"))
    story.when(AmendIncident(incident=FIRST, kind="gas_leak")).then_yes(IncidentAmended)


def test_two_judgements_of_one_report_are_asked_about() -> None:
    story = given(report(), VerifyIncident(incident=FIRST, real=False, reason="误报"))
    story.when(VerifyIncident(incident=FIRST, real=True, reason="明火"), by="gov/duty_lead", seen=2)
    story.then_refused("changed_meanwhile", field="real")
    story.when(VerifyIncident(incident=FIRST, real=True, reason="明火"), seen=3).then_yes(IncidentVerified)


def test_another_kind_forgets_the_senders_word_unless_it_is_said_again() -> None:
    story = given(report(kind="other", said="怪味"), AmendIncident(incident=FIRST, kind="alarm", said="怪味"))
    assert story.world.incident(FIRST).said == "怪味"
    tell(story, AmendIncident(incident=FIRST, kind="gas_leak"))
    assert story.world.incident(FIRST).said is None


def test_each_organisation_declares_a_major_incident_once_for_itself() -> None:
    story = given(report(), asked(DeclareMajorIncident(incident=FIRST, reason="爆炸"), by="dept/duty"))
    story.when(DeclareMajorIncident(incident=FIRST, reason="爆炸"), by="dept/reporter").then_nothing()
    story.when(DeclareMajorIncident(incident=FIRST, reason="爆炸"), by="med/duty")
    story.then(MajorIncidentDeclared(incident=FIRST, organisation="med", reason="爆炸"))


def test_a_link_holds_in_both_directions() -> None:
    story = given(report(), report(), LinkIncidents(incident=FIRST, other=SECOND, reason="同源"))
    story.when(LinkIncidents(incident=SECOND, other=FIRST, reason="同源")).then_nothing()


# --- merging ---


MERGED = (*ARRIVED, report(), send("fs-2", SECOND), merge())


def test_merging_moves_the_dispatches_with_their_origin() -> None:
    story = given(*ARRIVED, report(), send("fs-2", SECOND)).when(merge())
    story.then(IncidentMerged(incident=SECOND, into=FIRST, dispatches=("d-2",)))
    moved = story.world.dispatch("d-2")
    assert (moved.incident, moved.origin) == (FIRST, SECOND)
    assert story.world.incident(FIRST).dispatches == ("d-1", "d-2")
    assert story.world.incident(SECOND).dispatches == ()


def test_a_milestone_after_merging_lands_on_the_moved_assignment() -> None:
    given(*MERGED).when(ArriveTeam(dispatch="d-2")).then(
        TeamArrived(dispatch="d-2", team="fs-2", incident=FIRST)
    )


def test_taking_apart_moves_them_back_and_only_them() -> None:
    story = given(*MERGED, send("med-1")).when(UnmergeIncident(incident=SECOND))
    story.then(IncidentUnmerged(incident=SECOND, out_of=FIRST, dispatches=("d-2",)))
    assert story.world.incident(FIRST).dispatches == ("d-1", "d-3")
    back = story.world.dispatch("d-2")
    assert (back.incident, back.origin) == (SECOND, None)
    assert rows(story.replayed()) == rows(story.world)


def test_merging_twice_leaves_each_with_its_own() -> None:
    story = given(*MERGED, report(), send("med-1", THIRD), merge(THIRD))
    tell(story, UnmergeIncident(incident=THIRD))
    assert story.world.incident(THIRD).dispatches == ("d-3",)
    assert story.world.incident(FIRST).dispatches == ("d-1", "d-2")
    assert story.world.incident(FIRST).merged == (SECOND,)


def test_casualties_of_a_merged_incident_go_to_the_one_it_went_into() -> None:
    story = given(report(), report(), asked(RecordCasualties(incident=SECOND, dead=1)), merge())
    story.when(RecordCasualties(incident=SECOND, dead=1)).then(CasualtiesRecorded(incident=FIRST, dead=1))
    story.when(RecordCasualties(incident=SECOND, dead=1)).then_nothing()


def test_missing_persons_of_a_merged_report_keep_the_incident_open() -> None:
    story = given(report(), report(), RecordCasualties(incident=SECOND, missing=3), merge())
    story.when(close()).then_refused("incident_has_open_matters")
    tell(story, RecordCasualties(incident=FIRST, missing=0))
    story.when(close()).then_yes(IncidentClosed)


def test_a_merged_incident_takes_no_orders() -> None:
    given(*MERGED).when(send("med-1", SECOND)).then_refused("incident_merged", into=FIRST)


# --- closing and reopening ---


def test_crews_still_inside_keep_an_incident_open() -> None:
    story = given(*RELEASED, AccountForCrew(dispatch="d-1", out=4, inside=2, missing=0))
    story.when(close()).then_refused("incident_has_open_matters")
    tell(story, AccountForCrew(dispatch="d-1", out=6, inside=0, missing=0))
    story.when(close()).then_yes(IncidentClosed)


def test_a_closed_incident_leaves_the_world_with_all_its_rows() -> None:
    story = given(*RELEASED, AddEntry(incident=FIRST, text="残火"), report(), merge(), close())
    assert story.world.incidents == {}
    assert story.world.dispatches == {}
    assert story.world.entries == {}


def test_reopening_brings_everything_back_to_every_node() -> None:
    story = given(
        *MERGED, AddEntry(incident=SECOND, text="第二报警人"), RecordCasualties(incident=FIRST, injured=2)
    )
    tell(story, ReleaseTeam(dispatch="d-1"), ArriveTeam(dispatch="d-2"), ReleaseTeam(dispatch="d-2"))
    before = rows(story.world)
    tell(story, close())
    story.when(ReopenIncident(incident=FIRST, reason="复燃")).then_yes(IncidentReopened)
    after = rows(story.world)
    assert after["entries"] == before["entries"]
    assert after["dispatches"] == before["dispatches"]
    assert set(after["incidents"]) == {FIRST, SECOND}
    assert rows(story.replayed()) == after
    tell(story, UnmergeIncident(incident=SECOND))
    assert rows(story.replayed()) == rows(story.world)
    assert story.world.incident(SECOND).dispatches == ("d-2",)


def test_late_facts_between_closing_and_reopening_are_not_lost() -> None:
    story = given(*CLOSED, RecordCasualties(incident=FIRST, dead=1), AddEntry(incident=FIRST, text="复查"))
    assert rows(story.replayed()) == rows(story.world)
    tell(story, ReopenIncident(incident=FIRST, reason="复燃"))
    assert story.world.incident(FIRST).figure("dead") == 1
    assert len(story.world.entries[FIRST]) == 2
    assert rows(story.replayed()) == rows(story.world)


def test_an_incident_can_be_closed_and_reopened_again_and_again() -> None:
    story = given(*CLOSED)
    for _ in range(3):
        tell(story, ReopenIncident(incident=FIRST, reason="复燃"))
        assert story.world.incident(FIRST).dispatches == ("d-1",)
        tell(story, close())
        assert story.world.incidents == {}


def test_an_entry_about_a_closed_incident_is_marked_late() -> None:
    given(*CLOSED).when(AddEntry(incident=FIRST, text="补记")).then(
        EntryAdded(incident=FIRST, text="补记", late=True)
    )


def test_a_declared_incident_that_is_closed_takes_no_order() -> None:
    given(*CLOSED).when(send()).then_refused("incident_not_open", incident=FIRST)


def test_nothing_is_reopened_that_is_open() -> None:
    given(*SENT).when(ReopenIncident(incident=FIRST, reason="复燃")).then_nothing()
