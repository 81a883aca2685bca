"""What both halves of the stand-in's rules need: the rows, the way to publish, and the shapes of an answer."""

from typing import Any

from tests.page.invented import District, Row

Changes = list[tuple[str, str, Row | None]]


class Publisher:
    """Holds the district; the server says how a change goes out."""

    district: District

    def publish(self, rows: Changes, timeline: list[Row], advance: int = 1) -> None:
        """One frame; the server does it."""
        raise NotImplementedError

    def entry(
        self,
        kind: str,
        type_: str,
        incident: str | None,
        team: str | None,
        zh: str,
        en: str,
        at: str,
        **more: bool,
    ) -> Row:
        return self.district.entry(kind, type_, incident, team, zh, en, at, **more)

    def mark(self, at: str, late: bool = False, source: str = "manual") -> Row:
        return {
            "at": at,
            "precision": "second",
            "source": source,
            "position": self.district.position + 1,
            "late": late,
        }

    def accepted(self, **created: str) -> Row:
        return {
            "outcome": "accepted",
            "positions": [self.district.position, self.district.position],
            "created": created,
        }


def refused(code: str, zh: str, en: str, **details: Any) -> Row:
    return {"outcome": "refused", "code": code, "message": {"zh": zh, "en": en}, "details": details}
