"""liandong backup: one consistent copy of log and accounts while the server runs. What it writes, `restore` checks and takes back."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import click
import msgspec
from msgspec import Struct

from core.log import Head, merkle
from core.log.sqlite import SqliteLog
from core.log.sqlite_file import FILE_NAME
from web.accounts.database import SqliteDatabase
from web.cli.main import Failed, tell
from web.cli.options import as_json, print_json, run, settings_of, where
from web.cli.verify import bar_of, progress_bar
from web.settings import Settings

FORMAT = "liandong-backup/1"
MANIFEST = "manifest.json"
ACCOUNTS = "accounts.db"
CHUNK_BYTES = 1 << 20

EPILOG = """\b
示例 · Examples:
  liandong backup ./backup-2026-05-12 --data ./data
  liandong backup /mnt/backup.tar --data ./data
  liandong restore /mnt/backup.tar --data ./restored

\b
使用 PostgreSQL 时请用 pg_dump，再用 pg_restore 恢复，最后运行 liandong restore --postgres …
With PostgreSQL use pg_dump and pg_restore, and then run liandong restore --postgres …
"""


class Kept(Struct, frozen=True):
    """Where an operation stood."""

    position: int
    root: str


class Manifest(Struct, frozen=True):
    """What is in a backup."""

    format: str
    made_at: datetime
    operations: dict[str, Kept]
    files: dict[str, str]


@click.command(epilog=EPILOG)
@click.argument("target", type=click.Path(path_type=Path))
@where
@as_json
def backup(target: Path, as_json: bool, **options: Any) -> None:
    """备份：日志与账户的一致副本，服务可照常运行。TARGET 为新目录，或以 .tar 结尾的新文件。
    Copy log and accounts while the server runs. TARGET is a new folder, or a new file whose name ends in .tar.
    """
    settings = settings_of(**options)
    if settings.postgres is not None:
        raise Failed(
            f"PostgreSQL 请用 pg_dump 备份（--schema={settings.postgres_schema}）；恢复后运行 liandong restore --postgres …",
            f"Back PostgreSQL up with pg_dump (--schema={settings.postgres_schema}); after pg_restore run "
            "liandong restore --postgres …",
        )
    if target.exists():
        raise Failed(f"{target} 已存在，请另选名称。", f"{target} exists already: choose another name.")
    target.parent.mkdir(parents=True, exist_ok=True)
    # Made beside its place and moved there when it is whole: what bears the name is always a complete backup.
    made = Path(tempfile.mkdtemp(prefix=target.name + ".", suffix=".part", dir=target.parent))
    try:
        with progress_bar() as bar:
            manifest = run(_copy(settings, made, bar_of(bar, "pages")))
        if target.suffix == ".tar":
            packed = made.with_suffix(".tar.part")
            with tarfile.open(packed, "w") as tar:
                for path in sorted(made.iterdir()):
                    tar.add(path, path.name)
            packed.chmod(0o600)
            packed.rename(target)
        else:
            made.rename(target)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    if as_json:
        print_json(manifest)
    else:
        total = sum(kept.position for kept in manifest.operations.values())
        tell(f"已备份 {total} 条记录到 {target}。", f"{total} records were copied to {target}.")


async def _copy(settings: Settings, folder: Path, told: Callable[[int, int], None]) -> Manifest:
    log = SqliteLog(settings.data, read_only=True)
    await log.open()
    try:
        await log.backup_to(folder / FILE_NAME, told)
    finally:
        await log.close()
    # After the log: an account that is newer than the log does no harm, a record by an unknown account would be a riddle.
    accounts = SqliteDatabase(settings.accounts_file)
    await accounts.open()
    try:
        await accounts.backup_to(folder / ACCOUNTS)
    finally:
        await accounts.close()
    copy = SqliteLog(folder, read_only=True)
    await copy.open()
    try:
        heads = {operation: await copy.head(operation) for operation in await copy.operations()}
    finally:
        await copy.close()
    return _write_manifest(folder, heads)


def _write_manifest(folder: Path, heads: dict[str, Head]) -> Manifest:
    for rest in folder.glob("*-*"):
        rest.unlink()  # what SQLite leaves beside a file that was opened; the file itself is whole
    manifest = Manifest(
        FORMAT,
        datetime.now(UTC),
        {name: Kept(head.position, merkle.root(head.frontier).hex()) for name, head in heads.items()},
        {path.name: digest(path) for path in sorted(folder.glob("*.db"))},
    )
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2))
    return manifest


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    found = sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            found.update(chunk)
    return found.hexdigest()
