"""A wide set of plans in one organisation: one of them draws in all the others by itself, each with its tasks."""

from __future__ import annotations

from core.adoption import AdoptPlans
from tests.plans.waived import WAIVED

ROOT_PLAN = "fan-0"


def fan(plans: int, tasks: int, owner: str = "gov") -> list[str]:
    """The files of `plans` plans; `fan-0` activates all others, and each opens `tasks` tasks for the owner's duty desk."""
    post = f"{owner}/duty"
    sources: list[str] = []
    for number in range(plans):
        lines = [
            f"format: liandong-plan/1\nid: fan-{number}\nversion: 1\ntitle: 第{number}号预案\nowner: {owner}",
            "kind: government_special\nfields: [hazmat]\nvalid: {from: 2020-01-01, to: 2099-12-31}",
            f"approval: {{by: {post}}}\nlevels:\n  IV:",
            f"    start: {{mode: decision, decide_within: PT5M, authority: {post}, when: {{fact: offsite_effect, op: is, value: true}}}}",
            "    tasks:",
        ]
        lines += [
            f"      - {{id: t{task}, title: 第{number}-{task}项任务, post: {post}, duty: a.b, within: PT30M, evidence: entry}}"
            for task in range(tasks)
        ]
        if number == 0 and plans > 1:
            lines.append("    links_out:")
            lines += [
                f"      - {{id: l{other}, kind: activate, to: {{plan: fan-{other}, level: IV}}, trigger: activated, "
                f"channel: app, ack_within: PT5M, escalate_to: {post}}}"
                for other in range(1, plans)
            ]
        elif number:
            lines.append(f"links_in: [{{from: fan-0, kind: activate, accept: {post}, mode: automatic}}]")
        sources.append("\n".join(lines) + "\n")
    return sources


def adopted(plans: int, tasks: int, owner: str = "gov") -> AdoptPlans:
    """Their adoption, in one decision."""
    return AdoptPlans(sources=tuple(fan(plans, tasks, owner)), waivers=WAIVED)
