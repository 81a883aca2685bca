"""What the tests of the live board share: bounds that can be reached within a test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.live.odd import OddLog
from web.live.limits import LiveLimits
from web.node import Node
from web.settings import Settings

Bounded = Callable[..., None]


@pytest.fixture
def bounded(monkeypatch: pytest.MonkeyPatch) -> Bounded:
    """Make every keeper of this test keep to other bounds: `bounded(client_silent_s=0.5)`."""
    of = LiveLimits.of

    def bind(**changes: Any) -> None:
        def bound(settings: Settings) -> LiveLimits:
            return of(settings)._replace(**changes)

        monkeypatch.setattr(LiveLimits, "of", bound)

    return bind


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[OddLog]:
    """A log with a district in it."""
    async with Node.running(Settings(data=tmp_path)):
        pass
    odd = OddLog(tmp_path)
    await odd.open()
    yield odd
    await odd.close()
