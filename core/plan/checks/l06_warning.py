"""L6 预警与响应联动: for every warning that its places are exposed to a plan says what happens; red and orange always mean action."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from core.plan.document import PlanDocument
from core.plan.finding import PlanFinding, Severity, about, found
from core.plan.parts import WarningAction
from core.plan.references import links
from core.plan.register import PlanVersion
from core.plan.view import View
from core.scales import WarningColour

COLOURS: dict[WarningColour, tuple[Severity, str]] = {
    WarningColour.RED: ("critical", "红色"),
    WarningColour.ORANGE: ("critical", "橙色"),
    WarningColour.YELLOW: ("warning", "黄色"),
    WarningColour.BLUE: ("notice", "蓝色"),
}
REPAIR = (
    "在 warning_actions 中写明动作；红色、橙色必须待命或启动（突发事件应对法第六十六至六十七条）。",
    "State the action in warning_actions; red and orange must mean stand-by or activation (应对法 Art. 66–67).",
)


def check(view: View, _as_of: date, plan: PlanVersion) -> Iterator[PlanFinding]:
    """Finds exposed types without an entry, here and (red, orange) in the plans warned by this one."""
    exposed = sorted(
        {kind for id in plan.document.covers.places if (place := view.place(id)) for kind in place.exposed}
    )
    if not exposed:
        return
    yield from _silent(plan, plan, exposed)
    for other in _warned(view, plan):
        yield from _silent(plan, other, exposed)


def _silent(plan: PlanVersion, reader: PlanVersion, exposed: list[str]) -> Iterator[PlanFinding]:
    """What `reader` has no action for; the finding is about `plan`."""
    entries = _entries(reader.document)
    zh, en = about(reader)
    for kind in exposed:
        for colour, (severity, words) in COLOURS.items():
            entry = entries.get((kind, colour))
            acts = entry is not None and (entry[1].action != "none" or severity != "critical")
            if acts or (reader is not plan and severity != "critical"):
                continue
            subject = f"{kind}/{colour.value}" if reader is plan else f"{kind}/{colour.value}/{reader.id}"
            own = f"warning_actions.{entry[0]}" if entry else "warning_actions"
            via_zh, via_en = (
                ("", "") if reader is plan else (f"（由 {plan.id} 预警通知）", f" (warned by {plan.id})")
            )
            yield found(
                "L6", plan, subject, severity,
                (
                    f"{zh}{via_zh}对 {kind} {words}预警无规定动作",
                    f"{en}{via_en} defines no action for a {colour.value} {kind} warning",
                ),
                REPAIR, own if reader is plan else "covers.places",
                type=kind, colour=colour.value, reader=reader.id,
            )  # fmt: skip


def _entries(document: PlanDocument) -> dict[tuple[str, WarningColour], tuple[int, WarningAction]]:
    return {
        (kind, colour): (index, action)
        for index, action in enumerate(document.warning_actions)
        for kind in action.type
        for colour in action.colour
    }


def _warned(view: View, plan: PlanVersion) -> list[PlanVersion]:
    """The plans that the warn links of this one reach."""
    reached: dict[str, PlanVersion] = {}
    for _, link in links(plan.document):
        if link.kind == "warn" and link.to.plan and (target := view.valid(link.to.plan)):
            reached[target.id] = target
        elif link.kind == "warn" and link.to.post:
            reached |= {
                taker.id: taker for taker in view.taking(link.to.post.partition("/")[0], plan.id, "warn")
            }
    return [reached[id] for id in sorted(reached)]
