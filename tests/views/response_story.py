"""The response's part of the day: plans adopted, a cascade answered in every way, orders, warnings, reports, findings, deadlines."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from core import (
    activation,
    adoption,
    agreement,
    control,
    drill,
    finding,
    hazard,
    incident,
    link,
    organisation,
    register,
    report,
    task,
    warning,
)
from core.messages import Actor, Place
from core.scales import ResponseLevel, WarningColour
from tests.plans.waived import WAIVED
from tests.views.play import DUTY, LEAD, Play

REACTIONS = Actor("system", "system", "reactions")
WATCH = Actor("system", "system", "watch")
FIRE = Actor("u4", "fire", "duty")
FIRM = Actor("u5", "ent-a", "duty")

FILES = Path(__file__).resolve().parent / "plans"
PLANS = tuple((FILES / f"{id}.yaml").read_text("utf-8") for id in ("gov-flood", "dep-flood", "ent-flood"))
REGISTER = """format: liandong-register/1
channels:
  - {id: ct-fire, post: fire/duty, kind: phone}
"""
PLACE = Place(text="文安路", lon=120.16, lat=30.24)


def prepare(play: Play) -> None:
    """The organisations have their duty desks, and the plans are adopted."""
    for owner in ("fire", "ent-a"):
        if not play.world.has_post(f"{owner}/duty"):
            play.accept(organisation.OpenPost(organisation=owner, post="duty"))
    for text in PLANS:
        play.accept(adoption.AdoptPlan(source=text, waivers=WAIVED))


def respond(play: Play) -> None:
    """Every type of event of the response at least once, on a flood of its own."""
    send = play.accept
    prepare(play)
    old = PLANS[1].replace("dep-flood", "old-flood")
    send(adoption.AdoptPlan(source=old, waivers=WAIVED))
    send(register.EnterRegister(source=REGISTER))
    send(adoption.RetirePlan(plan="old-flood", reason="已被取代"))
    send(
        agreement.SignAgreement(
            agreement="agr-1",
            client="ent-a",
            provider="fire",
            valid_from=date(2026, 1, 1),
            valid_to=date(2027, 1, 1),
        )
    )
    send(drill.RecordDrill(plan="gov-flood", held_on=date(2026, 2, 1), review="按时完成"))
    _warnings(play)
    send(incident.ReportIncident(kind="flood", place=PLACE, incident="F"))
    _cascade(play)
    _orders(play)
    _known(play)


def _warnings(play: Play) -> None:
    send = play.accept
    begins = play.now + timedelta(days=1)
    send(
        warning.IssueWarning(
            hazard_type="rainstorm",
            colour=WarningColour.ORANGE,
            area="全区",
            text="强降雨",
            measures="停工",
            begins=begins,
            addressees=("fire/duty", "ent-a/duty"),
        )
    )
    send(
        warning.RelaySignal(
            hazard_type="typhoon",
            colour=WarningColour.BLUE,
            area="全区",
            text="台风",
            issuer="气象台",
            begins=begins,
        )
    )
    send(warning.AcknowledgeWarning(warning="w-1"), FIRE)
    send(warning.UpdateWarning(warning="w-1", colour=WarningColour.RED, text="特大暴雨"))
    send(warning.CancelWarning(warning="w-2", reason="减弱"))


def _cascade(play: Play) -> None:
    send = play.accept
    send(activation.StandBy(plan="dep-flood", incident="F", reason="红色预警", warning="w-1"))
    send(activation.StandDown(activation="a-1", reason="误操作"))
    send(activation.StandBy(plan="ent-flood", incident="F", reason="红色预警", warning="w-1"))
    send(activation.ActivatePlan(plan="ent-flood", level=ResponseLevel.II, incident="F", measures="封闭车库"))
    links = {one.plan_link: one.id for one in play.world.links.values()}
    send(link.AcknowledgeLink(link=links["n1"]))
    send(link.DeclineLink(link=links["r1"], reason="no_capacity", text="泵已派出"), FIRE)
    send(link.AcceptLink(link=links["r2"], coming="两艘冲锋舟", expected_s=600), FIRE)
    send(link.AcceptLink(link=links["a1"]), LEAD)
    play.now += timedelta(minutes=20)
    send(link.TimeOutLink(link=links["w1"]), REACTIONS)
    owed = next(one for one in play.world.tasks.values() if one.plan_task == "t2")
    assert owed.due_at is not None
    send(finding.MissObligation(obligation=f"task|{owed.id}|{owed.position}", due_at=owed.due_at), REACTIONS)
    send(finding.WaiveObligation(obligation=f"task|{owed.id}|{owed.position}", reason="现场无人"))
    first = next(one.id for one in play.world.tasks.values() if one.plan_task == "t1")
    send(task.StartTask(task=first))
    send(task.CompleteTask(task=first, evidence="照片一张"))
    send(task.SkipTask(task=owed.id, reason="无人员"))
    send(activation.ProposeActivation(plan="gov-flood", level=ResponseLevel.IV, incident="C"), REACTIONS)
    send(activation.ProposeActivation(plan="dep-flood", level=ResponseLevel.II, incident="C"), REACTIONS)
    declined = next(one.id for one in play.world.proposals.values() if one.plan == "dep-flood")
    send(activation.DeclineProposal(proposal=declined, reason="积水已退"))
    ours = _running(play, "ent-flood")
    send(activation.ChangeResponseLevel(activation=ours, level=ResponseLevel.I))
    send(activation.ReleaseActivation(activation=ours, conditions="厂区已无积水"), LEAD)
    send(activation.EndResponse(activation=ours, reason="水退", override_reason="读数仪损坏"), FIRM)


def _running(play: Play, plan: str) -> str:
    found = play.world.activation_of(plan, "F")
    assert found is not None
    return found.id


def _orders(play: Play) -> None:
    send = play.accept
    shape = control.Shape(circle=(120.16, 30.24), radius_m=200)
    send(
        control.OrderControl(
            incident="F",
            kind="cordon",
            area="文安路",
            executing="fire",
            reason="积水",
            shape=shape,
            ring="hot",
        )
    )
    send(control.PutControlInForce(control="c-1"), FIRE)
    send(control.ReviewControl(control="c-1", reason="水位未变"))
    send(
        control.AmendControl(
            control="c-1", change="扩大", shape=control.Shape(circle=(120.16, 30.24), radius_m=400)
        )
    )
    send(control.LiftControl(control="c-1", reason="水退"))
    send(
        control.OrderControl(
            incident="F",
            kind="evacuation",
            area="文安里",
            executing="fire",
            reason="进水",
            evacuated=control.Evacuated(expected=120),
        )
    )


def _known(play: Play) -> None:
    send = play.accept
    send(hazard.DeclareHazardContents(hazard="haz-1", contents="柴油 2 吨"))
    send(hazard.RecordCrowdReading(point="江湾广场", value=6000, threshold=5000))
    send(hazard.DecideCrowdMeasure(point="江湾广场", measure="限流", reason="超过阈值"))
    send(
        report.FileReport(
            incident="F",
            kind="first",
            to="gov/duty_lead",
            known_at=play.now - timedelta(hours=2),
            elements=report.Elements(situation="道路积水"),
        )
    )
    raised = finding.RaiseFinding(
        finding="W5|l-2|30",
        rule="W5",
        subject="l-2",
        severity="critical",
        opened_at=play.now,
        zh="衔接 l-2 未确认",
        en="link l-2 was not acknowledged",
        owner="gov/duty",
        incident="F",
        evidence=(30,),
    )
    send(raised, WATCH)
    send(finding.AcknowledgeFinding(finding="W5|l-2|30"), DUTY)
    send(finding.ClearFinding(finding="W5|l-2|30", cleared_at=play.now, note="补录"), WATCH)


def over(play: Play) -> None:
    """What is open when its incident is closed leaves the board with it."""
    play.accept(incident.ReportIncident(kind="flood", place=PLACE, incident="G"))
    play.accept(activation.ActivatePlan(plan="dep-flood", level=ResponseLevel.II, incident="G"), FIRE)
    ours = play.world.activation_of("dep-flood", "G")
    assert ours is not None
    play.accept(activation.EndResponse(activation=ours.id, reason="误报"), FIRE)
    play.accept(incident.CloseIncident(incident="G", reason="误报"))
