"""The layout is a test: docstrings, contracts, file length, and what a tracked file must never contain."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ROOMS = ("core", "handlers", "projections", "scenarios", "web", "tests", "bench", "tools")

# At this length one asks whether a file has two concerns. The ones with a good reason stand here.
LINES_MAX = 300
LONG_FILES: dict[str, str] = {
    "core/activation.py": "one thing, one file: eight commands and eight events, nothing but declarations and evolve",
    "core/catalogue.py": "every command and every event on one page: two unions, nothing but names",
    "core/dispatch.py": "one thing, one file: eleven commands and eleven events, nothing but declarations and evolve",
    "core/folds.py": "one fold for each event of the first floor, side by side, and the table that says none is missing",
    "core/incident.py": "one thing, one file: nine commands and nine events, nothing but declarations and evolve",
}

BINARY = {".png", ".jpg", ".ico", ".woff2", ".gz", ".zip", ".pdf", ".sqlite3", ".mp3", ".wav", ".bin"}
# Written in pieces, so that this file passes its own test.
NEVER = {
    "a path of somebody's machine": re.compile(r"(?<![\w.$}-])/(?:home/\w+|root|wor" + r"k)/\w"),
    "an address that packages come from": re.compile(
        r"pypi\.or" + r"g|pythonhosted\.or" + r"g|npmjs\.(?:or" + r"g|com)|deb\.debian\.or" + r"g"
    ),
    "a word about how the text was made": re.compile(
        r"(?i)(?<!user-)(?<!user_)\bagent(?:s|ic)?\b|session lo" + r"g"
    ),
}


def tracked() -> list[PurePosixPath]:
    """Every file of the project: what git knows or would add; without git, what lies in the rooms."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        names = [name for name in listed.stdout.decode().split("\0") if name]
    else:
        inside = (path for room in ROOMS for path in (ROOT / room).rglob("*"))
        names = [
            str(path.relative_to(ROOT))
            for path in (*inside, *ROOT.glob("*"))
            if "__pycache__" not in path.parts
        ]
    return sorted(PurePosixPath(name) for name in set(names) if (ROOT / name).is_file())


FILES = tracked()
PYTHON = [path for path in FILES if path.suffix == ".py"]
OURS = [path for path in FILES if not {"vendor", "node_modules"}.intersection(path.parts)]


def text(path: PurePosixPath) -> str:
    """A file's text; its bytes are UTF-8 or the test fails."""
    return (ROOT / path).read_text(encoding="utf-8")


def contract(name: str) -> dict[str, list[str]]:
    """One import contract of pyproject.toml."""
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    return next(entry for entry in contracts if entry["id"] == name)


def test_every_module_says_what_it_is_for() -> None:
    silent = [str(path) for path in PYTHON if not ast.get_docstring(ast.parse(text(path)))]
    assert not silent, f"without a docstring: {silent}"


def test_the_contract_names_every_file_of_core() -> None:
    named = {
        re.sub(r"[()\s]", "", word)
        for layer in contract("core")["layers"]
        for word in re.split(r"[|:]", layer)
    }
    present = {path.parts[1].removesuffix(".py") for path in PYTHON if path.parts[0] == "core"} - {"__init__"}
    assert present <= named, f"add to the contract `core` in pyproject.toml: {sorted(present - named)}"


def test_the_contracts_name_every_room() -> None:
    named = {
        re.sub(r"[()\s]", "", word) for layer in contract("rooms")["layers"] for word in layer.split("|")
    }
    packages = set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    assert named == packages == set(PROJECT["tool"]["importlinter"]["root_packages"])


def test_long_files_have_a_reason() -> None:
    long = {
        str(path): lines
        for path in OURS
        if path.suffix in {".py", ".js", ".mjs", ".css"}
        and (lines := len(text(path).splitlines())) > LINES_MAX
    }
    unexplained = {path: lines for path, lines in long.items() if path not in LONG_FILES}
    assert not unexplained, (
        f"over {LINES_MAX} lines: split them, or give the reason in LONG_FILES: {unexplained}"
    )
    assert not LONG_FILES.keys() - long.keys(), "these are short again; remove them from LONG_FILES"


@pytest.mark.parametrize("what", NEVER)
def test_no_file_contains(what: str) -> None:
    found = [
        f"{path}:{number}: {line.strip()[:90]}"
        for path in OURS
        if path.suffix not in BINARY
        for number, line in enumerate(text(path).splitlines(), 1)
        if NEVER[what].search(line)
    ]
    assert not found, f"{what}:\n" + "\n".join(found)


def test_every_exception_to_a_check_carries_its_reason() -> None:
    switch = re.compile(r"#\s*(?:noqa|type:\s*ignore|pyright:\s*ignore)\b(.*)")
    bare = [
        f"{path}:{number}"
        for path in PYTHON
        for number, line in enumerate(text(path).splitlines(), 1)
        if (found := switch.search(line)) and not re.search(r"[a-z]{2,} [a-z]+", found[1])
    ]
    assert not bare, f"write why, after the switch and on the same line: {bare}"


def test_every_direct_dependency_is_explained_and_pinned() -> None:
    listed = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]
    names = [re.split(r"[\[<>=!~ ]", entry)[0] for entry in listed]
    explained = text(PurePosixPath("docs/dependencies.md"))
    assert not [name for name in names if f"| {name} |" not in explained], "say why in docs/dependencies.md"
    pins = dict(
        re.findall(r"^([a-z0-9-]+)(?:\[\S+\])?(==\S+)", text(PurePosixPath("constraints.txt")), re.MULTILINE)
    )
    assert not [name for name in names if name not in pins], "run `make lock`"


def test_constraints_hold_hashes_and_no_address() -> None:
    pins = text(PurePosixPath("constraints.txt"))
    assert not re.search(r"://|--(?:extra-)?index-url|--find-links", pins)
    entries = re.split(r"\n(?=[a-z0-9])", pins)[1:]
    assert entries
    assert not [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry]
