"""What each event says to people: one whole sentence in Chinese and in English. A new event that has none stops the type checker."""

from __future__ import annotations

from typing import assert_never

from core import clock, incident, leadership, organisation, team
from core.casualty import CasualtiesRecorded
from core.catalogue import AnyEvent
from core.entry import EntryAdded, EntryRestored, EntryStruck
from core.kinds import FIELDS
from core.messages import Actor
from core.operation import CommandRefused, OperationOpened
from projections import sentences_dispatch
from projections.names import MILESTONES, Names, Said, clock_time, short

_SLOTS = {
    "overall": Said("总指挥", "overall command"),
    "fireground": Said("火场总指挥", "fireground command"),
}
_FIGURES = (
    ("dead", "死亡", "dead", "人"),
    ("serious", "重伤", "seriously injured", "人"),
    ("injured", "轻伤", "injured", "人"),
    ("missing", "失联", "missing", "人"),
    ("loss_yuan", "直接经济损失", "yuan of loss", "元"),
)
_TAGS = {
    "hazard_open": Said("险情未除", "hazard open"),
    "substance": Said("危险物质", "substance"),
    "stand_down": Said("解除响应", "stand down"),
    "release": Said("解除", "release"),
    "no_evacuation": Said("不疏散", "no evacuation"),
    "no_response": Said("不启动响应", "no response"),
    "review": Said("复盘", "review"),
    "mayday": Said("求救", "mayday"),
    "explosion": Said("爆炸", "explosion"),
    "collapse": Said("坍塌", "collapse"),
    "one_way_breached": Said("逆行", "one way breached"),
    "command_claimed": Said("宣称指挥", "command claimed"),
}


def say(event: AnyEvent, names: Names, actor: Actor) -> Said:
    """The sentence of one event, with the names of the world as it stands after it."""
    match event:
        case OperationOpened():
            return Said(f"作业面开设：{event.title}", f"Operation opened: {event.title}")
        case CommandRefused():
            who = names.post(actor.post_id)
            return Said(f"{who.zh}：被拒绝。{event.zh}", f"{who.en}: refused. {event.en}")
        case (
            clock.ClockStarted()
            | clock.ClockJumped()
            | clock.ClockRateChanged()
            | clock.ClockPaused()
            | clock.ClockResumed()
        ):
            return _of_clock(event)
        case (
            organisation.OrganisationRegistered()
            | organisation.OrganisationRenamed()
            | organisation.OrganisationMerged()
            | organisation.OrganisationDissolved()
            | organisation.PostOpened()
            | organisation.PostClosed()
        ):
            return _of_organisation(event, names)
        case (
            team.TeamRegistered()
            | team.TeamAmended()
            | team.TeamTakenOutOfService()
            | team.TeamReturnedToService()
        ):
            return _of_team(event, names)
        case (
            incident.IncidentReported()
            | incident.IncidentVerified()
            | incident.IncidentAmended()
            | incident.MajorIncidentDeclared()
            | incident.IncidentsLinked()
            | incident.IncidentMerged()
            | incident.IncidentUnmerged()
            | incident.IncidentClosed()
            | incident.IncidentReopened()
        ):
            return _of_incident(event, names)
        case CasualtiesRecorded():
            return _of_casualties(event, names)
        case EntryAdded():
            return _of_entry(event, names)
        case EntryStruck():
            return Said(
                f"划销记录 #{event.corrects}：{short(event.reason)}",
                f"Entry #{event.corrects} struck: {short(event.reason)}",
            )
        case EntryRestored():
            return Said(
                f"恢复记录 #{event.corrects}：{short(event.reason)}",
                f"Entry #{event.corrects} restored: {short(event.reason)}",
            )
        case leadership.CommandOffered() | leadership.CommandTransferred():
            return _of_leadership(event, names)
        case _:
            return sentences_dispatch.say(event, names)


