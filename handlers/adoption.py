"""The rules of adopting plans 预案发布: the file must read, its version must be new, its owner must exist, its checks must hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from msgspec import structs

from core.adoption import (
    AdoptPlan,
    AdoptPlans,
    PlanAdopted,
    PlanRetired,
    RetirePlan,
    Waived,
    Waiver,
)
from core.catalogue import AnyEvent
from core.drill import DrillRecorded, RecordDrill
from core.errors import NotAuthorised, Rule
from core.messages import Context
from core.plan.checks import PLAN_CHECKS
from core.plan.faults import Fault, FileRefused
from core.plan.finding import PlanFinding
from core.plan.parse import PlanFile, parse_plan
from core.plan.register import PlanVersion
from core.plan.view import View
from core.plan_register import WithProposed
from core.world import World
from handlers.numbers import LOCAL

SHOWN_MAX = 50
"""How many faults or findings one refusal lists."""


def adopt_plan(world: World, command: AdoptPlan, context: Context) -> Iterator[AnyEvent]:
    """The same bytes again change nothing; another file under a version that was adopted is refused."""
    yield from _adopt(world, (command.source,), command.waivers, context)


def adopt_plans(world: World, command: AdoptPlans, context: Context) -> Iterator[AnyEvent]:
    """All or none: each is checked with the others in place."""
    yield from _adopt(world, command.sources, command.waivers, context)


def _adopt(
    world: World, sources: Sequence[str], waivers: Sequence[Waiver], context: Context
) -> Iterator[AnyEvent]:
    today = context.now.astimezone(LOCAL).date()
    _waivers_last(waivers, today)
    files = [_read(source, number) for number, source in enumerate(sources, 1)]
    _each_once(files)
    new = [file for file in files if _is_new(world, file, context)]
    findings = _findings(world, new, today)
    critical = [one for one in findings if one.severity == "critical"]
    standing = [one for one in critical if not any(_covers(waiver, one) for waiver in waivers)]
    if standing:
        plans = sorted({one.plan or "" for one in standing})
        raise Rule(
            "plan_has_findings",
            f"{'、'.join(plans)} 有 {len(standing)} 项严重问题，请修改预案或登记豁免（waivers：规则、理由、期限）。",
            f"{', '.join(plans)} has {len(standing)} critical findings: mend the plan, or record a waiver (rule, reason, until).",
            plans=plans,
            findings=[_shown(one) for one in standing[:SHOWN_MAX]],
        )
    for file in new:
        mine = [one for one in critical if one.plan == file.document.id]
        yield PlanAdopted(
            plan=file.document.id,
            version=file.document.version,
            organisation=file.document.owner,
            title=file.document.title,
            hash=file.sha256,
            document=file.document,
            waivers=tuple(
                Waived(waiver.rule, context.actor.post_id, waiver.reason, waiver.until, waiver.subject)
                for waiver in waivers
                if any(_covers(waiver, one) for one in mine)
            ),
        )


def _read(source: str, number: int) -> PlanFile:
    try:
        return parse_plan(source.encode(), "plan.yaml" if number == 1 else f"plan-{number}.yaml")
    except FileRefused as refused:
        raise malformed("plan_malformed", refused.faults) from None


def malformed(code: str, faults: Sequence[Fault]) -> Rule:
    """The refusal of a file that does not read, with its faults."""
    return Rule(
        code,
        f"文件有 {len(faults)} 处错误，请按行号修改。",
        f"The file has {len(faults)} faults: mend them at the lines given.",
        faults=[structs.asdict(fault) for fault in faults[:SHOWN_MAX]],
    )


def _each_once(files: Sequence[PlanFile]) -> None:
    ids = [file.document.id for file in files]
    twice = sorted({id for id in ids if ids.count(id) > 1})
    if twice:
        raise Rule(
            "plan_twice",
            f"{'、'.join(twice)} 在同一次发布中出现两次。",
            f"{', '.join(twice)} is in this adoption twice.",
            plans=twice,
        )


def _is_new(world: World, file: PlanFile, context: Context) -> bool:
    document = file.document
    owned_by(world, document.owner, context)
    before = world.plans.get(document.id)
    if before is None:
        return True
    if before.hash == file.sha256 and before.retired_at is None:
        return False
    if document.version <= before.version:
        raise Rule(
            "plan_version_taken",
            f"{document.id} 现行为第 {before.version} 版；修改后的文件须使用更高的版本号。",
            f"{document.id} stands at version {before.version}: a changed file needs a higher version.",
            plan=document.id,
            version=before.version,
        )
    return True


def owned_by(world: World, owner: str, context: Context) -> None:
    """Raises NotAuthorised for a plan or record of an organisation that the sender's does not stand above. Replays stand above all."""
    actor = context.actor
    organisation = world.organisation(owner)
    if not actor.is_system and not world.is_within(organisation.id, actor.organisation):
        raise NotAuthorised(
            f"{actor.post_id} 不能处理 {organisation.id} 的预案和登记。",
            f"{actor.post_id} may not act on the plans and records of {organisation.id}.",
            owner=organisation.id,
            post=actor.post_id,
        )


