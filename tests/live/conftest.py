"""What the tests of the live board share: bounds that can be reached within a test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from web.live.limits import LiveLimits
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
