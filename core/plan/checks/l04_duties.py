"""L4 职责闭合: what a plan gives to others, they have taken on in a plan of their own or by agreement."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from core.plan.document import LINKED_BOTH_ENDS, PlanLink
from core.plan.finding import PlanFinding, about, found
from core.plan.references import links, tasks
from core.plan.register import PlanVersion
from core.plan.rows import AgreementRow
from core.plan.values import LINK_KINDS
from core.plan.view import View


def check(view: View, as_of: date, plan: PlanVersion) -> Iterator[PlanFinding]:
    """Finds duties nobody accepted, links nobody takes, and (notice) links in that nobody sends."""
    owner = plan.document.owner
    zh, en = about(plan)
    for path, task in tasks(plan.document):
        other = task.post.partition("/")[0]
        if other != owner and not view.accepting(other, task.duty):
            yield found(
                "L4", plan, task.id, "critical",
                (
                    f"{zh}指派 {_name(view, other)} 承担「{task.duty}」，但 {other} 的预案未承接",
                    f"{en} relies on {other} for {task.duty}; no plan of {other} accepts it",
                ),
                (
                    f"由 {other} 在其有效预案的 accepts 中写入 {task.duty}，或改派。",
                    f"Let {other} add {task.duty} to `accepts` of a valid plan, or give the duty to somebody else.",
                ),
                path,
                organisation=other, duty=task.duty,
            )  # fmt: skip
    for path, link in links(plan.document):
        if link.kind in LINKED_BOTH_ENDS and not _taken(view, plan, link):
            target = link.to.plan or link.to.post or ""
            kind = LINK_KINDS[link.kind]
            agreements = _agreements(view, plan, link)
            if any(agreement.valid.covers(as_of) for agreement in agreements):
                continue
            if agreements:
                # Whether the enterprise is left without help is L8's question; here the link rests on a paper that has lapsed.
                lapsed = "、".join(agreement.id for agreement in agreements)
                yield found(
                    "L4", plan, link.id, "warning",
                    (
                        f"{zh}的 {link.id} 所依据的协议 {lapsed} 不在有效期内",
                        f"{link.id} of {en} rests on {lapsed}, which is not valid",
                    ),
                    ("续签协议，或由对方预案承接。", "Renew the agreement, or let a plan of the receiver take the link."),
                    path,
                    link=link.id, target=target, agreement=lapsed,
                )  # fmt: skip
                continue
            yield found(
                "L4", plan, link.id, "critical",
                (
                    f"{zh}的 {link.id} 向 {target} {kind[0]}，但对方预案未承接",
                    f"{link.id} of {en}: no plan at {target} takes the link ({kind[1]})",
                ),
                (
                    f"由对方在 links_in 中写入 {{from: {plan.id}, kind: {link.kind}, …}}，或签订协议。",
                    f"Let the receiver add {{from: {plan.id}, kind: {link.kind}, …}} to links_in, or sign an agreement.",
                ),
                path,
                link=link.id, target=target,
            )  # fmt: skip
    for index, taken in enumerate(plan.document.links_in):
        sender = view.valid(taken.from_)
        sent = sender is not None and any(
            link.kind == taken.kind
            and (link.to.plan == plan.id or (link.to.post or "").partition("/")[0] == owner)
            for _, link in links(sender.document)
        )
        if not sent:
            yield found(
                "L4", plan, f"links_in/{taken.from_}/{taken.kind}", "notice",
                (
                    f"{zh}承接 {taken.from_} 的{LINK_KINDS[taken.kind][0]}，但对方没有这一衔接",
                    f"{en} takes a link ({taken.kind}) from {taken.from_} that nobody sends",
                ),
                ("删去该项，或由对方补上衔接。", "Remove the entry, or let the sender add the link."),
                f"links_in.{index}",
                sender=taken.from_, kind=taken.kind,
            )  # fmt: skip


def _name(view: View, id: str) -> str:
    row = view.organisation(id)
    return row.name.zh if row else id


def _taken(view: View, plan: PlanVersion, link: PlanLink) -> bool:
    """Does a plan of the receiver take the link?"""
    if link.to.plan:
        receiver = view.valid(link.to.plan)
        return receiver is not None and any(
            taken.from_ == plan.id and taken.kind == link.kind for taken in receiver.document.links_in
        )
    other = (link.to.post or "").partition("/")[0]
    return other == plan.document.owner or bool(view.taking(other, plan.id, link.kind))


def _agreements(view: View, plan: PlanVersion, link: PlanLink) -> list[AgreementRow]:
    """For a request: the owner's agreements with the provider about what is asked, valid or not."""
    if link.kind != "request" or link.to.post is None:
        return []
    other = link.to.post.partition("/")[0]
    return [
        agreement
        for agreement in view.agreements_of(plan.document.owner)
        if agreement.provider == other and (link.asks in agreement.capabilities or not agreement.capabilities)
    ]
