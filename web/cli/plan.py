"""`liandong plan`: check, lint, show and compare plan files, without any server; and adopt a folder of them into an operation."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import cast

import click
import msgspec

from core.plan.diff import differences
from core.plan.faults import FileRefused
from core.plan.finding import GRAVITY, SEVERITIES, PlanFinding, Severity
from core.plan.lint import lint as lint_register
from core.plan.load import load_register
from core.plan.parse import PlanFile, parse_plan
from core.plan.register import Register
from core.plan.schema import plan_schema, register_schema, schema_bytes
from scenarios.plan_folder import FolderUnreadable, read_file, read_folder
from web.cli.main import OK, tell
from web.cli.options import as_json
from web.cli.plan_adopt import adopt
from web.cli.plan_print import printed

FINDINGS, UNREADABLE = 1, 2
"""Exit codes beside 0: there are findings as grave as was asked for · a file or the folder cannot be used."""

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
SIGNS = {"added": "+", "removed": "-", "changed": "~"}

EPILOG = """\b
退出码 · Exit codes:
  0 没有（相应级别的）问题 clean   1 有问题 findings   2 文件无法使用 a file cannot be used
"""


@click.group(epilog=EPILOG)
def plan() -> None:
    """预案文件：检查、核对衔接、查看、比较、发布 · Plan files: check, lint, show, compare, adopt."""


@plan.command(epilog=EPILOG)
@click.argument("files", nargs=-1, required=True, type=FILE)
@as_json
@click.pass_context
def check(ctx: click.Context, files: tuple[Path, ...], as_json: bool) -> None:
    """检查单个预案文件的格式 · Check the form of plan files, each by itself.

    \b
    liandong plan check plans/*.yaml
    """
    results: list[dict[str, object]] = []
    bad = False
    for path in files:
        try:
            file = _parsed(path)
        except FileRefused as refused:
            bad = True
            results.append({"file": str(path), "ok": False, "faults": refused.faults})
            if not as_json:
                _print_faults(refused)
            continue
        document = file.document
        results.append(
            {
                "file": str(path),
                "ok": True,
                "plan": document.id,
                "version": document.version,
                "sha256": file.sha256,
            }
        )
        if not as_json:
            click.echo(f"{path}: 合格 ok  {document.id} {document.version}  sha256:{file.sha256}")
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(results), indent=2).decode())
    ctx.exit(UNREADABLE if bad else OK)


@plan.command(epilog=EPILOG)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="核对日期，默认今天。 The day; today by default."
)
@click.option(
    "--severity",
    type=click.Choice(list(SEVERITIES)),
    default="critical",
    show_default=True,
    help="达到该级别即返回 1。 Findings this grave, or graver, end in exit code 1.",
)
@as_json
@click.pass_context
def lint(ctx: click.Context, folder: Path, as_of: datetime | None, severity: str, as_json: bool) -> None:
    """核对整套预案与登记册的衔接（L1–L14） · Check a folder of plans and registers with the fourteen rules.

    \b
    liandong plan lint city/ --json > findings.json
    liandong plan lint city/ --as-of 2026-05-12 --severity warning
    """
    day = as_of.date() if as_of else datetime.now().astimezone().date()
    try:
        register = load_register(read_folder(folder))
    except FileRefused as refused:
        if as_json:
            click.echo(_json({"as_of": day, "faults": refused.faults}))
        else:
            _print_faults(refused)
        ctx.exit(UNREADABLE)
    except FolderUnreadable as error:
        tell(error.zh, error.en)
        ctx.exit(UNREADABLE)
    findings = lint_register(register, day)
    counts: Counter[Severity] = Counter(one.severity for one in findings if one.waived_by is None)
    if as_json:
        click.echo(
            _json({"as_of": day, "plans": len(register.plans), "counts": dict(counts), "findings": findings})
        )
    else:
        _print_findings(findings, folder)
        _print_summary(register, counts, day)
    asked = GRAVITY[cast(Severity, severity)]
    ctx.exit(FINDINGS if any(GRAVITY[found] <= asked for found in counts) else OK)


@plan.command()
@click.argument("file", type=FILE)
@click.pass_context
def show(ctx: click.Context, file: Path) -> None:
    """查看预案与应急处置卡 · Print a plan with its response card."""
    try:
        click.echo(printed(_parsed(file)))
    except FileRefused as refused:
        _print_faults(refused)
        ctx.exit(UNREADABLE)


@plan.command()
@click.argument("before", type=FILE)
@click.argument("after", type=FILE)
@click.pass_context
def diff(ctx: click.Context, before: Path, after: Path) -> None:
    """比较两个版本 · What changed from one version to another: levels, tasks, links, conditions and the rest."""
    try:
        found = differences(_parsed(before).document, _parsed(after).document)
    except FileRefused as refused:
        _print_faults(refused)
        ctx.exit(UNREADABLE)
    for one in found:
        words = " → ".join(part for part in (one.before, one.after) if part is not None)
        click.echo(f"{SIGNS[one.sort]} {one.path}: {words}")


@plan.command()
@click.option(
    "--register", "of_register", is_flag=True, help="登记册文件的结构。 The schema of register files."
)
def schema(of_register: bool) -> None:
    """输出 JSON Schema，供编辑器使用 · Print the JSON Schema, for editors."""
    click.echo(schema_bytes(register_schema() if of_register else plan_schema()), nl=False)


plan.add_command(adopt)


def _parsed(path: Path) -> PlanFile:
    return parse_plan(read_file(path), str(path))


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def _print_faults(refused: FileRefused) -> None:
    for fault in refused.faults:
        click.echo(
            f"{fault.path}:{fault.line}:{fault.column}: {fault.code} {fault.zh}\n    {fault.en}", err=True
        )


def _print_findings(findings: list[PlanFinding], folder: Path) -> None:
    for one in findings:
        where = f"{folder / one.file}:{one.line or 1}" if one.file else one.subject
        words = SEVERITIES[one.severity]
        waived = f" [豁免 waived: {one.waived_by}]" if one.waived_by else ""
        click.echo(f"{where}: {words[0]} {words[1]} {one.rule}{waived} {one.zh}")
        click.echo(f"    {one.en}")
        click.echo(f"    → {one.repair.zh} {one.repair.en}")


def _print_summary(register: Register, counts: Counter[Severity], day: date) -> None:
    told = "，".join(f"{words[0]} {counts[severity]}" for severity, words in SEVERITIES.items())
    told_en = ", ".join(f"{counts[severity]} {words[1]}" for severity, words in SEVERITIES.items())
    valid = sum(1 for version in register.plans.values() if version.document.valid.covers(day))
    click.echo(f"{day}: {len(register.plans)} 份预案文件，{valid} 份在有效期内；{told}")
    click.echo(f"{day}: {len(register.plans)} plan files, {valid} within their validity; {told_en}")
