"""A folder of plans and registers on disk → bytes by relative path. It reads and bounds; what the bytes mean is core's."""

from __future__ import annotations

from pathlib import Path

from core.plan.load import REGISTER_BYTES_MAX

FILES_MAX = 50_000
"""How many files one folder may hold."""
SUFFIXES = frozenset({".yaml", ".yml", ".json"})
PARTS = ("plans", "register")


class FolderUnreadable(Exception):
    """There is nothing to read, or too much of it. `zh` and `en` say what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def read_folder(folder: Path) -> dict[str, bytes]:
    """Every plan and register file below `folder`, by path with forward slashes. A file is read no further than its limit."""
    if not any((folder / part).is_dir() for part in PARTS):
        raise FolderUnreadable(
            f"{folder} 中没有 plans/ 或 register/ 目录。",
            f"There is neither plans/ nor register/ in {folder}.",
        )
    files: dict[str, bytes] = {}
    for part in PARTS:
        for path in sorted((folder / part).rglob("*")):
            if path.suffix.lower() not in SUFFIXES or not path.is_file():
                continue
            if len(files) == FILES_MAX:
                raise FolderUnreadable(
                    f"{folder} 中的文件超过 {FILES_MAX} 个。",
                    f"There are more than {FILES_MAX} files in {folder}.",
                )
            files[path.relative_to(folder).as_posix()] = read_file(path)
    return files


def read_file(path: Path) -> bytes:
    """A file's bytes, one more than the limit at most: the reader then says that it is too large."""
    try:
        with path.open("rb") as file:
            return file.read(REGISTER_BYTES_MAX + 1)
    except OSError as error:
        raise FolderUnreadable(
            f"无法读取 {path}：{error.strerror}。", f"{path} cannot be read: {error.strerror}."
        ) from error
