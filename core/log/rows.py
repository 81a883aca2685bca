"""How both stores lay out what is not bytes already: times as microseconds, tags as one text. Knows no database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from core.log.protocol import Head, LogFailed, StoredCommand, StoredEvent

TAG_SEPARATOR = "\x1f"
HASH_BYTES = 32
OPERATION_CHARS_MAX = 64

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(time: datetime) -> int:
    """Microseconds since 1970, exact (a float would lose the last digit)."""
    return (time - _EPOCH) // _MICROSECOND


def time_of(value: int) -> datetime:
    return _EPOCH + timedelta(microseconds=value)


def join_tags(tags: Sequence[str]) -> str:
    """One text for the column beside the event, each tag once. Raises LogFailed for a tag that no index could keep."""
    if not tags:
        return ""
    if len(set(tags)) != len(tags):
        tags = list(dict.fromkeys(tags))
    joined = TAG_SEPARATOR.join(tags)
    if "\x00" in joined or joined.count(TAG_SEPARATOR) != len(tags) - 1 or "" in tags:
        raise _bad_tag(tags)
    if not joined.isascii():
        try:
            joined.encode()
        except UnicodeEncodeError:
            raise _bad_tag(tags) from None
    return joined


def split_tags(joined: str) -> tuple[str, ...]:
    return tuple(joined.split(TAG_SEPARATOR)) if joined else ()


def check_append(
    before: Head, events: Sequence[StoredEvent], commands: Sequence[StoredCommand], after: Head
) -> None:
    """That a batch continues its log without a gap. A caller that breaks this is wrong, so it is a ValueError."""
    position = before.position
    for event in events:
        position += 1
        if event.position != position:
            raise ValueError(f"position {event.position} cannot follow {position - 1}")
    if after.position != position:
        raise ValueError(f"the new head says {after.position}, the events end at {position}")
    if position and after.frontier and len(after.frontier) != position.bit_count():
        raise ValueError(f"a frontier of {len(after.frontier)} subtrees cannot be that of {position} leaves")
    if before.recorded_at and after.recorded_at and after.recorded_at < before.recorded_at:
        raise ValueError("the log's clock cannot go back")
    if len({command.id for command in commands}) != len(commands):
        raise ValueError("one command twice in a batch")


def join_frontier(frontier: Sequence[bytes]) -> bytes:
    return b"".join(frontier)


def split_frontier(joined: bytes) -> tuple[bytes, ...]:
    return tuple(joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES))


def _bad_tag(tags: Sequence[str]) -> LogFailed:
    return LogFailed(
        f"标签 {tags!r} 中有空标签、NUL、分隔符 U+001F 或不成对的代理字符，无法建立索引；请更正后重试。",
        f"The tags {tags!r} hold an empty tag, NUL, the separator U+001F or a lone surrogate, which no index can keep; "
        "correct them and ask again.",
    )
