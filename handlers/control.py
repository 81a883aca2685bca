"""The rules of protective orders 交通管制、警戒、疏散、就地避险."""

from __future__ import annotations

from collections.abc import Iterator

from core.catalogue import AnyEvent
from core.control import (
    AmendControl,
    Control,
    ControlAmended,
    ControlLifted,
    ControlOrdered,
    ControlPutInForce,
    ControlReviewed,
    LiftControl,
    OrderControl,
    PutControlInForce,
    ReviewControl,
    Shape,
)
from core.errors import AlreadyExists, Rule
from core.messages import Context
from core.world import World
from handlers.numbers import chosen, next_number
from handlers.organisation import active


def order_control(world: World, command: OrderControl, context: Context) -> Iterator[AnyEvent]:
    """For an open incident, with an executing organisation; to stay indoors needs a time to look again."""
    incident = world.open_incident(command.incident)
    executing = active(world.organisation(command.executing))
    _shape(command.shape)
    if command.control is not None and command.control in world.controls:
        raise AlreadyExists("control", "管制", command.control)
    if command.kind == "shelter_in_place" and command.until is None:
        raise Rule(
            "review_time_required",
            "就地避险须写明复核时间（until）。",
            "Shelter in place needs a time to review it (until).",
        )
    if command.kind == "evacuation" and command.evacuated is None:
        raise Rule(
            "expected_required",
            "疏散令须写明预计人数（evacuated.expected）。",
            "An evacuation needs how many people are expected (evacuated.expected).",
        )
    yield ControlOrdered(
        control=chosen(command.control) or next_number(world, "c"),
        incident=incident.id,
        kind=command.kind,
        area=command.area,
        executing=executing.id,
        reason=command.reason,
        shape=command.shape,
        ring=command.ring,
        until=command.until,
        lifting=command.lifting,
        exceptions=command.exceptions,
        evacuated=command.evacuated,
        sites=command.sites,
    )


def put_control_in_force(world: World, command: PutControlInForce, context: Context) -> Iterator[AnyEvent]:
    """Confirmed once by who executes it."""
    control = _standing(world, command.control)
    if control.in_force_at is None:
        yield ControlPutInForce(control=control.id, incident=control.incident)


def amend_control(world: World, command: AmendControl, context: Context) -> Iterator[AnyEvent]:
    """A new version; what is left out stays."""
    control = _standing(world, command.control)
    _shape(command.shape)
    amended = ControlAmended(
        control=control.id,
        incident=control.incident,
        version=control.version + 1,
        change=command.change,
        area=command.area or control.area,
        shape=command.shape or control.shape,
        until=command.until or control.until,
        exceptions=control.exceptions if command.exceptions is None else command.exceptions,
        evacuated=command.evacuated or control.evacuated,
        sites=control.sites if command.sites is None else command.sites,
    )
    names = ("area", "shape", "until", "exceptions", "evacuated", "sites")
    if any(getattr(amended, name) != getattr(control, name) for name in names):
        yield amended


def review_control(world: World, command: ReviewControl, context: Context) -> Iterator[AnyEvent]:
    """Each look is a fact of its own: asked twice, it was looked at twice."""
    control = _standing(world, command.control)
    yield ControlReviewed(control=control.id, incident=control.incident, reason=command.reason)


def lift_control(world: World, command: LiftControl, context: Context) -> Iterator[AnyEvent]:
    """Once."""
    control = world.control(command.control)
    if control.lifted_at is None:
        yield ControlLifted(control=control.id, incident=control.incident, reason=command.reason)


def _standing(world: World, id: str) -> Control:
    control = world.control(id)
    if control.lifted_at is not None:
        raise Rule(
            "control_lifted",
            f"管制 {id} 已解除。",
            f"The order {id} was lifted.",
            control=id,
            lifted_at=control.lifted_at,
        )
    return control


def _shape(shape: Shape | None) -> None:
    """A shape says exactly one thing: a circle with its radius, an area, or a line."""
    if shape is None:
        return
    said = [shape.circle is not None, bool(shape.polygon), bool(shape.line)]
    enough = (shape.radius_m is not None) == (shape.circle is not None)
    long = (not shape.polygon or len(shape.polygon) >= 4) and (not shape.line or len(shape.line) >= 2)
    closed = not shape.polygon or shape.polygon[0] == shape.polygon[-1]
    if sum(said) != 1 or not enough or not long or not closed:
        raise Rule(
            "shape",
            "范围须是下列之一：圆心加半径；首尾相同、至少四点的多边形；至少两点的线。",
            "A shape is one of: a circle with radius_m; a closed polygon of at least four points; a line of at least two.",
        )
