"""Targets of the metrics: data with a citation, read from one versioned file, never a constant of the code."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from core.kinds import TeamKind
from core.messages import Line

MetricId = Literal["M01", "M03", "M04", "M05", "M08", "M09", "M21", "M22"]
METRIC_IDS: tuple[MetricId, ...] = ("M01", "M03", "M04", "M05", "M08", "M09", "M21", "M22")
TARGETS_MAX = 200


class MetricTarget(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A limit for one metric. With `team_kinds` it holds for these teams only; `share_percent` is how many must keep it."""

    id: Line
    metric: MetricId
    limit_s: Annotated[int, Meta(ge=0, le=30 * 86_400)]
    share_percent: Annotated[int, Meta(ge=1, le=100)] | None = None
    team_kinds: tuple[TeamKind, ...] = ()
    citation: Line
    provenance: Literal["law", "src", "secondary", "district"]
    note: Line | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class TargetFile(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file; `version` is what a review pins."""

    version: Line
    target: Annotated[tuple[MetricTarget, ...], Meta(max_length=TARGETS_MAX)] = ()

    def of(self, metric: MetricId) -> tuple[MetricTarget, ...]:
        return tuple(target for target in self.target if target.metric == metric)


class TargetsUnreadable(Exception):
    """The file of targets does not say what it must. `zh` and `en` name the field."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def parse(data: bytes) -> TargetFile:
    """The targets from a TOML file's bytes. Raises TargetsUnreadable."""
    try:
        found = msgspec.toml.decode(data, type=TargetFile)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TargetsUnreadable(
            f"指标目标文件有误：{error}。", f"The file of targets is malformed: {error}."
        ) from error
    ids = [target.id for target in found.target]
    if twice := sorted({id for id in ids if ids.count(id) > 1}):
        raise TargetsUnreadable(
            f"指标目标文件中编号重复：{'、'.join(twice)}。",
            f"The file of targets gives an id twice: {', '.join(twice)}.",
        )
    return found
