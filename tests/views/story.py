"""One day that has every event of the catalogue in it, and the orders in which things go wrong."""

from __future__ import annotations

from datetime import timedelta

from core import clock, dispatch, entry, incident, leadership, organisation, team
from core.casualty import RecordCasualties
from core.messages import Name, Place
from core.operation import OpenOperation
from tests.views.play import BEGIN, CONTROLLER, DUTY, LEAD, REPLAY, SETUP, Play
from tests.views.response_story import over, respond

SQUARE = Place(text="江湾广场", lon=120.142, lat=30.246)
BRIDGE = Place(text="明湖桥", lon=120.15, lat=30.25)
BRIEFING = leadership.Briefing(
    situation="明火已灭", casualties="不明", teams="两队", orders="无", tasks="监护", residual_risk="复燃"
)


def district(operation: str = "live", teams: int = 3) -> Play:
    """A district with its posts, two organisations and some teams."""
    play = Play(operation)
    if operation != "live":
        play.accept(OpenOperation(title="演练"), CONTROLLER, live=district(teams=teams).world)
        return play
    play.accept(OpenOperation(title="江湾区应急值守"), SETUP)
    name = Name(zh="江湾区应急指挥中心", en="Jiangwan Command Centre")
    play.accept(organisation.RegisterOrganisation(organisation="gov", name=name, level="government"), SETUP)
    for post in ("duty", "duty_lead", "controller", "commander"):
        play.accept(organisation.OpenPost(organisation="gov", post=post), SETUP)
    fire = Name(zh="消防救援大队", en="Fire and Rescue")
    play.accept(
        organisation.RegisterOrganisation(organisation="fire", name=fire, level="department", parent="gov")
    )
    for number in range(1, teams + 1):
        play.accept(
            team.RegisterTeam(
                team=f"FS{number:03d}",
                organisation="fire",
                name=Name(zh=f"消防{number}队", en=f"Fire crew {number}"),
                kind="fire_ordinary",
                strength=6,
                base=Place(text=f"{number}号站", lon=120.1 + number / 1000, lat=30.2),
            )
        )
    return play


def whole_day() -> Play:
    """Every type of event at least once."""
    play = district("drill-day")
    send = play.accept
    send(clock.StartClock(at=BEGIN + timedelta(days=1), rate_n=4), CONTROLLER)
    send(clock.JumpClock(to=BEGIN + timedelta(days=1, hours=1)), CONTROLLER)
    send(clock.ChangeClockRate(rate_n=2), CONTROLLER)
    send(clock.PauseClock(), CONTROLLER)
    play.send(incident.ReportIncident(kind="flood", place=SQUARE))  # refused: the exercise is paused
    send(clock.ResumeClock(), CONTROLLER)
    _register(play)
    _incidents(play)
    _dispatches(play)
    respond(play)
    _end(play)
    over(play)
    return play


def _register(play: Play) -> None:
    send = play.accept
    for id in ("ent-a", "ent-b", "ent-c"):
        send(
            organisation.RegisterOrganisation(
                organisation=id, name=Name(zh=f"企业{id}"), level="enterprise", parent="gov"
            )
        )
    send(organisation.RenameOrganisation(organisation="ent-a", name=Name(zh="潮江燃气", en="Chaojiang Gas")))
    send(organisation.MergeOrganisation(organisation="ent-b", into="ent-a"))
    send(organisation.DissolveOrganisation(organisation="ent-c", reason="停业"))
    send(organisation.OpenPost(organisation="ent-a", post="reporter"))
    send(organisation.OpenPost(organisation="ent-a", post="guard", name=Name(zh="门卫", en="gatekeeper")))
    send(organisation.ClosePost(organisation="ent-a", post="guard"))
    send(
        team.RegisterTeam(
            team="GAS1", organisation="ent-a", name=Name(zh="抢修队"), kind="utility", strength=4
        )
    )
    send(team.AmendTeam(team="GAS1", strength=5, base=BRIDGE))
    send(team.TakeOutOfService(team="GAS1", reason="检修"))
    send(team.ReturnToService(team="GAS1"))


