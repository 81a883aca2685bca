"""A log that is told by the clock, and what the watches say of it. Every look is taken in several ways that must agree."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self

from msgspec import structs

from core.catalogue import AnyEvent, Recorded
from core.messages import Place
from core.plan.parse import parse_plan
from core.watch.candidate import Candidate, Found
from core.watch.engine import Watch, watch
from tests.rules.given import Asked, Story, given, t

HERE = Place("江湾路 1 号", 120.1700, 30.2900)
SECOND = timedelta(seconds=1)


def place(metres_east: float) -> Place:
    """A place so far east of `HERE`."""
    return Place(f"江湾路东 {metres_east:g} 米", 120.1700 + metres_east / 96_100, 30.2900)


class Log:
    """Commands decided by the real rules at the times told, and events of elsewhere that no rule would allow."""

    def __init__(self, operation: str = "live") -> None:
        self.story: Story = given(operation=operation)
        # The district stood before the day began.
        self.records[0] = structs.replace(self.records[0], recorded_at=t("00:00"), occurred_at=t("00:00"))

    def at(
        self, clock: str, command: Any, by: str = "gov/duty", *, happened: str | None = None, **about: Any
    ) -> Self:
        """A command that is accepted at that time; `happened` when the fact is older."""
        occurred_at = t(happened) if happened is not None else None
        self.story.ask(Asked(command, by, t(clock), occurred_at, **about))
        refusal = self.story.refusal
        assert refusal is None, f"{command}: {refusal.code} {refusal.en}"
        return self

    def event(self, clock: str, event: AnyEvent, by: str = "gov/duty") -> Self:
        """Something recorded elsewhere."""
        self.story.clock = t(clock)
        self.story.happens(event, Asked(None, by), t(clock))
        return self

    def adopt(self, clock: str, source: str) -> Self:
        from core.adoption import PlanAdopted

        file = parse_plan(source.encode(), "plan.yaml")
        document = file.document
        adopted = PlanAdopted(
            plan=document.id,
            version=document.version,
            organisation=document.owner,
            title=document.title,
            hash=file.sha256,
            document=document,
        )
        return self.event(clock, adopted)

    @property
    def records(self) -> list[Recorded]:
        return self.story.records

    def all(self, now: str | datetime) -> list[Found]:
        """Every finding as known then: folded at once, and folded event by event with a look after each."""
        when = t(now) if isinstance(now, str) else now
        found = watch(self.records, when)
        often = Watch()
        for recorded in self.records:
            if recorded.recorded_at <= when:
                often.apply(recorded)
                often.findings(recorded.recorded_at)
                often.news(recorded.recorded_at)
        still = {one.candidate.id: one.candidate for one in found if one.cleared_at is None}
        assert {one.id: one for one in often.findings(when)} == still
        last = max(recorded.position for recorded in self.records if recorded.recorded_at <= when)
        for one in found:
            assert one.candidate.evidence, one
            assert all(1 <= position <= last for position in one.candidate.evidence), one
            assert one.candidate.zh, one
            assert one.candidate.en, one
            assert one.candidate.citation, one
        return found

    def open(self, now: str, rule: str) -> list[Candidate]:
        """The findings of one rule that are open then."""
        return [
            one.candidate for one in self.all(now) if one.candidate.rule == rule and one.cleared_at is None
        ]

    def one(self, now: str, rule: str) -> Candidate:
        """The one open finding of a rule."""
        found = self.open(now, rule)
        assert len(found) == 1, found
        return found[0]

    def history(self, now: str, rule: str) -> list[Found]:
        return [one for one in self.all(now) if one.candidate.rule == rule]

    def rules(self, now: str) -> set[str]:
        """The rules that have an open finding."""
        return {one.candidate.rule for one in self.all(now) if one.cleared_at is None}


def opens_after(log: Log, clock: str, rule: str) -> Candidate:
    """The finding of a limit: on the limit exactly is in time, one second after it there is one, opened at the limit."""
    from tests.rules.given import DAY

    limit = t(clock)
    assert [one for one in log.all(limit) if one.candidate.rule == rule and one.cleared_at is None] == []
    seconds = int((limit + SECOND - DAY).total_seconds())
    after = log.one(f"{seconds // 3600}:{seconds // 60 % 60}:{seconds % 60}", rule)
    assert after.opens_at == limit
    return after
