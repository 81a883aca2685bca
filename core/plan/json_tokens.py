"""The tokens of a JSON text with their lines and columns. The text must be one that a JSON reader has accepted."""

from __future__ import annotations

import json
import re


class Tokens:
    """The tokens of a JSON text: word, was it quoted, line, column."""

    _DECODER = json.JSONDecoder()
    _SPACE = re.compile(r"[ \t\r\n]*")
    _BARE = re.compile(r"[{}\[\]:,]|[^{}\[\]:,\s\"]+")

    def __init__(self, text: str) -> None:
        self._text = text
        self._index = 0
        self._line = 1
        self._line_start = 0

    def next(self) -> tuple[str, bool, int, int]:
        found = self._SPACE.match(self._text, self._index)
        start = found.end() if found else self._index
        lines = self._text.count("\n", self._index, start)
        if lines:
            self._line += lines
            self._line_start = self._text.rfind("\n", self._index, start) + 1
        column = start - self._line_start + 1
        if self._text[start] == '"':
            word, self._index = self._DECODER.raw_decode(self._text, start)
            return word, True, self._line, column
        bare = self._BARE.match(self._text, start)
        assert bare is not None
        self._index = bare.end()
        return bare[0], False, self._line, column
