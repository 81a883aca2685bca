"""Every code that a rule can refuse with is reached here, and the list is checked against the rules' own text."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path

import pytest

from core.casualty import RecordCasualties
from core.clock import ChangeClockRate, PauseClock, StartClock
from core.dispatch import AccountForCrew, ArriveTeam, CancelDispatch, CorrectMilestone, ReturnTeam
from core.entry import AddEntry, StrikeEntry
from core.incident import AmendIncident, ReopenIncident
from core.leadership import OfferCommand, TransferCommand
from core.messages import Name, Place
from core.operation import OpenOperation
from core.organisation import (
    ClosePost,
    DissolveOrganisation,
    MergeOrganisation,
    OpenPost,
    RegisterOrganisation,
)
from core.team import RegisterTeam, TakeOutOfService
from tests.rules.commands import ARRIVED, BRIEFING, CLOSED, FIRST, SECOND, SENT, close, merge, report, send
from tests.rules.given import Asked, asked, given, t
from tests.rules.plans import plan_story
from tests.rules.response_refusals import RESPONSE_REFUSALS, No

HOLDER = "dept/site_commander"
HELD = (report(), asked(TransferCommand(incident=FIRST, slot="overall"), by=HOLDER))


def offer(to: str = "gov/commander") -> Asked:
    return asked(
        OfferCommand(incident=FIRST, slot="overall", to_post=to, reason="换班", briefing=BRIEFING), by=HOLDER
    )


REFUSALS = (
    No("operation_id", (), OpenOperation(title="推演"), "whatif-1"),
    No("clock_started", (StartClock(at=t("09:00")),), StartClock(at=t("09:00")), "drill-1"),
    No("live_has_no_clock", (), StartClock(at=t("09:00"))),
    No("no_clock", (), PauseClock(), "drill-1"),
    No("rate_too_high", (StartClock(at=t("09:00")),), ChangeClockRate(rate_n=1201, rate_d=2), "drill-1"),
    No("time_out_of_range", (), StartClock(at=t("09:00").replace(year=1899)), "drill-1"),
    No("exercise_paused", (StartClock(at=t("09:00")), PauseClock()), report(), "drill-1"),
    No("future_time", (), asked(report(), occurred_at=t("23:00"))),
    No("not_authorised", (), asked(report(), by="gov/nobody")),
    No("unknown_organisation", (), OpenPost(organisation="nowhere", post="duty")),
    No("unknown_team", (report(),), send("fs-9")),
    No("unknown_incident", (), send()),
    No("unknown_dispatch", (), ArriveTeam(dispatch="d-9")),
    No("unknown_entry", (), StrikeEntry(position=9, reason="误")),
    No("unknown_kind", (), report(kind="dragon")),
    No("unknown_post", HELD, offer("gov/nobody")),
    No("already_exists", (report(incident="i"),), report(incident="i", kind="flood")),
    No("number_too_long", (), report(incident="2026-1234567890")),
    No(
        "changed_meanwhile",
        (report(), AmendIncident(incident=FIRST, kind="explosion")),
        asked(AmendIncident(incident=FIRST, kind="gas_leak"), seen=2),
    ),
    No(
        "parent_required",
        (),
        RegisterOrganisation(organisation="new", name=Name(zh="新"), level="community"),
    ),
    No("circular_tree", (), MergeOrganisation(organisation="gov", into="com")),
    No("root_organisation", (), DissolveOrganisation(organisation="gov", reason="误")),
    No("organisation_in_use", (), DissolveOrganisation(organisation="street", reason="撤并")),
    No(
        "organisation_not_active",
        (DissolveOrganisation(organisation="ent", reason="注销"),),
        RegisterTeam(team="new", organisation="ent", name=Name(zh="新"), kind="other"),
    ),
    No(
        "last_duty_desk",
        (ClosePost(organisation="gov", post="duty_lead"),),
        ClosePost(organisation="gov", post="duty"),
    ),
    No("post_in_command", HELD, ClosePost(organisation="dept", post="site_commander")),
    No("half_a_coordinate", (), report().__class__(kind="flood", place=Place(text="江湾路", lon=120.1))),
    No("team_out_of_service", (report(), TakeOutOfService(team="fs-1", reason="检修")), send()),
    No("team_committed", (*SENT, report()), send(incident=SECOND)),
    No("wrong_state", ARRIVED, CancelDispatch(dispatch="d-1", reason="not_needed")),
    No("already_recorded", ARRIVED, ArriveTeam(dispatch="d-1")),
    No("crew_does_not_add_up", SENT, AccountForCrew(dispatch="d-1", out=1, inside=2, missing=1)),
    No(
        "milestone_not_recorded",
        SENT,
        CorrectMilestone(dispatch="d-1", milestone="on_scene", to=None, reason="误"),
    ),
    No(
        "order_cannot_be_withdrawn",
        SENT,
        CorrectMilestone(dispatch="d-1", milestone="ordered", to=None, reason="误"),
    ),
    No("nothing_stated", (report(),), RecordCasualties(incident=FIRST)),
    No("incomplete", (report(),), AddEntry(incident=FIRST, fact="风向")),
    No(
        "dispatch_of_another_incident",
        (*SENT, report()),
        AddEntry(incident=SECOND, milestone="left_scene", dispatch="d-1"),
    ),
    No("incident_not_open", CLOSED, send()),
    No("incident_merged", (report(), report(), merge()), send(incident=SECOND)),
    No("has_merged_incidents", (report(), report(), merge(), report()), merge(FIRST, "2026-0003")),
    No("incident_has_open_matters", SENT, close()),
    No("same_incident", (report(),), merge(FIRST, FIRST)),
    No("same_post", HELD, offer(HOLDER)),
    No("offer_open", (*HELD, offer()), offer("gov/duty_lead")),
    No("no_offer", HELD, asked(TransferCommand(incident=FIRST, slot="overall"), by="gov/commander")),
    *RESPONSE_REFUSALS,
)


@pytest.mark.parametrize("no", REFUSALS, ids=lambda no: no.code)
def test_it_is_refused_with(no: No) -> None:
    story = plan_story(*no.before) if no.plans else given(*no.before, operation=no.operation)
    story.when(no.command).then_refused(no.code)


def test_a_command_before_its_operation_is_open_is_refused() -> None:
    story = given(operation="drill-1")
    story.world.single["operation"] = None
    story.when(report()).then_refused("unknown_operation", operation="drill-1")


CODE_AT = {"Rule": 0, "malformed": 0, "Unknown": 0, "_found": 1}
"""Which argument of a call is the code, or the thing that is unknown."""


def codes_in_the_rules() -> set[str]:
    """The codes that stand in the text of the rules: `Rule("code", …)`, and those of the other kinds of refusal."""
    found = {"already_exists", "not_authorised", "changed_meanwhile", "exercise_paused", "future_time"}
    files = [*Path("handlers").glob("*.py"), *Path("handlers/desk").glob("*.py"), *Path("core").glob("*.py")]
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            at = CODE_AT.get(node.func.id)
            if at is None or len(node.args) <= at:
                continue
            unknown = "unknown_" if node.func.id in ("Unknown", "_found") else ""
            found |= {unknown + code for code in constants(node.args[at])}
    return found


def constants(node: ast.expr) -> set[str]:
    """The texts that an expression may be, where they are written there."""
    if isinstance(node, ast.IfExp):
        return constants(node.body) | constants(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def test_no_code_is_left_out() -> None:
    assert codes_in_the_rules() == {no.code for no in REFUSALS} | {"unknown_operation"}


def test_the_refusal_of_a_committed_team_says_who_where_and_since_when() -> None:
    given(*SENT, report()).when(send(incident=SECOND)).then_refused(
        "team_committed",
        team="fs-1",
        organisation="dept",
        incident=FIRST,
        dispatch="d-1",
        state="ordered",
        since=t("08:02"),
        by="gov/duty",
    )


def test_closing_says_everything_that_is_open_at_once() -> None:
    story = given(
        *ARRIVED,
        send("fs-2"),
        AccountForCrew(dispatch="d-1", out=3, inside=2, missing=1),
        RecordCasualties(incident=FIRST, missing=2),
    )
    story.when(close()).then_refused("incident_has_open_matters")
    assert story.refusal is not None
    assert story.refusal.details["guards"] == [
        {"guard": "dispatch_open", "dispatch": "d-1", "team": "fs-1", "state": "on_scene"},
        {"guard": "dispatch_open", "dispatch": "d-2", "team": "fs-2", "state": "ordered"},
        {"guard": "crew_unaccounted", "dispatch": "d-1", "team": "fs-1", "missing": 1, "inside": 2},
        {"guard": "missing_persons", "missing": 2},
    ]


def test_a_stranger_is_refused_as_such_whatever_else_is_wrong() -> None:
    far = t("08:00") + timedelta(days=400)
    given().when(report(kind="dragon"), by="gov/nobody", occurred_at=far).then_refused("not_authorised")


def test_reopening_a_merged_incident_names_the_one_it_went_into() -> None:
    story = given(report(), report(), merge(), close())
    story.when(ReopenIncident(incident=SECOND, reason="复燃")).then_refused("incident_merged", into=FIRST)


def test_a_team_that_never_went_cannot_come_back() -> None:
    given(*SENT).when(ReturnTeam(dispatch="d-1")).then_refused("wrong_state", state="ordered")
