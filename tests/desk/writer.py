"""A process that writes through a desk under load and says each acknowledged command, until it is killed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from uuid import uuid4

from handlers.desk import Desk
from tests.desk.support import Nodes, report, send, set_up


async def client(desk: Desk) -> None:
    while True:
        id = uuid4()
        answer = await send(desk, report(), id=id)
        first, last = answer["positions"]
        sys.stdout.write(f"{id} {first} {last}\n")
        sys.stdout.flush()


async def main() -> None:
    desk = await Nodes(Path(sys.argv[1])).desk()
    if desk.world.operation is None:
        await set_up(desk)
    await asyncio.gather(*(client(desk) for _ in range(16)))


if __name__ == "__main__":
    asyncio.run(main())
