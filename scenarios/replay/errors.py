"""What stops an import before it has begun, or in the middle. Each says in both tongues what is wrong and what to do."""

from __future__ import annotations


class ReplayError(Exception):
    """The import cannot go on. `zh` and `en` are whole sentences."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class MapError(ReplayError):
    """The map is not found, or does not say what it must."""


class FileError(ReplayError):
    """The file cannot be read as the map says."""


class SendError(ReplayError):
    """The commands cannot be sent; what was sent is in the log, and the same command line goes on from there."""
