"""L5 指挥权移交: a plan that escalates says to whom command passes, on what, with which briefing, signed by whom, how fast."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from core.plan.checks.resolve import Resolved, post
from core.plan.document import BRIEFING, HandOver
from core.plan.finding import PlanFinding, about, found
from core.plan.register import PlanVersion
from core.plan.view import View

CITATION = "708号令第二十至二十一条，消防法第四十五条 / 708号令 Art. 20–21, 消防法 Art. 45"


def check(view: View, as_of: date, plan: PlanVersion) -> Iterator[PlanFinding]:
    """Finds a hand-over that is missing or incomplete, and one that the receiver's plans do not take."""
    if plan.document.expand is None:
        return
    zh, en = about(plan)
    lacking = _lacking(view, as_of, plan.document.hand_over or HandOver())
    if lacking:
        yield found(
            "L5", plan, "hand_over", "critical",
            (
                f"{zh}未写明指挥权移交给谁、交接什么：缺 {'、'.join(word[0] for word in lacking)}",
                f"{en} does not say to whom command passes or what is briefed: lacks {', '.join(word[1] for word in lacking)}",
            ),
            (f"补全 hand_over（{CITATION}）。", f"Complete hand_over ({CITATION})."),
            "hand_over" if plan.document.hand_over else "expand",
            lacking=", ".join(word[1] for word in lacking),
        )  # fmt: skip
    receiver = plan.document.hand_over.to if plan.document.hand_over else None
    if receiver and not view.taking(receiver.partition("/")[0], plan.id, "hand_over"):
        yield found(
            "L5", plan, "hand_over/to", "critical",
            (
                f"{zh}将指挥权移交 {receiver}，但对方预案未承接移交",
                f"{en} hands command to {receiver}; no plan of the receiver takes it",
            ),
            (
                f"由接收方在 links_in 中写入 {{from: {plan.id}, kind: hand_over, …}}。",
                f"Let the receiver add {{from: {plan.id}, kind: hand_over, …}} to links_in.",
            ),
            "hand_over.to",
            receiver=receiver,
        )  # fmt: skip


def _lacking(view: View, as_of: date, hand_over: HandOver) -> list[tuple[str, str]]:
    lacking: list[tuple[str, str]] = []
    if hand_over.condition is None:
        lacking.append(("移交条件", "condition"))
    if hand_over.from_ is None:
        lacking.append(("移交岗位", "handing post"))
    if hand_over.to is None or post(view, as_of, hand_over.to) is not Resolved.HERE:
        lacking.append(("现有的接收岗位", "existing receiving post"))
    lacking += [words for item, words in BRIEFING.items() if item not in hand_over.briefing]
    if set(hand_over.signed_by) != {"from", "to"}:
        lacking.append(("双方签字", "both signatures"))
    if hand_over.within is None:
        lacking.append(("时限", "time limit"))
    return lacking
