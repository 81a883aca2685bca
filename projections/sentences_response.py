"""What orders, warnings, dangers, reports, findings and deadlines say to people; beside `sentences`."""

from __future__ import annotations

from typing import assert_never

from core import control, finding, hazard, warning
from core.report import ReportFiled, ReportKind
from core.scales import WarningColour
from projections.names import Names, Said, clock_time, short

ResponseEvent = (
    control.ControlEvent
    | warning.WarningEvent
    | hazard.HazardEvent
    | ReportFiled
    | finding.FindingEvent
    | finding.ObligationEvent
)

CONTROL_KINDS: dict[control.ControlKind, Said] = {
    "traffic": Said("交通管制", "traffic control"),
    "cordon": Said("警戒", "cordon"),
    "evacuation": Said("疏散", "evacuation"),
    "shelter_in_place": Said("就地避险", "shelter in place"),
}
COLOURS: dict[WarningColour, Said] = {
    WarningColour.RED: Said("红色", "red"),
    WarningColour.ORANGE: Said("橙色", "orange"),
    WarningColour.YELLOW: Said("黄色", "yellow"),
    WarningColour.BLUE: Said("蓝色", "blue"),
}
HAZARD_TYPES = {
    "typhoon": Said("台风", "typhoon"),
    "rainstorm": Said("暴雨", "rainstorm"),
    "thunderstorm": Said("雷电", "thunderstorm"),
    "gale": Said("大风", "gale"),
    "snow": Said("暴雪", "snow"),
    "cold_wave": Said("寒潮", "cold wave"),
    "heat": Said("高温", "heat"),
    "fog": Said("大雾", "fog"),
    "icing": Said("道路结冰", "icing"),
    "flood": Said("洪水", "flood"),
    "geological": Said("地质灾害", "geological hazard"),
}
REPORT_KINDS: dict[ReportKind, Said] = {
    "first": Said("首报", "first report"),
    "supplement": Said("续报", "supplementary report"),
    "final": Said("终报", "final report"),
}
SEVERITIES: dict[finding.Severity, Said] = {
    "critical": Said("严重", "critical"),
    "warning": Said("警告", "warning"),
    "notice": Said("提示", "notice"),
}


def hazard_type(code: str) -> Said:
    """A type of weather or hazard, by name where it is known."""
    return HAZARD_TYPES.get(code, Said(code, code))


def say(event: ResponseEvent, names: Names) -> Said:
    """The sentence of one event of the response."""
    match event:
        case (
            control.ControlOrdered()
            | control.ControlPutInForce()
            | control.ControlAmended()
            | control.ControlReviewed()
            | control.ControlLifted()
        ):
            return _of_control(event, names)
        case (
            warning.WarningIssued()
            | warning.SignalRelayed()
            | warning.WarningAcknowledged()
            | warning.WarningUpdated()
            | warning.WarningCancelled()
        ):
            return _of_warning(event, names)
        case hazard.HazardContentsDeclared() | hazard.CrowdReadingRecorded() | hazard.CrowdMeasureDecided():
            return _of_hazard(event)
        case ReportFiled():
            return _of_report(event, names)
        case _:
            return _of_finding(event, names)


def _of_control(event: control.ControlEvent, names: Names) -> Said:
    there = names.incident(event.incident)
    known = names.control(event.control)
    area = known.area if known is not None else getattr(event, "area", event.control)
    kind = CONTROL_KINDS[known.kind] if known is not None else Said("管制", "order")
    zh, en = (
        f"{there.zh}：{area} {kind.zh}（{event.control}）",
        f"{there.en}: {kind.en} {area} ({event.control})",
    )
    match event:
        case control.ControlOrdered():
            by = names.organisation(event.executing)
            reason = short(event.reason)
            return Said(
                f"{zh} 已下达，由 {by.zh} 执行：{reason}",
                f"{en} ordered, to be carried out by {by.en}: {reason}",
            )
        case control.ControlPutInForce():
            return Said(f"{zh} 已生效", f"{en} in force")
        case control.ControlAmended():
            change = short(event.change)
            return Said(
                f"{zh} 调整为第 {event.version} 版：{change}",
                f"{en} amended, version {event.version}: {change}",
            )
        case control.ControlReviewed():
            return Said(f"{zh} 已复核：{short(event.reason)}", f"{en} reviewed: {short(event.reason)}")
        case control.ControlLifted():
            return Said(f"{zh} 已解除：{short(event.reason)}", f"{en} lifted: {short(event.reason)}")
        case _:
            assert_never(event)


