"""A story that reacts: after each command, and whenever time is let pass, what the reactions ask for is decided as the desk would."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self

from handlers.reactions import Reactions
from handlers.responding import Wanted
from tests.rules.given import Asked, t
from tests.watch.log import Log

STEPS_MAX = 50


class Reacting(Log):
    """`at` tells a command, `until` lets time pass. Everything that fell due on the way happens at its own instant."""

    def __init__(self, operation: str = "live") -> None:
        super().__init__(operation)
        self.reactions = Reactions()
        self.asked: list[tuple[datetime, Wanted]] = []
        self._folded = 0
        self._now = t("00:00")

    def at(self, clock: str, command: Any, by: str = "gov/duty", **about: Any) -> Self:
        self.until(clock)
        super().at(clock, command, by, **about)
        return self.until(clock)

    def adopt(self, clock: str, source: str) -> Self:
        self.until(clock)
        super().adopt(clock, source)
        return self.until(clock)

    def until(self, clock: str) -> Self:
        """Let time pass to a clock time, waking exactly when the reactions say that something falls due."""
        end = t(clock)
        for _ in range(10_000):
            self._settle(self._now)
            due = self.reactions.next_due()
            if due is None or due > end:
                break
            self._now = max(self._now, due)
        else:
            raise AssertionError("it never comes to rest")
        self._now = max(self._now, end)
        self._settle(self._now)
        return self

    def _settle(self, now: datetime) -> None:
        """Ask and decide until nothing is asked for; then asking again asks for nothing."""
        for _ in range(STEPS_MAX):
            self._fold()
            wanted = self.reactions.due(now)
            if not wanted:
                return
            again = [one.key for one in self.reactions.due(now)]
            assert again == [one.key for one in wanted], "asked again, it asks for something else"
            for one in wanted:
                self.asked.append((now, one))
                self.story.ask(Asked(one.command, f"system/{one.part}", now))
                self.reactions.answered(one.key)
        raise AssertionError(f"it goes on asking: {[one.key for one in self.reactions.due(now)]}")

    def _fold(self) -> None:
        for recorded in self.records[self._folded :]:
            self.reactions.apply(recorded)
        self._folded = len(self.records)

    def recorded(self, kind: str) -> list[tuple[datetime, Any]]:
        """The events of a type, with the instants at which they were recorded."""
        return [(one.recorded_at, one.event) for one in self.records if one.type == kind]

    def keys(self, prefix: str) -> list[str]:
        return [one.key for _, one in self.asked if one.key.startswith(prefix)]


def just_after(clock: str) -> datetime:
    """The first instant after a limit."""
    return t(clock) + timedelta(microseconds=1)
