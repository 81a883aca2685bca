"""liandong restore: a backup into a folder where nothing is, verified first; every head gets a new epoch, so that no page goes on
from what it saw before.
"""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from core.log import Log
from web.cli.backup import FORMAT, MANIFEST, Manifest, digest
from web.cli.main import Failed, tell
from web.cli.options import as_json, print_json, run, settings_of, where
from web.cli.verify import Verdict, bar_of, progress_bar, verified
from web.node import open_log
from web.settings import Settings

_EPOCHS_BEGIN = datetime(2020, 1, 1, tzinfo=UTC)

EPILOG = """\b
示例 · Examples:
  liandong restore ./backup-2026-05-12 --data ./restored
  liandong restore /mnt/backup.tar --data ./restored
  pg_restore … && liandong restore --postgres postgresql://…
"""


@click.command(epilog=EPILOG)
@click.argument("source", required=False, type=click.Path(exists=True, path_type=Path))
@where
@as_json
def restore(source: Path | None, as_json: bool, **options: Any) -> None:
    """恢复：先校验备份，再放入空目录；各日志头换新纪元。服务须已停止。
    Restore: the backup is verified, then put into an empty folder; each head gets a new epoch. No server may run on it.

    使用 PostgreSQL 时不带 SOURCE：在 pg_restore 之后校验并换新纪元。
    With PostgreSQL without SOURCE: verifies what pg_restore wrote, and gives it new epochs.
    """
    settings = settings_of(**options)
    if settings.postgres is not None:
        verdicts = run(_renewed(settings))
    elif source is None:
        raise Failed("请指定备份 SOURCE。", "Name the backup: liandong restore SOURCE --data DIR.")
    else:
        verdicts = _into_folder(settings, source)
    if as_json:
        print_json(verdicts)
    else:
        total = sum(verdict.position for verdict in verdicts)
        tell(f"已恢复并校验 {total} 条记录。", f"{total} records were restored and verified.")


def _into_folder(settings: Settings, source: Path) -> list[Verdict]:
    target = settings.data
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Failed(
            f"{target} 不是空目录：请指定空目录或新目录，并停止使用它的服务。",
            f"{target} is not an empty folder: name an empty or a new one, with no server on it.",
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    # Put together beside its place: a restore that fails half-way leaves nothing that a server could start on.
    made = Path(tempfile.mkdtemp(prefix=target.name + ".", suffix=".part", dir=target.parent))
    try:
        _unpack(source, made)
        manifest = _checked_files(made)
        verdicts = run(_renewed(msgspec.structs.replace(settings, data=made), manifest))
        (made / MANIFEST).unlink()
        if target.exists():
            target.rmdir()
        made.rename(target)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return verdicts


def _unpack(source: Path, folder: Path) -> None:
    if source.is_dir():
        for path in source.iterdir():
            if path.is_file():
                shutil.copyfile(path, folder / path.name)
        return
    try:
        with tarfile.open(source) as tar:
            tar.extractall(folder, filter="data")
    except (tarfile.TarError, OSError) as error:
        raise Failed(f"{source} 不是备份（{error}）。", f"{source} is no backup ({error}).") from error


def _checked_files(folder: Path) -> Manifest:
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError) as error:
        raise Failed(
            "其中没有可读的 manifest.json，不是备份。", "It has no readable manifest.json: it is no backup."
        ) from error
    if manifest.format != FORMAT:
        raise Failed(
            f"不认识的备份格式 {manifest.format}。",
            f"The format {manifest.format} is unknown: upgrade this program.",
        )
    for name, expected in manifest.files.items():
        file = folder / Path(name).name
        if not file.is_file() or digest(file) != expected:
            raise Failed(f"{name} 缺失或已被改动。", f"{name} is missing or was altered: use another backup.")
        file.chmod(0o600)
    return manifest


async def _renewed(settings: Settings, manifest: Manifest | None = None) -> list[Verdict]:
    """Verify every operation and give its head a new epoch. Raises Failed for what does not verify, LogUnavailable for an owner."""
    log = open_log(settings)
    await log.open()
    try:
        with progress_bar() as bar:
            verdicts = [await verified(log, name, bar_of(bar, name)) for name in await log.operations()]
        for verdict in verdicts:
            kept = None if manifest is None else manifest.operations.get(verdict.operation)
            if not verdict.ok or (kept is not None and kept.root != verdict.root):
                raise Failed(
                    f"{verdict.operation} 未通过校验：{'；'.join(verdict.faults) or '根与清单不符'}。",
                    f"{verdict.operation} does not verify; nothing was restored: use another backup.",
                )
        for verdict in verdicts:
            await _new_epoch(log, verdict.operation)
    finally:
        await log.close()
    return verdicts


async def _new_epoch(log: Log, operation: str) -> None:
    """Of the time, not the next number: two restores of one backup must not share an epoch either."""
    seconds = int((datetime.now(UTC) - _EPOCHS_BEGIN).total_seconds())
    head = await log.head(operation)
    async with log.hold(operation, head.position) as held:
        await held.append([], [], held.head._replace(epoch=max(held.head.epoch + 1, seconds)))
