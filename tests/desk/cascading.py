"""A process that activates a wide set of plans again and again and says each acknowledged command, until it is killed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from uuid import uuid4

from core.activation import ActivatePlan
from core.scales import ResponseLevel
from tests.desk.support import Nodes, accepted, one_incident, send, set_up
from tests.plans.fan import ROOT_PLAN, adopted

PLANS, TASKS = 60, 10
EVENTS = PLANS + PLANS * TASKS + 2 * (PLANS - 1)
"""Of one cascade: activations, tasks, and for each link that it was sent and accepted."""


def activation(incident: str) -> ActivatePlan:
    return ActivatePlan(plan=ROOT_PLAN, level=ResponseLevel.IV, incident=incident)


async def main() -> None:
    desk = await Nodes(Path(sys.argv[1])).desk()
    if desk.world.operation is None:
        await set_up(desk)
        await accepted(desk, adopted(PLANS, TASKS))
    while True:
        incident = await one_incident(desk)
        id = uuid4()
        sys.stdout.write(f"asked {id} {incident}\n")
        sys.stdout.flush()
        answer = await send(desk, activation(incident), id=id)
        first, last = answer["positions"]
        sys.stdout.write(f"done {id} {first} {last}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
