"""What is wrong with a file: all of it at once, in order, each with its place and a sentence in both tongues."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from msgspec import Struct

FAULTS_MAX = 200
"""How many faults of one file are listed; more would not be read."""


class Fault(Struct, frozen=True, order=True):
    """One fault of form 格式错误: `path:line:column: code`, and what to do. Lines and columns count from 1."""

    path: str
    line: int
    column: int
    code: str
    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.code} {self.zh} / {self.en}"


class FileRefused(Exception):
    """A file or a folder cannot be used; `faults` says why, sorted by place."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


class Faults:
    """The faults of one file, collected."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._found: list[Fault] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, line: int, column: int, code: str, zh: str, en: str) -> None:
        """Note one fault; those after `FAULTS_MAX` are dropped."""
        if len(self._found) < FAULTS_MAX:
            self._found.append(Fault(self.path, line, column, code, zh, en))

    def listed(self) -> tuple[Fault, ...]:
        """All, by place, each once."""
        return tuple(sorted(set(self._found)))


def hint(word: str, known: Iterable[str]) -> tuple[str, str]:
    """“Did you mean …?” for a word that is nearly one of the known ones, zh and en; else nothing."""
    near = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return (f"是否为“{near[0]}”？", f" Did you mean {near[0]}?") if near else ("", "")
