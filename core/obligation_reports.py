"""The reporting clocks 信息报告时限 of one incident (domain §5): from when it was known, due when, sent when. Lateness is computed.

What starts a clock stands in the log: an entry with the fact `known_on_scene` or `head_told` (its value: the organisation), a report
that was received, a casualty figure that changed, an incident that has a grade or was declared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from core.entry import Entry
from core.incident import Casualty, Incident
from core.obligation import LIMITS, Obligation, ObligationKind, owed
from core.organisation import Organisation
from core.report import Filed, ReportKind

KNOWN_ON_SCENE = "known_on_scene"
HEAD_TOLD = "head_told"
CALLED = "called_119_120_110"
SUPPLEMENT_WINDOW = timedelta(days=30)
SUPPLEMENT_WINDOW_FIRE_TRAFFIC = timedelta(days=7)
"""493号令 Art. 13: casualty changes within 30 days; road traffic and fire 7 days."""
FIRE_TRAFFIC_KINDS = frozenset({"structure_fire", "outside_fire", "vehicle_fire", "traffic_accident"})
FIGURES = ("dead", "serious", "injured", "missing")
Tree = Mapping[str, Organisation]


class ReportFacts(Struct, frozen=True):
    """All that the clocks of one incident follow from."""

    incident: Incident
    entries: tuple[Entry, ...]
    filed: tuple[Filed, ...]


class ReportClock(Struct, frozen=True):
    """One obligation to report, and when it was met, if it was; `met_position` is where the log says so."""

    owed: Obligation
    to: str
    met_at: datetime | None = None
    met_position: int = 0

    @property
    def late_s(self) -> int | None:
        """Seconds by which it was met late; None while unmet. On the limit exactly is in time."""
        if self.met_at is None:
            return None
        return max(0, int((self.met_at - self.owed.due_at).total_seconds()))


def report_clocks(facts: ReportFacts, tree: Tree) -> Iterator[ReportClock]:
    """Every reporting clock of an incident, met or not."""
    incident = facts.incident
    if incident.real is False or incident.merged_into is not None:
        return
    clocks = [
        *_scene(facts, tree),
        *_unit(facts, tree),
        *_first(facts, tree),
        *_up(facts, tree),
        *_supplements(facts, tree),
    ]
    yield from clocks
    told_late = {clock.met_position for clock in clocks if clock.late_s}
    yield from _by_their_own_word(facts, tree, told_late)


def _stated(facts: ReportFacts, fact: str) -> Iterator[tuple[Entry, str, datetime]]:
    for entry in facts.entries:
        if entry.fact == fact and not entry.struck and entry.value and entry.at is not None:
            yield entry, entry.value, entry.at


def _earliest(found: Iterable[tuple[datetime, int]]) -> tuple[datetime | None, int]:
    return min(found, default=(None, 0))


def _scene(facts: ReportFacts, tree: Tree) -> Iterator[ReportClock]:
    """Scene staff → head of the unit, or a call to 119, 120 or 110."""
    for entry, unit, at in _stated(facts, KNOWN_ON_SCENE):
        told = [(when, one.position) for one, to, when in _stated(facts, HEAD_TOLD) if to == unit]
        told += [(when, one.position) for one, by, when in _stated(facts, CALLED) if by == unit]
        told += [
            (one.filed_at, one.position)
            for one in facts.filed
            if _within(unit, one.to.partition("/")[0], tree)
        ]
        met_at, position = _earliest(told)
        found = owed(
            "report.scene",
            f"{unit}/duty",
            f"{facts.incident.id}@{unit}",
            at,
            entry.position,
            f"{unit} 现场人员向单位负责人报告",
            f"scene staff of {unit} to tell the head of the unit",
            incident=facts.incident.id,
        )
        yield ReportClock(found, unit, met_at, position)


def _unit(facts: ReportFacts, tree: Tree) -> Iterator[ReportClock]:
    """Head of the unit → county authority."""
    for entry, unit, at in _stated(facts, HEAD_TOLD):
        sent = [(one.filed_at, one.position) for one in facts.filed if _is_authority(one.to, unit, tree)]
        met_at, position = _earliest(sent)
        root = _root(tree)
        found = owed(
            "report.unit",
            f"{unit}/duty",
            f"{facts.incident.id}@{unit}",
            at,
            entry.position,
            f"{unit} 向 {root} 及主管部门报告",
            f"{unit} to report to {root} and the competent department",
            incident=facts.incident.id,
        )
        yield ReportClock(found, root, met_at, position)


def _first(facts: ReportFacts, tree: Tree) -> Iterator[ReportClock]:
    """A graded or declared incident owes its first report (首报), from when that was known."""
    incident = facts.incident
    graded = [
        (one.at, one.position)
        for one in incident.casualties
        if not one.struck
        and one.at is not None
        and any(getattr(one, name) is not None for name in ("dead", "serious", "loss_yuan"))
    ]
    at, position = _earliest(graded)
    if incident.declared_major and at is None:
        at, position = incident.reported.at, incident.reported.position
    if at is None:
        return
    basis = max(at, incident.reported.at)
    sent = [(one.filed_at, one.position) for one in facts.filed if one.kind == "first"]
    met_at, met_position = _earliest(sent)
    root = _root(tree)
    found = owed(
        "report.first",
        f"{root}/duty",
        incident.id,
        basis,
        position,
        f"{incident.id} 首报",
        f"first report of {incident.id}",
        incident=incident.id,
    )
    yield ReportClock(found, "上一级", met_at, met_position)


def _up(facts: ReportFacts, tree: Tree) -> Iterator[ReportClock]:
    """Each level that received a first report → the next level above it, as far as the tree goes."""
    received: dict[str, Filed] = {}
    for one in facts.filed:
        level = one.to.partition("/")[0]
        if one.kind == "first" and (level not in received or one.filed_at < received[level].filed_at):
            received[level] = one
    for level, report in received.items():
        organisation = tree.get(level)
        if organisation is None or organisation.parent is None or organisation.level == "enterprise":
            continue
        above = organisation.parent
        sent = [
            (one.filed_at, one.position)
            for one in facts.filed
            if one.to.partition("/")[0] != level and _within(level, one.to.partition("/")[0], tree)
        ]
        met_at, position = _earliest(sent)
        found = owed(
            "report.up",
            f"{level}/duty",
            f"{facts.incident.id}@{level}",
            report.filed_at,
            report.position,
            f"{level} 向 {above} 续报上级",
            f"{level} to report on to {above}",
            incident=facts.incident.id,
        )
        yield ReportClock(found, above, met_at, position)


def _supplements(facts: ReportFacts, tree: Tree) -> Iterator[ReportClock]:
    """Casualties that changed after the first report → a supplement (续报)."""
    incident = facts.incident
    first = _earliest((one.filed_at, one.position) for one in facts.filed if one.kind == "first")[0]
    window = SUPPLEMENT_WINDOW_FIRE_TRAFFIC if incident.kind in FIRE_TRAFFIC_KINDS else SUPPLEMENT_WINDOW
    if first is None:
        return
    root = _root(tree)
    for record in _changes(incident.casualties):
        at = record.at
        if at is None or at <= first or at > incident.reported.at + window:
            continue
        sent = [
            (one.filed_at, one.position) for one in facts.filed if one.kind != "first" and one.filed_at >= at
        ]
        met_at, position = _earliest(sent)
        found = owed(
            "report.supplement",
            f"{root}/duty",
            incident.id,
            at,
            record.position,
            f"{incident.id} 伤亡变化续报",
            f"supplementary report of {incident.id}: casualties changed",
            incident=incident.id,
        )
        yield ReportClock(found, "上一级", met_at, position)


def _changes(casualties: Sequence[Casualty]) -> Iterator[Casualty]:
    known: dict[str, int] = {}
    for record in casualties:
        if record.struck:
            continue
        stated = {name: value for name in FIGURES if (value := getattr(record, name)) is not None}
        if any(known.get(name) != value for name, value in stated.items()):
            known |= stated
            yield record


def kind_of_report(report: ReportKind, by: str, tree: Tree) -> ObligationKind:
    """By which clock a report is measured: an hour for a unit, two for a level that reports on, two for a supplement."""
    if report != "first":
        return "report.supplement"
    sender = tree.get(by.partition("/")[0])
    authority = sender is not None and sender.level in ("government", "department")
    return "report.up" if authority else "report.unit"


def _by_their_own_word(facts: ReportFacts, tree: Tree, told_late: set[int]) -> Iterator[ReportClock]:
    """A report that was late by its own `known_at`, unless a clock above says so already or another of its kind was in time."""
    for one in facts.filed:
        kind = kind_of_report(one.kind, one.by, tree)
        due_at = one.known_at + LIMITS[kind].delta
        if one.kind == "final" or one.filed_at <= due_at or one.position in told_late:
            continue
        if any(
            (other.kind, other.to) == (one.kind, one.to) and one.known_at <= other.filed_at <= due_at
            for other in facts.filed
        ):
            continue
        found = owed(
            kind,
            one.by,
            f"{facts.incident.id}>{one.to}",
            one.known_at,
            one.position,
            f"{one.by} 向 {one.to} 报告",
            f"{one.by} to report to {one.to}",
            incident=facts.incident.id,
        )
        yield ReportClock(found, one.to, one.filed_at, one.position)


# --- the tree of organisations ---


def _root(tree: Tree) -> str:
    return next(iter(tree), "gov")


def _is_authority(post: str, unit: str, tree: Tree) -> bool:
    to = tree.get(post.partition("/")[0])
    return to is not None and to.id != unit and to.level in ("government", "department")


def _within(organisation: str, ancestor: str, tree: Tree) -> bool:
    current: str | None = organisation
    for _ in range(len(tree) + 1):  # a tree without circles is no deeper
        if current is None or current == ancestor:
            return current is not None
        found = tree.get(current)
        current = (found.merged_into or found.parent) if found is not None else None
    return False
