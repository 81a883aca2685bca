"""Where maps are found: a file by its path, or one that ships with Liandong by its name."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from scenarios.replay.errors import MapError
from scenarios.replay.maps import ReplayMap, parse_map

SUFFIX = ".toml"


def shipped() -> list[str]:
    """The names of the maps that ship."""
    folder = files("scenarios") / "maps"
    return sorted(
        entry.name.removesuffix(SUFFIX) for entry in folder.iterdir() if entry.name.endswith(SUFFIX)
    )


def find_map(given: str) -> ReplayMap:
    """A map by name or by path. Raises MapError."""
    if given in shipped():
        return parse_map((files("scenarios") / "maps" / (given + SUFFIX)).read_bytes(), given)
    path = Path(given)
    try:
        return parse_map(path.read_bytes(), given)
    except OSError as error:
        names = ", ".join(shipped())
        raise MapError(
            f"没有对照表 {given}（{error.strerror}）：请给出 TOML 文件的路径，或用自带的：{names}。",
            f"There is no map {given} ({error.strerror}): give the path of a TOML file, or one that ships: {names}.",
        ) from error