def _of_clock(event: clock.ClockEvent) -> Said:
    match event:
        case clock.ClockStarted():
            at, rate = clock_time(event.at), f"{event.rate_n}/{event.rate_d}"
            return Said(f"演练时钟启动于 {at}，速率 {rate}", f"Exercise clock started at {at}, rate {rate}")
        case clock.ClockJumped():
            to = clock_time(event.to)
            return Said(f"演练时钟跳转至 {to}", f"Exercise clock moved to {to}")
        case clock.ClockRateChanged():
            rate = f"{event.rate_n}/{event.rate_d}"
            return Said(f"演练时钟变速为 {rate}", f"Exercise clock rate changed to {rate}")
        case clock.ClockPaused():
            return Said("演练暂停", "Exercise paused")
        case clock.ClockResumed():
            return Said("演练恢复", "Exercise resumed")
        case _:
            assert_never(event)


def _of_organisation(event: organisation.OrganisationEvent, names: Names) -> Said:
    zh, en = names.organisation(event.organisation)
    match event:
        case organisation.OrganisationRegistered():
            return Said(f"登记组织：{zh}", f"Organisation registered: {en}")
        case organisation.OrganisationRenamed():
            return Said(f"组织 {event.organisation} 更名为 {zh}", f"{event.organisation} is now called {en}")
        case organisation.OrganisationMerged():
            into = names.organisation(event.into)
            return Said(f"{zh} 并入 {into.zh}", f"{en} merged into {into.en}")
        case organisation.OrganisationDissolved():
            return Said(f"{zh} 撤销：{short(event.reason)}", f"{en} dissolved: {short(event.reason)}")
        case organisation.PostOpened():
            name = event.name
            return Said(f"{zh} 设岗：{name.zh}", f"{en}: post opened, {name.en or name.zh}")
        case organisation.PostClosed():
            return Said(f"{zh} 撤岗：{event.post}", f"{en}: post closed, {event.post}")
        case _:
            assert_never(event)


def _of_team(event: team.TeamEvent, names: Names) -> Said:
    zh, en = names.team(event.team)
    match event:
        case team.TeamRegistered():
            return Said(f"登记队伍：{zh}", f"Team registered: {en}")
        case team.TeamAmended():
            return Said(f"队伍信息变更：{zh}", f"Team amended: {en}")
        case team.TeamTakenOutOfService():
            reason = short(event.reason)
            if event.incident is None:
                return Said(f"{zh} 停用：{reason}", f"{en} out of service: {reason}")
            there = names.incident(event.incident)
            return Said(
                f"{zh} 停用，{there.zh} 的任务中止：{reason}",
                f"{en} out of service, its assignment to {there.en} failed: {reason}",
            )
        case team.TeamReturnedToService():
            return Said(f"{zh} 恢复待命", f"{en} back in service")
        case _:
            assert_never(event)


