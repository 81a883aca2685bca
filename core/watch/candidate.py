"""What a rule says of a thing: a condition that runs, and the instant at which it becomes a finding."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from core.finding import Severity


class Candidate(Struct, frozen=True, omit_defaults=True):
    """A condition that is true now. It is a finding after `opens_at` (from it on, for a rule marked at once), and before `until`.

    `start` is the position of the event that started the limit: with rule and subject it is the finding's identity, so that the
    same matter can open again later as a new finding. `evidence` are the positions that prove it.
    """

    rule: str
    subject: str
    start: int
    opens_at: datetime
    severity: Severity
    zh: str
    en: str
    evidence: tuple[int, ...] = ()
    incident: str | None = None
    owner: str | None = None
    citation: str | None = None
    at_once: bool = False
    critical_at: datetime | None = None
    """After that instant it is critical, whatever it was before."""
    until: datetime | None = None
    """From then on it is over without anybody doing anything."""

    @property
    def id(self) -> str:
        return f"{self.rule}|{self.subject}|{self.start}"

    def is_open(self, now: datetime) -> bool:
        """On the limit exactly is in time."""
        begun = now >= self.opens_at if self.at_once else now > self.opens_at
        return begun and (self.until is None or now < self.until)

    def opened(self, now: datetime) -> bool:
        """Whether it was a finding at `now` or before."""
        first = min(now, self.until) if self.until is not None else now
        return first >= self.opens_at if self.at_once else first > self.opens_at

    def severity_at(self, now: datetime) -> Severity:
        return "critical" if self.critical_at is not None and now > self.critical_at else self.severity


Note = Literal["backfilled", "corrected", "expired"]
"""补录: a fact recorded late proved that the limit was kept; 更正: what it rested on was struck or corrected; 过期: its time was over."""


class Found(Struct, frozen=True, omit_defaults=True):
    """A finding, open or cleared, as the watch sees it."""

    candidate: Candidate
    cleared_at: datetime | None = None
    cleared_by: int | None = None
    note: Note | None = None
    jumped: bool = False
    """It fell due inside a jump of the exercise clock."""


NOTES: dict[Note, str] = {
    "backfilled": "补录 backfilled",
    "corrected": "更正 corrected",
    "expired": "过期 expired",
}