def _of_warning(event: warning.WarningEvent, names: Names) -> Said:
    match event:
        case warning.WarningIssued() | warning.SignalRelayed():
            kind, colour = hazard_type(event.hazard_type), COLOURS[event.colour]
            if isinstance(event, warning.WarningIssued):
                return Said(
                    f"发布{kind.zh}{colour.zh}预警（{event.warning}）：{event.area}",
                    f"Warning issued: {colour.en} {kind.en} ({event.warning}), {event.area}",
                )
            return Said(
                f"转发{kind.zh}{colour.zh}预警信号（{event.warning}，{event.issuer}）：{event.area}",
                f"Signal relayed: {colour.en} {kind.en} ({event.warning}, {event.issuer}), {event.area}",
            )
        case warning.WarningAcknowledged():
            who, (zh, en) = names.post(event.post), names.warning(event.warning)
            return Said(f"{who.zh} 收悉预警 {zh}", f"{who.en} has the warning {en}")
        case warning.WarningUpdated():
            colour = COLOURS[event.colour]
            return Said(
                f"预警 {event.warning} 变更为{colour.zh}：{short(event.text)}",
                f"Warning {event.warning} changed to {colour.en}: {short(event.text)}",
            )
        case warning.WarningCancelled():
            reason = short(event.reason)
            return Said(
                f"预警 {event.warning} 解除：{reason}", f"Warning {event.warning} cancelled: {reason}"
            )
        case _:
            assert_never(event)


def _of_hazard(event: hazard.HazardEvent) -> Said:
    match event:
        case hazard.HazardContentsDeclared():
            contents = short(event.contents)
            return Said(
                f"申报 {event.hazard} 储存物质：{contents}",
                f"Contents of {event.hazard} declared: {contents}",
            )
        case hazard.CrowdReadingRecorded():
            return Said(
                f"{event.point} 客流 {event.value} 人（阈值 {event.threshold}）",
                f"{event.point}: {event.value} people counted (threshold {event.threshold})",
            )
        case hazard.CrowdMeasureDecided():
            measure, reason = short(event.measure), short(event.reason)
            observed = event.measure == hazard.OBSERVE
            return Said(
                f"{event.point} 客流处置：{'观察' if observed else measure}，{reason}",
                f"{event.point}, crowd measure decided: {measure}, {reason}",
            )
        case _:
            assert_never(event)


def _of_report(event: ReportFiled, names: Names) -> Said:
    there, to, kind = names.incident(event.incident), names.post(event.to), REPORT_KINDS[event.kind]
    number = f"第 {event.number} 次" if event.kind == "supplement" else ""
    late = -(-event.late_s // 60)
    return Said(
        f"{there.zh}：向 {to.zh}{number}{kind.zh}" + (f"（迟 {late} 分钟）" if late else ""),
        f"{there.en}: {kind.en} to {to.en}" + (f" ({late} min late)" if late else ""),
    )


def _of_finding(event: finding.FindingEvent | finding.ObligationEvent, names: Names) -> Said:
    match event:
        case finding.FindingRaised():
            grave = SEVERITIES[event.severity]
            return Said(f"【{event.rule} {grave.zh}】{event.zh}", f"[{event.rule} {grave.en}] {event.en}")
        case finding.FindingCleared():
            note, about = f"，{short(event.note)}" if event.note else "", _about(event.finding)
            note_en = f", {short(event.note)}" if event.note else ""
            return Said(
                f"发现消除：{event.rule} {about}{note}", f"Finding cleared: {event.rule} {about}{note_en}"
            )
        case finding.FindingAcknowledged():
            known, about = names.finding(event.finding), _about(event.finding)
            said = Said(known.zh, known.en) if known is not None else Said(about, about)
            return Said(f"认领发现 {event.rule}：{said.zh}", f"Finding {event.rule} taken on: {said.en}")
        case finding.ObligationMissed():
            who, due, about = names.post(event.owner), clock_time(event.due_at), _about(event.obligation)
            return Said(
                f"时限已过：{who.zh}，{event.kind} {about}，应于 {due} 前",
                f"Deadline missed: {who.en}, {event.kind} {about}, due {due}",
            )
        case finding.ObligationWaived():
            reason, about = short(event.reason), event.obligation.replace("|", " ")
            return Said(f"豁免时限 {about}：{reason}", f"Deadline waived, {about}: {reason}")
        case _:
            assert_never(event)


def _about(id: str) -> str:
    """What a finding or an obligation is about, of its id rule|subject|position."""
    return id.partition("|")[2].rpartition("|")[0] or id
