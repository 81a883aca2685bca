"""Does a name still mean something on a day? Organisations, posts and places that were, are, or went into another."""

from __future__ import annotations

from datetime import date
from enum import Enum

from core.plan.view import View

SUCCESSORS_MAX = 16
"""How many successors are followed; a longer chain, or a ring, ends nowhere."""


class Resolved(Enum):
    """What a reference leads to."""

    HERE = "here"
    SUCCEEDED = "succeeded"
    ENDED = "ended"
    MISSING = "missing"


def organisation(view: View, as_of: date, id: str) -> Resolved:
    """Does an organisation exist on the day?"""
    row = view.organisation(id)
    if row is None:
        return Resolved.MISSING
    if row.valid.covers(as_of):
        return Resolved.HERE
    return Resolved.SUCCEEDED if successor(view, as_of, id) else Resolved.ENDED


def successor(view: View, as_of: date, id: str) -> str | None:
    """The organisation that took the place of one, on the day."""
    for _ in range(SUCCESSORS_MAX):
        row = view.organisation(id)
        if row is None:
            return None
        if row.valid.covers(as_of):
            return id
        if row.successor is None:
            return None
        id = row.successor
    return None


def post(view: View, as_of: date, id: str) -> Resolved:
    """Does a post (organisation/post) exist on the day?"""
    of, _, own = id.partition("/")
    found = organisation(view, as_of, of)
    if found is not Resolved.HERE:
        return found
    row = view.organisation(of)
    known = [known for known in (row.posts if row else ()) if known.id == own]
    if not known:
        return Resolved.MISSING
    return Resolved.HERE if known[0].valid.covers(as_of) else Resolved.ENDED


def place(view: View, as_of: date, id: str) -> tuple[Resolved, str | None]:
    """Does a place exist on the day, and if not, what took its place?"""
    row = view.place(id)
    if row is None:
        return Resolved.MISSING, None
    first = row
    for _ in range(SUCCESSORS_MAX):
        if row.valid.covers(as_of):
            return (Resolved.HERE if row is first else Resolved.SUCCEEDED), row.id
        following = view.place(row.successor) if row.successor else None
        if following is None:
            break
        row = following
    return Resolved.ENDED, None
