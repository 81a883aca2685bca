"""Frames: what changed since the last one, put together; and the ring of those that were sent, for pages that come back."""

from __future__ import annotations

from collections import deque

import msgspec

from projections.board import Change
from projections.rows import RowChange
from projections.timeline import TIMELINE_ENTRIES_MAX, Entry
from web.live.messages import Frame, Patch, RawPatch, frame, patch_decoder


class Pending:
    """Changes that wait for the next frame. Of one row only the last state counts; of the timeline nothing is left out that a
    page would still show."""

    def __init__(self, position: int) -> None:
        self.after = position
        self.position = position
        self.clock = False
        self._rows: dict[tuple[str, str], RowChange] = {}
        self._entries: dict[int, Entry] = {}

    def add(self, change: Change) -> None:
        self.position = change.position
        self.clock = self.clock or change.clock
        for row in change.rows:
            self._rows[row.kind, row.id] = row
        for entry in change.entries:
            self._entries[entry.position] = entry

    def take(self, topic: str) -> Frame:
        """The patch of everything since the last one."""
        positions = sorted(self._entries)[-TIMELINE_ENTRIES_MAX:]
        patch = Patch(
            topic=topic,
            after=self.after,
            position=self.position,
            rows=list(self._rows.values()),
            timeline=[self._entries[position] for position in positions],
        )
        self.after = self.position
        self.clock = False
        self._rows = {}
        self._entries = {}
        return frame(patch, shared=True)


class Ring:
    """The newest patches without a gap, bounded by number and bytes."""

    def __init__(self, position: int, patches_max: int, bytes_max: int) -> None:
        self.floor = position
        """From here on every change is in the ring."""
        self.position = position
        self._patches_max = patches_max
        self._bytes_max = bytes_max
        self._patches: deque[tuple[int, int, Frame]] = deque()
        self._bytes = 0

    def add(self, after: int, position: int, patch: Frame) -> None:
        self._patches.append((after, position, patch))
        self._bytes += len(patch)
        self.position = position
        while len(self._patches) > self._patches_max or self._bytes > self._bytes_max:
            _, self.floor, gone = self._patches.popleft()
            self._bytes -= len(gone)

    def since(self, after: int, patches_max: int, bytes_max: int) -> list[Frame] | None:
        """What a page that stands at `after` has missed; None where a snapshot is the only or the shorter way.

        Rows travel whole, so a patch that begins earlier than the page stands is right for it as well: it is only told so. That
        is how a page goes on at a node that cut its frames elsewhere.
        """
        if not self.floor <= after <= self.position:
            return None
        found: list[Frame] = []
        missed_bytes = 0
        for begins, ends, patch in reversed(self._patches):
            if ends <= after:
                break
            missed_bytes += len(patch)
            if len(found) >= patches_max or missed_bytes > bytes_max:
                return None
            found.append(patch if begins >= after else _begun_at(after, patch))
        found.reverse()
        return found


def _begun_at(after: int, patch: Frame) -> Frame:
    said: RawPatch = patch_decoder.decode(patch.payload)
    return frame(msgspec.structs.replace(said, after=after), shared=True)
