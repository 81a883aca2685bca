"""How things are called in a sentence: by name and id where the world knows them, else by id alone. Never a person's name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from msgspec import Struct

from core.control import Control
from core.dispatch import Milestone
from core.finding import Finding
from core.kinds import INCIDENT_KINDS
from core.link import Link
from core.tables import Tables

ZONE = timezone(timedelta(hours=8))
"""Beijing time, in which people here read and say every time; it has no summer time."""
WORDS_CHARS_MAX = 200
"""Of what somebody wrote, within a sentence; the whole text is among the entry's arguments."""


class Said(Struct, frozen=True):
    """One whole sentence, or a part of one, in both tongues."""

    zh: str
    en: str

    def __iter__(self) -> Iterator[str]:
        yield self.zh
        yield self.en


MILESTONES: dict[Milestone, Said] = {
    "ordered": Said("调派", "ordered"),
    "acknowledged": Said("接令", "acknowledged"),
    "en_route": Said("出动", "departed"),
    "on_scene": Said("到场", "arrived"),
    "working": Said("展开处置", "started work"),
    "released": Said("解除", "released"),
    "returned": Said("归队", "returned"),
    "cancelled": Said("取消", "cancelled"),
    "failed": Said("中止", "failed"),
    "left_scene": Said("离开现场", "left the scene"),
    "at_hospital": Said("到达医院", "reached the hospital"),
}


class Names:
    """The names of one world. It holds the tables themselves, so it always says the present name."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def team(self, id: str) -> Said:
        team = self._tables.teams.get(id)
        if team is None:
            return Said(id, id)
        return Said(f"{team.name.zh}（{id}）", f"{team.name.en or team.name.zh} ({id})")

    def incident(self, id: str) -> Said:
        incident = self._tables.incidents.get(id)
        if incident is None:
            return Said(id, id)
        return Said(f"{id} {incident.place.text}", f"{id} {incident.place.text}")

    def kind(self, code: str) -> Said:
        kind = INCIDENT_KINDS.get(code)
        return Said(code, code) if kind is None else Said(kind.zh, kind.en)

    def organisation(self, id: str) -> Said:
        organisation = self._tables.organisations.get(id)
        if organisation is None:
            return Said(id, id)
        return Said(organisation.name.zh, organisation.name.en or organisation.name.zh)

    def post(self, post_id: str) -> Said:
        organisation, _, post = post_id.partition("/")
        owner = self.organisation(organisation)
        known = self._tables.organisations.get(organisation)
        name = known.posts.get(post) if known is not None else None
        if name is None:
            return Said(f"{owner.zh} {post}", f"{owner.en}, {post}")
        return Said(f"{owner.zh} {name.zh}", f"{owner.en}, {name.en or name.zh}")

    def plan(self, id: str) -> Said:
        adopted = self._tables.plans.get(id)
        if adopted is None:
            return Said(f"《{id}》", id)
        title = adopted.document.title
        return Said(f"《{title.zh}》", title.en or title.zh)

    def plan_of(self, activation: str, plan: str | None) -> Said:
        """The plan of an activation, where the event itself does not say which."""
        found = self._tables.activations.get(activation)
        return self.plan(plan or (found.plan if found is not None else activation))

    def task(self, id: str) -> Said:
        found = self._tables.tasks.get(id)
        if found is None:
            return Said(id, id)
        who = self.post(found.post)
        return Said(f"{found.title}（{id}，{who.zh}）", f"{found.title} ({id}, {who.en})")

    def warning(self, id: str) -> Said:
        found = self._tables.warnings.get(id)
        return Said(id, id) if found is None else Said(f"{id} {found.area}", f"{id} {found.area}")

    def link(self, id: str) -> Link | None:
        """The link itself, which says of what kind it is and to whom it went."""
        return self._tables.links.get(id)

    def control(self, id: str) -> Control | None:
        return self._tables.controls.get(id)

    def finding(self, id: str) -> Finding | None:
        return self._tables.findings.get(id)


def short(text: str) -> str:
    """What somebody wrote, cut to the length of a sentence."""
    return text if len(text) <= WORDS_CHARS_MAX else text[: WORDS_CHARS_MAX - 1] + "…"


def clock_time(at: datetime) -> str:
    """An instant as people here say it."""
    return at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")