def _findings(world: World, files: Sequence[PlanFile], today: date) -> list[PlanFinding]:
    """What the checks say of these plans with all of them in place: of one that begins later, as of that day."""
    versions = [
        PlanVersion(
            document=file.document, sha256=file.sha256, adopted=today, path=file.path, lines=file.lines
        )
        for file in files
    ]
    register = WithProposed(world.plan_register(), versions)
    found: list[PlanFinding] = []
    for version in versions:
        valid = version.document.valid
        view = View(register, max(today, valid.from_))
        if valid.covers(view.as_of):
            found += [one for check in PLAN_CHECKS.values() for one in check(view, view.as_of, version)]
    return sorted(found, key=lambda one: one.order)


def _waivers_last(waivers: Sequence[Waiver], today: date) -> None:
    over = [waiver for waiver in waivers if waiver.until < today]
    if over:
        raise Rule(
            "waiver_over",
            f"豁免期限 {over[0].until} 已过，请写明今后的日期。",
            f"The waiver ended on {over[0].until}: give a day to come.",
            until=over[0].until,
        )


def _covers(waiver: Waiver, finding: PlanFinding) -> bool:
    return waiver.rule == finding.rule and waiver.subject in (None, finding.subject)


def _shown(finding: PlanFinding) -> dict[str, Any]:
    names = (
        "rule",
        "plan",
        "version",
        "subject",
        "severity",
        "zh",
        "en",
        "repair",
        "witness",
        "part",
        "file",
        "line",
    )
    return {name: getattr(finding, name) for name in names}


def retire_plan(world: World, command: RetirePlan, context: Context) -> Iterator[AnyEvent]:
    """Once; what runs goes on with its version."""
    adopted = world.plan(command.plan)
    owned_by(world, adopted.document.owner, context)
    if adopted.retired_at is None:
        yield PlanRetired(
            plan=adopted.id,
            version=adopted.version,
            organisation=adopted.document.owner,
            reason=command.reason,
        )


def record_drill(world: World, command: RecordDrill, context: Context) -> Iterator[AnyEvent]:
    """Of an adopted plan, on a day that is not to come; the same day again changes nothing."""
    adopted = world.plan(command.plan)
    owned_by(world, adopted.document.owner, context)
    if command.held_on > context.now.astimezone(LOCAL).date():
        raise Rule(
            "drill_to_come",
            f"演练日期 {command.held_on} 晚于今天，请在演练之后登记。",
            f"The drill of {command.held_on} is to come: record it afterwards.",
            held_on=command.held_on,
        )
    before = world.drills.get(adopted.id)
    if before is None or before.held_on < command.held_on:
        yield DrillRecorded(
            plan=adopted.id, held_on=command.held_on, review=command.review, drill=command.drill
        )
