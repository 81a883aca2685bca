"""L8 救援协议: an enterprise without a team of its own for its hazards has a valid rescue agreement or a share in a joint team.

《意见》三(十) asks for the agreement; 708号令 Art. 10 permits it and asks for named part-time rescuers. Hence the two severities.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from core.plan.finding import PlanFinding, about, found
from core.plan.register import PlanVersion
from core.plan.rows import AgreementRow, HazardRow
from core.plan.view import View

CITATION = "《意见》三(十)；708号令第十条 / 《意见》 3(10); 708号令 Art. 10"


def check(view: View, as_of: date, plan: PlanVersion) -> Iterator[PlanFinding]:
    """Finds hazards of an enterprise that no team, joint team or valid agreement covers, and agreements about to end."""
    owner = view.organisation(plan.document.owner)
    if owner is None or owner.level != "enterprise":
        return
    for id in plan.document.covers.hazards:
        hazard = view.hazard(id)
        if hazard and hazard.organisation == owner.id:
            for capability in hazard.needs:
                yield from _covered(view, as_of, plan, hazard, capability)


def _covered(
    view: View, as_of: date, plan: PlanVersion, hazard: HazardRow, capability: str
) -> Iterator[PlanFinding]:
    owner = plan.document.owner
    if _has_team(view, owner, capability):
        return
    agreements = view.agreements_of(owner)
    faults = {agreement.id: _fault(view, as_of, agreement, hazard, capability) for agreement in agreements}
    good = [agreement for agreement in agreements if faults[agreement.id] is None]
    subject = f"{hazard.id}/{capability}"
    row = view.organisation(owner)
    zh = row.name.zh if row else owner
    if good:
        last = max((agreement.valid.to or date.max, agreement.id) for agreement in good)
        left = (last[0] - as_of).days
        limit = view.limits.agreement_expiring_days
        if left <= limit.value:
            yield found(
                "L8", plan, subject, "warning",
                (
                    f"{zh} 的救援协议 {last[1]} 还有 {left} 天到期（提醒期 {limit.value} 天：{limit.citation}）",
                    f"{owner}: rescue agreement {last[1]} ends in {left} days (limit {limit.value}: {limit.citation})",
                ),
                ("续签协议。", "Renew the agreement."),
                "covers.hazards",
                agreement=last[1], days=left,
            )  # fmt: skip
        return
    reasons = [f"{id}: {fault[0]}" for id, fault in faults.items() if fault] or ["没有协议"]
    reasons_en = [f"{id}: {fault[1]}" for id, fault in faults.items() if fault] or ["no agreement"]
    part_time = any(capability in row.capabilities and row.count > 0 for row in view.part_time_of(owner))
    if part_time:
        reasons.append("仅有兼职应急救援人员")
        reasons_en.append("only part-time rescuers are named")
    yield found(
        "L8", plan, subject, "warning" if part_time else "critical",
        (
            f"{zh} 无专业队伍，且无有效救援协议：{'；'.join(reasons)}",
            f"{about(plan)[1]}: {owner} has no team and no valid rescue agreement: {'; '.join(reasons_en)}",
        ),
        (
            f"与具备 {capability} 能力的邻近队伍签订协议或联合建队（{CITATION}）。",
            f"Sign with a neighbouring team capable of {capability}, or found a joint one ({CITATION}).",
        ),
        "covers.hazards",
        hazard=hazard.id, capability=capability, kind=hazard.kind,
    )  # fmt: skip


def _has_team(view: View, organisation: str, capability: str) -> bool:
    return any(team.in_service and capability in team.capabilities for team in view.teams_of(organisation))


def _fault(
    view: View, as_of: date, agreement: AgreementRow, hazard: HazardRow, capability: str
) -> tuple[str, str] | None:
    """What is wrong with an agreement for this hazard, or None."""
    if hazard.kind not in agreement.hazards:
        return f"不包括 {hazard.kind}", f"does not cover {hazard.kind}"
    if not agreement.valid.covers(as_of):
        to = agreement.valid.to
        ended = to is not None and to < as_of
        return (f"已于 {to} 到期", f"ended on {to}") if ended else ("尚未生效", "is not yet valid")
    signers = {post.partition("/")[0] for post in agreement.signed_by}
    if not {agreement.client, agreement.provider} <= signers:
        return "双方未签字", "is not signed by both"
    if not _has_team(view, agreement.provider, capability):
        return (
            f"提供方没有登记 {capability} 能力的队伍",
            f"the provider has no registered team for {capability}",
        )
    if agreement.minutes is None:
        return "未承诺到场时间", "promises no minutes"
    return None
