"""What a rule says of a thing: a condition that runs, and the instant at which it becomes a finding."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from core.finding import Severity


class Candidate(Struct, frozen=True, omit_defaults=True):
    """A condition that is true now. It is a finding after `opens_at` (from it on, for a rule marked at once).

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
    """From then on it is critical, whatever it was before."""

    @property
    def id(self) -> str:
        return f"{self.rule}|{self.subject}|{self.start}"

    def is_open(self, now: datetime) -> bool:
        """On the limit exactly is in time."""
        return now >= self.opens_at if self.at_once else now > self.opens_at

    def severity_at(self, now: datetime) -> Severity:
        return "critical" if self.critical_at is not None and now > self.critical_at else self.severity


class Found(Struct, frozen=True, omit_defaults=True):
    """A finding, open or cleared, as the watch sees it."""

    candidate: Candidate
    cleared_at: datetime | None = None
    cleared_by: int | None = None
    backfilled: bool = False
    """A fact recorded late proved that the limit was kept (补录)."""