def _of_incident(event: incident.IncidentEvent, names: Names) -> Said:
    zh, en = names.incident(event.incident)
    match event:
        case incident.IncidentReported():
            kind, text = names.kind(event.kind), f" {short(event.text)}" if event.text else ""
            return Said(f"接报：{kind.zh} {zh}{text}", f"Reported: {kind.en}, {en}{text}")
        case incident.IncidentVerified():
            reason = short(event.reason)
            if event.real:
                return Said(f"{zh} 已核实：{reason}", f"{en} verified: {reason}")
            return Said(f"{zh} 判为误报：{reason}", f"{en} judged a false report: {reason}")
        case incident.IncidentAmended():
            zh_parts: list[str] = []
            en_parts: list[str] = []
            if event.kind is not None:
                kind = names.kind(event.kind)
                zh_parts.append(f"种类 {kind.zh}")
                en_parts.append(f"kind {kind.en}")
            if event.field is not None:
                zh_parts.append(f"领域 {FIELDS[event.field][0]}")
                en_parts.append(f"field {FIELDS[event.field][1]}")
            if event.place is not None:
                zh_parts.append(f"地点 {event.place.text}")
                en_parts.append(f"place {event.place.text}")
            if event.said is not None:
                zh_parts.append(f"原词 {event.said}")
                en_parts.append(f"as said: {event.said}")
            return Said(
                f"{event.incident} 信息更正：{'、'.join(zh_parts)}",
                f"{event.incident} amended: {', '.join(en_parts)}",
            )
        case incident.MajorIncidentDeclared():
            who, reason = names.organisation(event.organisation), short(event.reason)
            return Said(
                f"{who.zh} 宣布 {zh} 为重大突发事件：{reason}",
                f"{who.en} declared {en} a major incident: {reason}",
            )
        case incident.IncidentsLinked():
            other, reason = names.incident(event.other), short(event.reason)
            return Said(f"{zh} 与 {other.zh} 关联：{reason}", f"{en} linked with {other.en}: {reason}")
        case incident.IncidentMerged():
            into = names.incident(event.into)
            return Said(f"{zh} 并入 {into.zh}", f"{en} merged into {into.en}")
        case incident.IncidentUnmerged():
            out_of = names.incident(event.out_of)
            return Said(f"{zh} 从 {out_of.zh} 撤销并案", f"{en} taken out of {out_of.en} again")
        case incident.IncidentClosed():
            return Said(f"{zh} 结案：{short(event.reason)}", f"{en} closed: {short(event.reason)}")
        case incident.IncidentReopened():
            return Said(f"{zh} 重新启动：{short(event.reason)}", f"{en} reopened: {short(event.reason)}")
        case _:
            assert_never(event)


def _of_casualties(event: CasualtiesRecorded, names: Names) -> Said:
    zh, en = names.incident(event.incident)
    stated = [
        (f"{zh_name} {value} {unit}", f"{value} {en_name}")
        for name, zh_name, en_name, unit in _FIGURES
        if (value := getattr(event, name)) is not None
    ]
    return Said(
        f"{zh} 伤亡登记：{'、'.join(part for part, _ in stated)}",
        f"{en}, casualties recorded: {', '.join(part for _, part in stated)}",
    )


def _of_entry(event: EntryAdded, names: Names) -> Said:
    zh_parts: list[str] = []
    en_parts: list[str] = []
    if event.tag is not None:
        tag = _TAGS.get(event.tag, Said(event.tag, event.tag))
        zh_parts.append(f"【{tag.zh}】")
        en_parts.append(f"[{tag.en}]")
    if event.milestone is not None:
        who, done = names.team(event.team or event.dispatch or "—"), MILESTONES[event.milestone]
        zh_parts.append(f"{who.zh} {done.zh}")
        en_parts.append(f"{who.en} {done.en}")
    if event.fact is not None:
        zh_parts.append(f"{event.fact}：{event.value}")
        en_parts.append(f"{event.fact}: {event.value}")
    if event.evidence is not None:
        zh_parts.append(f"条件“{event.condition}”的依据：{event.evidence}")
        en_parts.append(f"evidence for “{event.condition}”: {event.evidence}")
    if event.text is not None:
        zh_parts.append(short(event.text))
        en_parts.append(short(event.text))
    zh, en = names.incident(event.incident)
    return Said(f"{zh}：{' '.join(zh_parts)}", f"{en}: {' '.join(en_parts)}")


def _of_leadership(event: leadership.LeadershipEvent, names: Names) -> Said:
    zh, en = names.incident(event.incident)
    slot, to = _SLOTS[event.slot], names.post(event.to_post)
    match event:
        case leadership.CommandOffered():
            return Said(
                f"{zh}：拟将{slot.zh}移交 {to.zh}，待接受",
                f"{en}: {slot.en} offered to {to.en}, not yet taken",
            )
        case leadership.CommandTransferred():
            if event.assumed:
                reason = short(event.reason or "—")
                return Said(
                    f"{zh}：{to.zh} 接管{slot.zh}：{reason}", f"{en}: {to.en} assumed {slot.en}: {reason}"
                )
            return Said(f"{zh}：{to.zh} 任{slot.zh}", f"{en}: {to.en} took {slot.en}")
        case _:
            assert_never(event)
