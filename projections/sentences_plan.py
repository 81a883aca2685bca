"""What the events of plans, activations, tasks and links say to people; beside `sentences`."""

from __future__ import annotations

from typing import assert_never

from core import activation, link, task
from core.adoption import PlanAdopted, PlanRetired
from core.agreement import AgreementSigned
from core.drill import DrillRecorded
from core.register import TABLES_ENTERED, RegisterEntered
from core.scales import ResponseLevel
from projections.names import Names, Said, clock_time, short

PlanEvent = (
    PlanAdopted
    | PlanRetired
    | RegisterEntered
    | AgreementSigned
    | DrillRecorded
    | activation.ActivationProposed
    | activation.ProposalDeclined
    | activation.ActivationEvent
)

LINK_KINDS: dict[link.LinkKind, Said] = {
    "notify": Said("通报", "notice"),
    "activate": Said("启动请求", "request to activate"),
    "request": Said("支援请求", "request for support"),
    "hand_over": Said("指挥移交", "hand-over of command"),
    "warn": Said("警示", "warning"),
}
DECLINED: dict[link.DeclineReason, Said] = {
    "no_capacity": Said("无力量", "no capacity"),
    "not_ours": Said("不属职责", "not ours"),
    "unsafe": Said("不安全", "unsafe"),
    "other": Said("其他", "another reason"),
}


def level(value: ResponseLevel) -> Said:
    """A response level as people say it."""
    return Said(f"{value.value} 级", f"level {value.value}")


def say_plan(event: PlanEvent, names: Names) -> Said:
    """Of the register of plans, and of activations."""
    match event:
        case PlanAdopted():
            zh, en = names.plan(event.plan)
            return Said(f"发布预案{zh}第 {event.version} 版", f"Plan adopted: {en}, version {event.version}")
        case PlanRetired():
            zh, en = names.plan(event.plan)
            return Said(f"废止预案{zh}：{short(event.reason)}", f"Plan retired: {en}, {short(event.reason)}")
        case AgreementSigned():
            client, provider = names.organisation(event.client), names.organisation(event.provider)
            to = event.valid_to.isoformat()
            return Said(
                f"登记协议 {event.agreement}：{client.zh} 与 {provider.zh}，至 {to}",
                f"Agreement {event.agreement} entered: {client.en} with {provider.en}, until {to}",
            )
        case DrillRecorded():
            zh, en = names.plan(event.plan)
            day = event.held_on.isoformat()
            return Said(f"登记演练{zh}：{day}", f"Drill recorded: {en}, {day}")
        case RegisterEntered():
            count = sum(len(getattr(event.file, name)) for name in TABLES_ENTERED)
            return Said(f"登记册录入 {count} 条", f"Register: {count} rows entered")
        case activation.ProposalDeclined():
            zh, en = names.plan(event.plan)
            there, reason = names.incident(event.incident), short(event.reason)
            return Said(
                f"{there.zh}：未采纳启动{zh}的建议，{reason}",
                f"{there.en}: proposal for {en} declined, {reason}",
            )
        case activation.ActivationProposed():
            zh, en = names.plan(event.plan)
            who, there, at = names.post(event.authority), names.incident(event.incident), level(event.level)
            by = f"，{clock_time(event.due_at)} 前决定" if event.due_at is not None else ""
            by_en = f", to decide by {clock_time(event.due_at)}" if event.due_at is not None else ""
            return Said(
                f"{there.zh}：建议启动{zh}{at.zh}响应，由 {who.zh}决定{by}",
                f"{there.en}: {en} proposed at {at.en}, for {who.en}{by_en}",
            )
        case _:
            return _of_activation(event, names)


def _of_activation(event: activation.ActivationEvent, names: Names) -> Said:
    there = names.incident(event.incident)
    zh, en = names.plan_of(event.activation, getattr(event, "plan", None))
    match event:
        case activation.PlanStoodBy():
            return Said(
                f"{there.zh}：{zh}预警启动，{short(event.reason)}",
                f"{there.en}: {en} on stand-by, {short(event.reason)}",
            )
        case activation.PlanStoodDown():
            return Said(
                f"{there.zh}：{zh}解除预警响应，{short(event.reason)}",
                f"{there.en}: {en} stood down, {short(event.reason)}",
            )
        case activation.PlanActivated():
            at = level(event.level)
            return Said(f"{there.zh}：启动{zh}{at.zh}响应", f"{there.en}: {en} activated at {at.en}")
        case activation.ResponseLevelChanged():
            before, after = level(event.before), level(event.level)
            higher = event.before < event.level
            return Said(
                f"{there.zh}：{zh}响应{'升' if higher else '降'}为{after.zh}（原 {before.zh}）",
                f"{there.en}: {en} {'raised' if higher else 'lowered'} from {before.en} to {after.en}",
            )
        case activation.ActivationReleased():
            return Said(
                f"{there.zh}：上级同意{zh}先行结束，{short(event.conditions)}",
                f"{there.en}: {en} released by the upper plan, {short(event.conditions)}",
            )
        case activation.ResponseEnded():
            without = "、".join(event.missing)
            return Said(
                f"{there.zh}：{zh}响应解除，{short(event.reason)}"
                + (f"；缺少依据 {without}" if without else ""),
                f"{there.en}: response of {en} ended, {short(event.reason)}"
                + (f"; without evidence for {', '.join(event.missing)}" if without else ""),
            )
        case _:
            assert_never(event)


