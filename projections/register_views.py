"""The views of what is owed and found, and of the register of plans; each can be folded as of any position."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from msgspec import structs

from core.catalogue import Recorded
from core.clock import now_of
from core.finding import FindingAcknowledged, FindingCleared, FindingRaised
from core.obligations import obligations
from core.world import World
from projections.board import Board
from projections.linkage import register_data
from projections.names import ZONE
from projections.register_checks import RegisterChecks, RegisterTables
from projections.rows_response import FindingRow, obligation_row


def day_of(world: World, at: datetime | None = None) -> date:
    """The operation's day: at a real instant, else when the log was last written to."""
    real = at or world.recorded_at or datetime(1970, 1, 1, tzinfo=UTC)
    return now_of(world.clock, real).astimezone(ZONE).date()


class PlansView:
    """The register of plans 预案库: every plan, every link, and what the checks find."""

    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ()

    def __init__(self, board: Board | None = None) -> None:
        self._world = board.world if board is not None else World()

    @classmethod
    def of_world(cls, world: World) -> PlansView:
        """As it stands at a world's position, to fold on from there."""
        view = cls()
        view._world = world
        return view

    @property
    def world(self) -> World:
        """What it was folded into."""
        return self._world

    @property
    def position(self) -> int:
        return self._world.position

    def apply(self, recorded: Recorded) -> object:
        self._world.apply(recorded)
        return None

    def data(self) -> Any:
        tables, day = RegisterTables.of(self._world), day_of(self._world)
        return register_data(tables, day, RegisterChecks().findings(tables, day))


class ObligationsView(PlansView):
    """Every open deadline 时限, those of plans too, the nearest first."""

    def data(self) -> Any:
        missed = self._world.missed
        rows = [obligation_row(one, one.id in missed) for one in obligations(self._world)]
        return {"obligations": sorted(rows, key=lambda row: (row.due_at, row.id))}


class FindingToldRow(FindingRow, frozen=True):
    """A finding with what became of it."""

    cleared_at: datetime | None = None
    cleared_position: int | None = None
    note: str | None = None


class FindingsView:
    """Every finding 发现 that was ever raised, open and cleared, oldest first. It reads the events of findings and no others."""

    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("FindingRaised", "FindingCleared", "FindingAcknowledged")

    def __init__(self) -> None:
        self._told: list[FindingToldRow] = []
        self._open: dict[str, int] = {}
        """Where in the list the open ones stand: the same matter may be found again after it was cleared."""
        self._position = 0

    @property
    def position(self) -> int:
        return self._position

    def apply(self, recorded: Recorded) -> object:
        self._position = recorded.position
        event = recorded.event
        match event:
            case FindingRaised():
                self._open[event.finding] = len(self._told)
                self._told.append(_told(event, recorded.position))
            case FindingCleared():
                if (at := self._open.pop(event.finding, None)) is not None:
                    self._told[at] = structs.replace(
                        self._told[at],
                        cleared_at=event.cleared_at,
                        cleared_position=recorded.position,
                        note=event.note,
                    )
            case FindingAcknowledged():
                if (at := self._open.get(event.finding)) is not None:
                    self._told[at] = structs.replace(self._told[at], acknowledged_by=recorded.actor.post_id)
            case _:
                pass
        return None

    def data(self) -> Any:
        return {"findings": self._told}


def _told(event: FindingRaised, position: int) -> FindingToldRow:
    return FindingToldRow(
        id=event.finding,
        rule=event.rule,
        subject=event.subject,
        severity=event.severity,
        zh=event.zh,
        en=event.en,
        opened_at=event.opened_at,
        incident=event.incident,
        owner=event.owner,
        acknowledged_by=None,
        evidence=event.evidence,
        position=position,
    )
