"""Every view on one page: what it is called, the version of its shape, how it is folded and what it says."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

from msgspec import Struct

from core.catalogue import Recorded
from core.messages import Name, Place
from core.organisation import Former, Level
from projections.board import VERSION, Board
from projections.metrics import Metrics
from projections.register_views import FindingsView, ObligationsView, PlansView
from projections.rows import clock_row


class View(Protocol):
    """A fold that can be asked for by name. `data` is plain values for JSON; `version` is raised when its shape changes."""

    version: ClassVar[int]
    reads: ClassVar[tuple[str, ...]]
    """The types of event that it is made of; none: of all."""

    def __init__(self) -> None: ...

    @property
    def position(self) -> int: ...

    def apply(self, recorded: Recorded) -> object: ...

    def data(self) -> Any: ...


class BoardView:
    """What the page shows: all rows, and the timeline. The views below read the same board, each its own part."""

    version: ClassVar[int] = VERSION
    reads: ClassVar[tuple[str, ...]] = ()

    def __init__(self, board: Board | None = None) -> None:
        self.board = board or Board()

    @property
    def position(self) -> int:
        return self.board.position

    def apply(self, recorded: Recorded) -> object:
        return self.board.apply(recorded)

    def data(self) -> Any:
        state = self.board.snapshot()
        return {"rows": state.rows, "timeline": state.timeline}


class TimelineView(BoardView):
    """The newest entries, newest last."""

    def data(self) -> Any:
        return {"timeline": self.board.timeline.entries()}


class _RegisteredOrganisation(Struct, frozen=True):
    id: str
    name: Name
    level: Level
    parent: str | None
    code: str | None
    state: str
    posts: dict[str, Name]
    former: tuple[Former, ...]


class _RegisteredTeam(Struct, frozen=True):
    id: str
    organisation: str
    name: Name
    kind: str
    strength: int
    capabilities: tuple[str, ...]
    base: Place | None
    in_service: bool


class RegisterView(BoardView):
    """The register 名录: organisations with their posts and former names, and teams. No movement."""

    version: ClassVar[int] = 1

    def data(self) -> Any:
        world = self.board.world
        return {
            "organisations": [
                _RegisteredOrganisation(
                    one.id,
                    one.name,
                    one.level,
                    one.parent,
                    one.code,
                    "merged" if one.merged_into is not None else "dissolved" if one.dissolved else "active",
                    one.posts,
                    one.former,
                )
                for one in world.organisations.values()
            ],
            "teams": [
                _RegisteredTeam(
                    one.id,
                    one.organisation,
                    one.name,
                    one.kind,
                    one.strength,
                    one.capabilities,
                    one.base,
                    one.in_service,
                )
                for one in world.teams.values()
            ],
        }


class OperationView(BoardView):
    """The operation itself: its kind and title, its clock, and how much is open."""

    version: ClassVar[int] = 1

    def data(self) -> Any:
        world = self.board.world
        operation = world.operation
        return {
            "operation": None if operation is None else operation.id,
            "kind": None if operation is None else operation.kind,
            "title": None if operation is None else operation.title,
            "opened_at": None if operation is None else operation.opened_at,
            "clock": clock_row(world.clock),
            "open_incidents": sum(one.merged_into is None for one in world.incidents.values()),
            "committed_teams": sum(one.dispatch is not None for one in world.teams.values()),
        }


VIEWS: dict[str, type[View]] = {
    "board": BoardView,
    "timeline": TimelineView,
    "register": RegisterView,
    "operation": OperationView,
    "metrics": Metrics,
    "plans": PlansView,
    "obligations": ObligationsView,
    "findings": FindingsView,
}