def say_task(event: task.TaskEvent, names: Names) -> Said:
    """Of a task, by its title and its post."""
    there = names.incident(event.incident)
    zh, en = names.task(event.task)
    match event:
        case task.TaskOpened():
            by = f"，限 {clock_time(event.due_at)}" if event.due_at is not None else ""
            by_en = f", due {clock_time(event.due_at)}" if event.due_at is not None else ""
            return Said(f"{there.zh}：下达任务 {zh}{by}", f"{there.en}: task given, {en}{by_en}")
        case task.TaskStarted():
            return Said(f"{there.zh}：开始任务 {zh}", f"{there.en}: task started, {en}")
        case task.TaskCompleted():
            what = f"，{short(event.evidence)}" if event.evidence else ""
            what_en = f", {short(event.evidence)}" if event.evidence else ""
            return Said(f"{there.zh}：完成任务 {zh}{what}", f"{there.en}: task completed, {en}{what_en}")
        case task.TaskSkipped():
            reason = short(event.reason)
            return Said(f"{there.zh}：跳过任务 {zh}，{reason}", f"{there.en}: task skipped, {en}, {reason}")
        case _:
            assert_never(event)


def say_link(event: link.LinkEvent, names: Names) -> Said:
    """Of a link: from which plan, of what kind, to whom."""
    there = names.incident(event.incident)
    known = names.link(event.link)
    if isinstance(event, link.LinkOpened):
        kind, to = LINK_KINDS[event.kind], names.post(event.to_post)
        plan = names.plan(event.plan)
        return Said(
            f"{there.zh}：{plan.zh}向 {to.zh}发出{kind.zh}（{event.link}）",
            f"{there.en}: {plan.en}, {kind.en} sent to {to.en} ({event.link})",
        )
    kind = LINK_KINDS[known.kind] if known is not None else Said("衔接", "link")
    to = names.post(known.to_post) if known is not None else Said("", "the addressee")
    zh, en = f"{there.zh}：{to.zh}", f"{there.en}: {to.en}"
    match event:
        case link.LinkAcknowledged():
            return _late(
                event.late, f"{zh} 收悉{kind.zh} {event.link}", f"{en} has read the {kind.en} {event.link}"
            )
        case link.LinkAccepted():
            what = f"，{short(event.coming)}" if event.coming else ""
            what_en = f", {short(event.coming)}" if event.coming else ""
            return _late(
                event.late,
                f"{zh} {'按预案自动' if event.automatic else ''}接受{kind.zh} {event.link}{what}",
                f"{en} accepted the {kind.en} {event.link}{' by its own plan' if event.automatic else ''}{what_en}",
            )
        case link.LinkDeclined():
            why = DECLINED[event.reason]
            text = f"，{short(event.text)}" if event.text else ""
            text_en = f", {short(event.text)}" if event.text else ""
            then = f"，改发 {event.fallback}" if event.fallback else ""
            then_en = f"; {event.fallback} was sent instead" if event.fallback else ""
            return _late(
                event.late,
                f"{zh} 拒绝{kind.zh} {event.link}（{why.zh}）{text}{then}",
                f"{en} declined the {kind.en} {event.link} ({why.en}){text_en}{then_en}",
            )
        case link.LinkTimedOut():
            due = clock_time(event.due_at)
            return Said(
                f"{zh} 超时未答复{kind.zh} {event.link}，应于 {due} 前",
                f"{en} has not answered the {kind.en} {event.link}, due {due}",
            )
        case link.LinkEscalated():
            up = names.post(event.to_post)
            return Said(
                f"{there.zh}：{kind.zh} {event.link} 升级至 {up.zh}（第 {event.step} 次）",
                f"{there.en}: {kind.en} {event.link} escalated to {up.en} (step {event.step})",
            )
        case link.LinkSatisfied():
            return Said(
                f"{there.zh}：{kind.zh} {event.link} 已满足，目标预案已在响应（{event.by}）",
                f"{there.en}: {kind.en} {event.link} satisfied, the target is active already ({event.by})",
            )
        case _:
            assert_never(event)


def _late(late: bool, zh: str, en: str) -> Said:
    return Said(f"{zh}（超时）", f"{en} (after its time)") if late else Said(zh, en)
