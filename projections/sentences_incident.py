"""What the events of an incident say to people: its reports and figures, its entries, who commands; beside `sentences`."""

from __future__ import annotations

from typing import assert_never

from core import incident, leadership
from core.casualty import CasualtiesRecorded
from core.entry import EntryAdded
from core.kinds import FIELDS
from projections.names import MILESTONES, Names, Said, short

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


def of_incident(event: incident.IncidentEvent, names: Names) -> Said:
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


def of_casualties(event: CasualtiesRecorded, names: Names) -> Said:
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


def of_entry(event: EntryAdded, names: Names) -> Said:
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


def of_leadership(event: leadership.LeadershipEvent, names: Names) -> Said:
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