def _incidents(play: Play) -> None:
    send = play.accept
    send(incident.ReportIncident(kind="gas_leak", place=SQUARE, incident="A", text="有气味"))
    send(incident.ReportIncident(kind="gas_leak", place=BRIDGE, incident="B"))
    send(incident.ReportIncident(kind="flood", place=BRIDGE, incident="C"))
    send(incident.VerifyIncident(incident="A", real=True, reason="电话核实"))
    send(incident.VerifyIncident(incident="C", real=False, reason="无积水"))
    send(incident.AmendIncident(incident="A", kind="explosion", place=BRIDGE))
    send(incident.DeclareMajorIncident(incident="A", reason="人员被困"))
    send(incident.LinkIncidents(incident="A", other="C", reason="同一管网"))
    send(RecordCasualties(incident="A", dead=1, injured=3))
    send(entry.AddEntry(incident="A", text="关阀完成", tag="hazard_open"))
    written = play.world.position
    send(entry.StrikeEntry(position=written, reason="误记"))
    send(entry.RestoreEntry(position=written, reason="核对无误"))
    send(leadership.TransferCommand(incident="A", slot="overall"))
    send(
        leadership.OfferCommand(
            incident="A", slot="overall", to_post="gov/duty_lead", reason="升级", briefing=BRIEFING
        )
    )
    send(leadership.TransferCommand(incident="A", slot="overall"), LEAD)
    send(leadership.TransferCommand(incident="A", slot="fireground"), DUTY)
    send(leadership.AssumeCommand(incident="A", slot="fireground", reason="联系不上"), LEAD)


def _dispatches(play: Play) -> None:
    send = play.accept
    send(dispatch.DispatchTeam(incident="A", team="FS001", dispatch="d-1"))
    send(dispatch.AcknowledgeDispatch(dispatch="d-1"), source="radio")
    send(dispatch.DepartTeam(dispatch="d-1"))
    send(dispatch.ArriveTeam(dispatch="d-1"))
    send(incident.AmendIncident(incident="A", place=SQUARE))
    send(dispatch.StartWork(dispatch="d-1"))
    send(dispatch.WithdrawTeam(dispatch="d-1", reason="danger"))
    send(dispatch.AccountForCrew(dispatch="d-1", out=6, inside=0, missing=0))
    send(dispatch.StartWork(dispatch="d-1"))
    play.send(dispatch.DispatchTeam(incident="B", team="FS001"))  # refused: committed
    send(dispatch.DispatchTeam(incident="B", team="FS002", dispatch="d-2"))
    send(incident.MergeIncident(incident="B", into="A"))
    send(incident.UnmergeIncident(incident="B"))
    send(incident.MergeIncident(incident="B", into="A"))
    send(dispatch.DispatchTeam(incident="A", team="FS003", dispatch="d-3"))
    send(dispatch.ArriveTeam(dispatch="d-3"))
    send(dispatch.DepartTeam(dispatch="d-3"), REPLAY, source="radio")  # told after the arrival
    send(dispatch.DispatchTeam(incident="C", team="FS003", dispatch="d-4", divert=True))
    send(dispatch.ReleaseTeam(dispatch="d-3"))  # the real end of the diverted assignment
    send(dispatch.CorrectMilestone(dispatch="d-1", milestone="on_scene", to=play.now, reason="表慢"))
    send(entry.AddEntry(incident="A", milestone="left_scene", dispatch="d-1"))
    left = play.world.position
    send(entry.StrikeEntry(position=left, reason="不是这辆车"))
    send(entry.RestoreEntry(position=left, reason="是这辆车"))
    send(dispatch.CancelDispatch(dispatch="d-2", reason="not_needed"))
    send(team.TakeOutOfService(team="FS003", reason="故障"))


def _end(play: Play) -> None:
    send = play.accept
    send(dispatch.ReleaseTeam(dispatch="d-1"))
    send(incident.CloseIncident(incident="A", reason="处置完毕"))
    send(dispatch.ReturnTeam(dispatch="d-1"))
    send(incident.ReopenIncident(incident="A", reason="复燃"))
    send(dispatch.DispatchTeam(incident="A", team="FS001"))
    send(incident.CloseIncident(incident="C", reason="误报"))
