"""The rules of adopting plans 预案发布: the file must read, its version must be new, its owner must exist, its checks must hold."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

from core.adoption import AdoptPlan, PlanAdopted, PlanRetired, RetirePlan
from core.catalogue import AnyEvent
from core.drill import DrillRecorded, RecordDrill
from core.errors import NotAuthorised, Rule
from core.messages import Context
from core.plan.faults import FileRefused
from core.plan.parse import parse_plan
from core.world import World
from handlers.numbers import LOCAL

FAULTS_SHOWN_MAX = 50


def adopt_plan(world: World, command: AdoptPlan, context: Context) -> Iterator[AnyEvent]:
    """The same bytes again change nothing; another file under a version that was adopted is refused."""
    try:
        file = parse_plan(command.source.encode(), "plan.yaml")
    except FileRefused as refused:
        faults = [structs.asdict(fault) for fault in refused.faults[:FAULTS_SHOWN_MAX]]
        raise Rule(
            "plan_malformed",
            f"预案文件有 {len(refused.faults)} 处错误，请按行号修改。",
            f"The plan file has {len(refused.faults)} faults: mend them at the lines given.",
            faults=faults,
        ) from None
    document = file.document
    owner = world.organisation(document.owner)
    if not world.is_within(owner.id, context.actor.organisation):
        raise NotAuthorised(
            f"{context.actor.post_id} 不能发布 {owner.id} 的预案。",
            f"{context.actor.post_id} may not adopt a plan of {owner.id}.",
            owner=owner.id,
        )
    before = world.plans.get(document.id)
    if before is not None and before.hash == file.sha256 and before.retired_at is None:
        return
    if before is not None and document.version <= before.version:
        raise Rule(
            "plan_version_taken",
            f"{document.id} 现行为第 {before.version} 版；修改后的文件须使用更高的版本号。",
            f"{document.id} stands at version {before.version}: a changed file needs a higher version.",
            plan=document.id,
            version=before.version,
        )
    yield PlanAdopted(
        plan=document.id,
        version=document.version,
        organisation=document.owner,
        title=document.title,
        hash=file.sha256,
        document=document,
        waivers=command.waivers,
    )


def retire_plan(world: World, command: RetirePlan, context: Context) -> Iterator[AnyEvent]:
    """Once; what runs goes on with its version."""
    adopted = world.plan(command.plan)
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
